"""GPX and KML in their details, files that are open elsewhere, curves, and XML in the encodings of Japan."""

from __future__ import annotations

import sqlite3
import zipfile

import geopandas as gpd
import pyogrio
import pytest
import shapely
from django.conf import settings

from etl.pipeline import open_file
from etl.readers import Options
from etl.record import Notice, RawBatch, UndecidedError, UnreadableFileError

pytestmark = pytest.mark.django_db

GPX = """<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1" creator="x">
<wpt lat="35.68" lon="139.56"><name>図書館</name></wpt>
<rte><name>経路</name><rtept lat="35.68" lon="139.56"/><rtept lat="35.69" lon="139.57"/></rte>
<trk><name>軌跡</name><trkseg><trkpt lat="35.68" lon="139.56"/><trkpt lat="35.7" lon="139.58"/></trkseg></trk></gpx>"""
KML = """<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>a</name>
<Point><coordinates>139.56,35.68</coordinates></Point></Placemark></Document></kml>"""
GML = """<?xml version="1.0" encoding="Shift_JIS"?>
<c:Places xmlns:c="urn:c" xmlns:gml="http://www.opengis.net/gml"><gml:featureMember><c:place><c:name>三鷹図書館①</c:name>
<gml:Point srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>35.68 139.56</gml:pos></gml:Point>
</c:place></gml:featureMember></c:Places>"""


def _read(path, **options):
    items = list(open_file(path, Options(settings.CITY, **options)).data_set.rows)
    rows = [row for item in items if isinstance(item, RawBatch) for row in item.rows()]
    return rows, [item.text for item in items if isinstance(item, Notice)]


def test_waypoints_are_points_and_routes_and_tracks_are_lines(tmp_path):
    path = tmp_path / "a.gpx"
    path.write_text(GPX, encoding="utf-8")
    assert [row.geometry.wkt for row in _read(path, layer="facilities")[0]] == ["POINT (139.56 35.68)"]
    for part, end in (("routes", (139.57, 35.69)), ("tracks", (139.58, 35.7))):
        (row,), _ = _read(path, layer="walking-courses", part=part)
        assert shapely.get_coordinates(row.geometry)[-1].tolist() == list(end)
    with pytest.raises(UndecidedError, match="routes.*tracks"):
        _read(path, layer="walking-courses")


@pytest.mark.parametrize(("name", "text"), [("a.kml", KML), ("a.gpx", GPX), ("a.gml", GML), ("a.kmz", KML)])
def test_xml_that_is_cut_off_is_refused_in_one_line(tmp_path, name, text):
    data = text.replace("Shift_JIS", "UTF-8").encode()[:-30]
    path = tmp_path / name
    path.write_bytes(data)
    if name == "a.kmz":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("doc.kml", data)
    with pytest.raises(UnreadableFileError, match="broken XML at line") as refused:
        _read(path, layer="facilities")
    assert "\n" not in str(refused.value)


def test_gml_in_shift_jis_is_read(tmp_path):
    (tmp_path / "a.gml").write_bytes(GML.encode("cp932"))
    (row,), _ = _read(tmp_path / "a.gml", layer="facilities")
    assert row.values["name"] == "三鷹図書館①"
    assert (row.geometry.x, row.geometry.y) == (139.56, 35.68)


def test_what_another_program_has_not_yet_put_into_a_geopackage_is_read_too(tmp_path):
    path = tmp_path / "a.gpkg"
    frame = gpd.GeoDataFrame({"名称": ["旧"]}, geometry=shapely.points([[139.56, 35.68]]), crs=4326)
    pyogrio.write_dataframe(frame, path, driver="GPKG", layer="a", SPATIAL_INDEX="NO")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("UPDATE a SET 名称 = '新'")
    connection.commit()
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir() if not file.name.endswith("-shm")}
    (row,), notices = _read(path, layer="facilities")
    assert row.values["名称"] == "新"
    assert any("a.gpkg-wal" in text for text in notices)
    assert {n: (tmp_path / n).read_bytes() for n in before} == before
    connection.close()


def test_curves_become_lines_of_short_pieces(tmp_path):
    path = tmp_path / "a.gml"
    curve = '<gml:Curve srsName="urn:ogc:def:crs:EPSG::6677"><gml:segments><gml:ArcString><gml:posList>'
    curve += "-35500 -25200 -35400 -25100 -35500 -25000</gml:posList></gml:ArcString></gml:segments></gml:Curve>"
    start, end = GML.index("<gml:Point"), GML.index("</c:place>")
    path.write_text(GML[:start].replace("Shift_JIS", "UTF-8") + curve + GML[end:], encoding="utf-8")
    (row,), _ = _read(path, layer="walking-courses")
    assert shapely.get_num_coordinates(row.geometry) > 20
