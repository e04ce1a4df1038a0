"""GIS files of every usual format, in the reference systems and encodings of Japan, and what the real ones hold."""

from __future__ import annotations

import zipfile

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
from django.conf import settings
from pyproj import Geod, Transformer

from etl.pipeline import open_file
from etl.readers import Options
from etl.record import Notice, RawBatch, UndecidedError, UnreadableFileError
from layers.catalog.disaster import DamageArea
from layers.catalog.facilities import Facility

LON, LAT = [139.5565, 139.5712], [35.6889, 35.6812]
NAMES = ["中央図書館", "第一体育館"]
FORMATS = {
    "geojson": "GeoJSON",
    "gpkg": "GPKG",
    "shp": "ESRI Shapefile",
    "fgb": "FlatGeobuf",
    "gml": "GML",
    "parquet": "",
}
SYSTEMS = (4326, 6668, 4612, 6677, 2451, 30169, 6691, 3857)

pytestmark = pytest.mark.django_db


def _frame(srid: int = 4326) -> gpd.GeoDataFrame:
    """Two places that lie at LON, LAT on JGD2011 when they are read from this system."""
    x, y = LON, LAT
    if srid == 30169:
        # 国土地理院's parameters in the other direction: the reader is not its own judge.
        pipeline = (
            "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +ellps=GRS80"
            " +step +proj=helmert +x=146.414 +y=-507.337 +z=-680.507 +step +inv +proj=cart +ellps=bessel"
            " +step +proj=tmerc +lat_0=36 +lon_0=139.833333333333 +k=0.9999 +ellps=bessel"
        )
        x, y, _ = Transformer.from_pipeline(pipeline).transform(x, y, [0.0, 0.0])
    elif srid in {6677, 2451, 6691, 3857}:
        x, y = Transformer.from_crs(4326, srid, always_xy=True).transform(x, y)
    columns = {"ID": [11, 12], "名称": NAMES, "名称_カナ": ["チユウオウ", "ダイイチ"], "電話番号": ["0422", "0423"]}
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(x, y), crs=srid)


def _write(path, frame, **options):
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        pyogrio.write_dataframe(frame, path, driver=FORMATS[path.suffix[1:]], **options)
    return path


def _read(path, **options):
    data_set = open_file(path, Options(settings.CITY, **options)).data_set
    items = list(data_set.rows)
    rows = [row for item in items if isinstance(item, RawBatch) for row in item.rows()]
    return data_set, rows, [item.text for item in items if isinstance(item, Notice)]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("srid", SYSTEMS)
@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_in_every_system_lands_where_it_is(tmp_path, suffix, srid):
    _, rows, _ = _read(_write(tmp_path / f"places.{suffix}", _frame(srid)), layer="facilities")
    found = sorted(rows, key=lambda row: row.geometry.x)
    away = Geod(ellps="GRS80").inv([r.geometry.x for r in found], [r.geometry.y for r in found], LON, LAT)[2]
    assert np.max(away) < (1.0 if srid == 30169 else 0.001)
    assert sorted(row.values["名称"] for row in rows) == sorted(NAMES)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    ("encoding", "has_cpg"), [("UTF-8", True), ("CP932", True), ("UTF-8", False), ("CP932", False)]
)
def test_shapefiles_are_read_in_their_encoding_and_with_cut_column_names(tmp_path, encoding, has_cpg):
    path = _write(tmp_path / "places.shp", _frame(), encoding=encoding)
    if not has_cpg:
        (tmp_path / "places.cpg").unlink()
        dbf = bytearray((tmp_path / "places.dbf").read_bytes())
        dbf[29] = 0
        (tmp_path / "places.dbf").write_bytes(dbf)
    data_set, rows, _ = _read(path, layer="facilities")
    assert [row.values["名称"] for row in rows] == NAMES
    assert set(data_set.mapping["facilities"].values()) == {"name", "name_kana", "phone"}


def test_a_shapefile_without_index_is_read_and_leaves_nothing_beside_itself(tmp_path):
    path = _write(tmp_path / "places.shp", _frame()[["ID", "geometry"]])
    (tmp_path / "places.shx").unlink()
    before = sorted(tmp_path.iterdir())
    _, rows, notices = _read(path, layer="facilities")
    assert len(rows) == 2
    assert any(".shx" in text for text in notices)
    assert sorted(tmp_path.iterdir()) == before


def test_a_shapefile_without_table_says_so(tmp_path):
    path = _write(tmp_path / "places.shp", _frame()[["ID", "geometry"]])
    (tmp_path / "places.dbf").unlink()
    with pytest.raises(UnreadableFileError, match=r"\.dbf that belongs to the \.shp is missing"):
        _read(path, layer="facilities")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_zipped_shapefile_with_japanese_member_names_is_read(tmp_path):
    _write(tmp_path / "places.shp", _frame(6677))
    with zipfile.ZipFile(tmp_path / "places.zip", "w") as archive:
        for suffix in ("shp", "shx", "dbf", "prj", "cpg"):
            name = f"施設/一覧.{suffix}".encode("cp932").decode("cp437")
            archive.writestr(name, (tmp_path / f"places.{suffix}").read_bytes())
    data_set, rows, _ = _read(tmp_path / "places.zip")
    assert data_set.kind == "Shapefile → facilities"
    assert [row.values["名称"] for row in rows] == NAMES


def test_without_a_system_degrees_are_taken_and_metres_only_at_the_city(tmp_path):
    path = _write(tmp_path / "degrees.fgb", _frame().set_crs(None, allow_override=True))
    _, rows, notices = _read(path, layer="facilities")
    assert len(rows) == 2
    assert any("were taken as JGD2011" in text for text in notices)
    _, rows, notices = _read(
        _write(tmp_path / "metres.fgb", _frame(6677).set_crs(None, allow_override=True)), layer="facilities"
    )
    assert sorted(round(row.geometry.x, 6) for row in rows) == LON
    assert any("三鷹市" in text for text in notices)
    far = gpd.GeoDataFrame({"名称": ["x"]}, geometry=gpd.points_from_xy([900_000], [900_000]))
    with pytest.raises(UnreadableFileError, match="--crs CODE says it"):
        _read(_write(tmp_path / "far.fgb", far), layer="facilities")


@pytest.mark.parametrize("srid", [4326, 6677])
def test_swapped_axes_are_put_right_with_a_notice(tmp_path, srid):
    frame = _frame(srid)
    swapped = gpd.GeoDataFrame(
        frame.drop(columns="geometry"), geometry=gpd.points_from_xy(frame.geometry.y, frame.geometry.x)
    )
    _, rows, notices = _read(_write(tmp_path / "swapped.fgb", swapped), layer="facilities")
    assert sorted(round(row.geometry.x, 6) for row in rows) == LON
    assert any("the two were swapped" in text for text in notices)


@pytest.mark.parametrize("at_home", [True, False])
def test_northing_first_in_a_stated_zone_is_put_right_only_where_every_row_then_lies_at_the_city(tmp_path, at_home):
    x, y = Transformer.from_crs(4326, 6677, always_xy=True).transform(LON, LAT)
    if not at_home:
        x[1] += 20_000
    frame = _frame().drop(columns="geometry")
    swapped = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(y, x), crs=6677)
    _, rows, notices = _read(_write(tmp_path / "swapped.shp", swapped, encoding="UTF-8"), layer="facilities")
    assert ([round(row.geometry.x, 6) for row in rows] == LON) is at_home
    assert any("northing (X) comes first" in text for text in notices) is at_home


def test_a_neighbours_file_in_the_right_order_is_left_alone(tmp_path):
    # 東大和市, whose places would lie at 三鷹市 if their axes were swapped.
    columns = {"名称": ["a"], "都道府県コード又は市区町村コード": ["13220"]}
    frame = gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy([139.4395], [35.7784]), crs=4326)
    _, rows, notices = _read(_write(tmp_path / "n.gpkg", frame.to_crs(6677)), layer="facilities")
    assert round(rows[0].geometry.x, 4) == 139.4395
    assert not any("swapped" in text for text in notices)


def test_the_caller_says_the_system_of_a_file_that_does_not(tmp_path):
    path = _write(tmp_path / "metres.fgb", _frame(30169).set_crs(None, allow_override=True))
    _, rows, _ = _read(path, layer="facilities", srid=30169)
    assert sorted(row.geometry.x for row in rows) == pytest.approx(LON, abs=1e-5)


def test_kml_and_gpx_that_are_no_walking_courses_are_read(tmp_path):
    pyogrio.write_dataframe(_frame().rename(columns={"名称": "Name"}), tmp_path / "places.kml", driver="KML")
    _, rows, _ = _read(tmp_path / "places.kml", layer="facilities")
    assert [row.values["name"] for row in rows] == NAMES
    pyogrio.write_dataframe(
        _frame()[["名称", "geometry"]].rename(columns={"名称": "name"}), tmp_path / "w.gpx", driver="GPX"
    )
    assert [row.values["name"] for row in _read(tmp_path / "w.gpx", layer="facilities")[1]] == NAMES
    with zipfile.ZipFile(tmp_path / "places.kmz", "w") as archive:
        archive.write(tmp_path / "places.kml", "doc.kml")
    assert len(_read(tmp_path / "places.kmz", layer="facilities")[1]) == 2


def test_of_several_parts_the_one_that_is_named_is_read(tmp_path, recwarn):
    path = tmp_path / "two.gpkg"
    for layer in ("東", "西"):
        pyogrio.write_dataframe(_frame(), path, driver="GPKG", layer=layer)
    with pytest.raises(UndecidedError, match="2 points in 東, 2 points in 西"):
        _read(path)
    assert len(_read(path, part="西", layer="facilities")[1]) == 2
    assert not [warning for warning in recwarn if "More than one layer" in str(warning.message)]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("disaster/noto2024_landslides_anamizu.fgb", "162 polygons; no column says what they are"),
        ("disaster/noto2024_tsunami_area_nanao.fgb", "33 polygons; no column says what they are"),
        ("disaster/noto2024_connection_reports_20240111.fgb", "146 points; no column says what they are"),
        ("neighbours/small_areas_2020_r2ka13208_chofu.topojson", "105 polygons in town, 1 polygons in city"),
    ],
)
def test_real_files_that_say_nothing_are_left_to_their_owner(real_data, name, said):
    with pytest.raises(UndecidedError, match=said):
        _read(real_data / name)


@pytest.mark.django_db
def test_real_damage_comes_in_where_its_owner_says_what_it_is(real_data, bring_in):
    path = real_data / "disaster" / "noto2024_landslides_anamizu.fgb"
    bring_in(path, layer="damage-areas", constants={"kind": "landslide"})
    assert DamageArea.objects.filter(kind="landslide").count() == 162
    assert bring_in(path, layer="damage-areas", constants={"kind": "landslide"}).changed == 0


@pytest.mark.django_db
def test_the_publishers_own_number_is_the_id_and_an_equal_file_changes_nothing(tmp_path, bring_in):
    path = _write(tmp_path / "places.gpkg", _frame(6677))
    bring_in(path, layer="facilities")
    assert sorted(Facility.objects.values_list("id", flat=True)) == ["geopackage-places-11", "geopackage-places-12"]
    assert bring_in(path, layer="facilities").changed == 0
    assert [file.name for file in tmp_path.iterdir()] == ["places.gpkg"]
