"""Files that were made to do harm: refused in one line, within bounded memory, and nothing is left behind."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from django.conf import settings

from etl.archives import check_archive, extract
from etl.pipeline import open_file
from etl.readers import Options
from etl.record import RawBatch, Rejection, UnreadableFileError

CHECKOUT = Path(__file__).resolve().parents[2]
ENTITY = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
XML = {
    "a.kml": '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>&a;</name></Placemark></kml>',
    "a.gpx": '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><name>&a;</name></gpx>',
    "a.gml": '<c xmlns:gml="http://www.opengis.net/gml"><gml:name>&a;</gml:name></c>',
}


@pytest.fixture(autouse=True)
def _scratch(monkeypatch, tmp_path_factory):
    """A folder of its own for what reading leaves there for a moment: other imports may run beside this one."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("scratch")))


def _read(path, **options):
    items = list(open_file(path, Options(settings.CITY, **options)).data_set.rows)
    return sum(len(item) for item in items if isinstance(item, RawBatch)), [
        i for i in items if isinstance(i, Rejection)
    ]


def _refused(path, match, **options):
    with pytest.raises(UnreadableFileError, match=match) as refused:
        _read(path, **options)
    assert "\n" not in str(refused.value)
    del refused
    assert not list(Path(tempfile.gettempdir()).glob("machigis-import-*"))


@pytest.mark.parametrize("name", XML)
def test_entities_are_refused_before_gdal_sees_them(tmp_path, name):
    (tmp_path / name).write_text(f'<?xml version="1.0"?>{ENTITY}{XML[name]}', encoding="utf-8")
    _refused(tmp_path / name, "declares a document type or entities", layer="facilities")


@pytest.mark.parametrize("name", XML)
def test_an_abyss_of_elements_is_refused(tmp_path, name):
    (tmp_path / name).write_text(XML[name].replace("&a;", "<b>" * 50_000 + "</b>" * 50_000), encoding="utf-8")
    _refused(tmp_path / name, "nested more than 200 deep", layer="facilities")


def test_gml_cannot_pass_for_a_virtual_file_that_names_others(tmp_path):
    text = '<c xmlns:gml="http://www.opengis.net/gml"/><OGRVRTDataSource><OGRVRTLayer name="x"/></OGRVRTDataSource>'
    (tmp_path / "a.gml").write_text(text, encoding="utf-8")
    _refused(tmp_path / "a.gml", "junk after document element", layer="facilities")


@pytest.mark.parametrize("name", ["../a.shp", "/a.shp", "C:\\a.shp", "x/../../a.shp", "..\\a.shp"])
def test_members_that_point_outside_are_refused(tmp_path, name):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(name, b"x")
    _refused(tmp_path / "a.zip", "points outside it")


def test_links_duplicates_and_nested_archives_are_refused(tmp_path):
    link = zipfile.ZipInfo("a.shp")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    _refused(tmp_path / "link.zip", "a link among its members")
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as archive:
        archive.writestr("a.shp", b"1")
        archive.writestr("b.shp", b"2")
    data = (tmp_path / "twice.zip").read_bytes()
    (tmp_path / "twice.zip").write_bytes(data.replace(b"b.shp", b"a.shp"))
    _refused(tmp_path / "twice.zip", "two members called")


def test_encrypted_archives_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.shp", b"x")
    data = bytearray((tmp_path / "a.zip").read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    _refused(tmp_path / "a.zip", "encrypted")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.geojson", b" " * 100_000_000)
    _refused(tmp_path / "a.zip", "would unpack to")


def test_a_member_that_is_longer_than_it_says_is_not_unpacked_to_its_end(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.geojson", b" " * 30_000_000)
    data = bytearray((tmp_path / "a.zip").read_bytes())
    entry = data.index(b"PK\x01\x02") + 24
    data[entry : entry + 4] = (1000).to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(data)
    assert check_archive(tmp_path / "a.zip") == ["a.geojson"]
    with pytest.raises(UnreadableFileError, match="broken ZIP archive"):
        extract(tmp_path / "a.zip", ["a.geojson"], tmp_path)
    assert (tmp_path / "member-0.geojson").stat().st_size <= 1000


def test_a_plain_database_and_a_view_are_no_geopackage(tmp_path):
    with sqlite3.connect(tmp_path / "a.gpkg") as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()
    _refused(tmp_path / "a.gpkg", "no GeoPackage", layer="facilities")


def test_a_text_that_is_called_shapefile_is_named_for_what_it_is(tmp_path):
    (tmp_path / "a.shp").write_text("名称,緯度,経度\n", encoding="utf-8")
    _refused(tmp_path / "a.shp", r"the name says \.shp \(Shapefile\), but the file holds text in UTF-8")


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "fgb", "parquet", "geojson", "gml"])
def test_a_file_that_is_cut_off_is_refused(tmp_path, suffix):
    drivers = {"gpkg": "GPKG", "shp": "ESRI Shapefile", "fgb": "FlatGeobuf", "geojson": "GeoJSON", "gml": "GML"}
    count = 3_000
    points = gpd.points_from_xy(np.linspace(139.5, 139.6, count), np.linspace(35.6, 35.7, count))
    frame = gpd.GeoDataFrame({"name": [f"place {n}" for n in range(count)]}, geometry=points, crs=4326)
    path = tmp_path / f"a.{suffix}"
    if suffix == "parquet":
        frame.to_parquet(path)
    else:
        pyogrio.write_dataframe(frame, path, driver=drivers[suffix])
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    _refused(path, "broken|cut off", layer="facilities")


def test_rows_whose_positions_are_not_finite_are_refused_one_by_one(tmp_path):
    points = shapely.points([[139.5, 35.6], [np.nan, 35.6], [np.inf, 35.6]])
    frame = gpd.GeoDataFrame({"name": ["a", "b", "c"]}, geometry=points, crs=6677)
    pyogrio.write_dataframe(frame.set_crs(4326, allow_override=True), tmp_path / "a.gpkg", driver="GPKG")
    count, rejections = _read(tmp_path / "a.gpkg", layer="facilities")
    assert count == 1
    assert len(rejections) == 2


_RUN = """
import resource, sys
import django
from pathlib import Path
django.setup()
from django.conf import settings
from etl.pipeline import open_file
from etl.readers import Options
from etl.record import Rejection, UnreadableFileError
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    rows = list(open_file(Path(sys.argv[1]), Options(settings.CITY, layer="hazard-zones")).data_set.rows)
    print([row.reason for row in rows if isinstance(row, Rejection)])
except UnreadableFileError as error:
    print(error)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def _in_process(path: Path) -> tuple[str, int]:
    """What is said of a file, and how many MB it took."""
    command = [sys.executable, "-c", _RUN, str(path)]
    out = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True, env=_environment())
    said, grown = out.stdout.strip().rsplit("\n", 1)
    return said, int(grown)


def _environment() -> dict[str, str]:
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "gis_server.settings", "PYTHONPATH": str(CHECKOUT)}


def test_ten_million_positions_in_one_polygon_are_refused_within_bounded_memory(tmp_path):
    path = tmp_path / "a.geojson"
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":')
        file.write('{"type":"Polygon","coordinates":[[' + "[139.5,35.6]," * 9_999_999 + "[139.5,35.6]]]}}]}")
    said, grown = _in_process(path)
    assert "positions a feature" in said
    assert grown < 800


def test_a_huge_geometry_in_a_geopackage_is_not_even_loaded(tmp_path):
    path = tmp_path / "a.gpkg"
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    pyogrio.write_dataframe(frame, path, driver="GPKG", layer="a", SPATIAL_INDEX="NO")
    with sqlite3.connect(path) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE a SET geom = zeroblob(160000000)")
    connection.close()
    said, grown = _in_process(path)
    assert "has 152 MB; at most 64 MB are read" in said
    assert grown < 200


@pytest.mark.parametrize("text", ["[" * 2_000_000, '{"type":"FeatureCollection","features":' + "[" * 20_000_000])
def test_json_nested_without_end_is_refused(tmp_path, text):
    (tmp_path / "a.geojson").write_text(text, encoding="utf-8")
    _refused(tmp_path / "a.geojson", "nested too deeply|broken GeoJSON|not recognised", layer="facilities")


def test_a_json_that_tells_gdal_to_run_a_pipeline_is_not_followed(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"type": "gdal_streamed_alg", "command_line": "gdal vector x"}))
    _refused(tmp_path / "a.json", "not recognised: JSON of no known layout", layer="facilities")
