"""Flood and landslide zones: which hazard, how deep, and shapes that cross themselves."""

from __future__ import annotations

import json

import pyogrio
import pytest
import shapely
from shapely.geometry import shape

from etl.depth_classes import Depth, find_depth
from etl.record import UndecidedError, UnreadableFileError
from layers.catalog.hazards import HazardZone
from tests.etl.walking_files import zip_up

pytestmark = pytest.mark.django_db

SQUARE = [[[139.55, 35.68], [139.56, 35.68], [139.56, 35.69], [139.55, 35.69], [139.55, 35.68]]]


def geojson(*rows, name=""):
    features = [
        {"type": "Feature", "properties": row, "geometry": {"type": "Polygon", "coordinates": _moved(number)}}
        for number, row in enumerate(rows)
    ]
    return json.dumps({"type": "FeatureCollection", "name": name, "features": features}, ensure_ascii=False).encode()


def _moved(number):
    return [[[x + number * 0.02, y] for x, y in ring] for ring in SQUARE]


def shapefile(path, rows, srid=6668, encoding="CP932"):
    """The parts of a Shapefile, by their endings."""
    squares = [shape({"type": "Polygon", "coordinates": _moved(number)}) for number in range(len(rows))]
    if srid != 6668:
        from pyproj import Transformer

        move = Transformer.from_crs(6668, srid, always_xy=True).transform
        squares = [shapely.transform(square, lambda x, y: move(x, y), interleaved=False) for square in squares]
    import numpy as np

    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(squares, dtype=object)),
        [
            np.array([row[name] for row in rows], dtype=None if isinstance(rows[0][name], int) else object)
            for name in rows[0]
        ],
        list(rows[0]),
        geometry_type="Polygon",
        crs=f"EPSG:{srid}",
        driver="ESRI Shapefile",
        encoding=encoding,
    )
    return {part.name: part.read_bytes() for part in path.parent.glob(f"{path.stem}.*")}


@pytest.fixture
def write(tmp_path):
    def run(*rows, file="zones.geojson", name=""):
        path = tmp_path / file
        path.write_bytes(geojson(*rows, name=name))
        return path

    return run


def found():
    return list(
        HazardZone.objects.order_by("depth_min_m", "name").values_list("depth_class", "depth_min_m", "depth_max_m")
    )


def test_the_inland_flood_of_yaizu_comes_in_with_its_depths_and_its_area(real_data, bring_in):
    path = real_data / "hazard" / "yaizu_inland_flood_depth.geojson"
    report = bring_in(path)
    assert found() == [
        ("0.3m未満の区域", 0.0, 0.3),
        ("0.3~0.5m未満の区域", 0.3, 0.5),
        ("0.5~1.0m未満の区域", 0.5, 1.0),
        ("1.0~3.0m未満の区域", 1.0, 3.0),
        ("3.0~5.0m未満の区域", 3.0, 5.0),
        ("5.0~10.0m未満の区域", 5.0, 10.0),
    ]
    assert set(HazardZone.objects.values_list("hazard", flat=True)) == {"inland_flood"}
    assert report.text().count("交差などの不正な形を修正しました") == 4
    before = {
        f["properties"]["最大浸水深"]: shape(f["geometry"]).area for f in json.loads(path.read_text())["features"]
    }
    for zone in HazardZone.objects.all():
        assert zone.geometry.valid
        assert zone.geometry.area == pytest.approx(before[zone.depth_class], rel=0.001)
    assert bring_in(path).changed == 0


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("0.3m未満", Depth(0, 0.3)),
        ("0.5～3.0m未満", Depth(0.5, 3)),
        ("3.0m以上5.0m未満", Depth(3, 5)),
        ("5.0~10.0m", Depth(5, 10)),
        ("20m以上", Depth(20, None)),
        ("２０ｍ以上", Depth(20, None)),
        ("０．５ｍ〜３．０ｍ", Depth(0.5, 3)),
        ("0.5メートル以上3メートル未満", Depth(0.5, 3)),
        ("01m以上 ～ 02m未満", Depth(1, 2)),
        ("50cm以上1m未満", Depth(0.5, 1)),
        ("2.0mを超える", Depth(2, None)),
        ("浸水深 0.5m未満の区域", Depth(0, 0.5)),
        ("5.0~3.0m", None),
        ("3", None),
        ("床下浸水", None),
        ("", None),
        ("1" * 1000, None),
    ],
)
def test_a_depth_in_words_is_metres(text, depth):
    assert find_depth(text) == depth


@pytest.mark.parametrize(
    ("row", "depth"),
    [
        ({"A31_201": "8303", "A31_202": "多摩川", "A31_205": 2}, ("0.5m以上3m未満", 0.5, 3.0)),
        ({"A31a_101": "8303", "A31a_102": "多摩川", "A31a_105": "6"}, ("20m以上", 20.0, None)),
        ({"A31_001": 15, "A31_002": "国", "A31_006": "多摩川"}, ("5m以上", 5.0, None)),
        ({"A31_001": 22, "A31_002": "国", "A31_006": "多摩川"}, ("0.5m以上1m未満", 0.5, 1.0)),
        ({"A31_205": 9, "A31_202": "多摩川"}, ("9", None, None)),
        ({"A31_302": "多摩川", "A31_305": 3}, ("浸水継続時間ランク 3", None, None)),
        ({"A31_402": "多摩川", "A31_405": 1}, ("家屋倒壊等氾濫想定区域 種別 1", None, None)),
    ],
)
def test_ranks_of_the_national_flood_zones_are_depths_and_other_ranks_are_not(write, bring_in, row, depth):
    text = bring_in(write(row, file="a.geojson")).text()
    assert found() == [depth]
    zone = HazardZone.objects.get()
    assert (zone.hazard, zone.name) == ("flood", "多摩川")
    assert ("no depth in metres" in text) == (depth[0] == "9")
    assert "--licence" in text


def test_landslide_zones_say_what_slides_and_how_strict_they_are(bring_in, tmp_path):
    rows = [
        {"A33_001": 2, "A33_002": 1, "A33_003": "13", "A33_004": "204-1", "A33_005": "大沢の沢"},
        {"A33_001": 1, "A33_002": 2, "A33_003": "13", "A33_004": "204-1", "A33_005": "大沢の崖"},
    ]
    parts = shapefile(tmp_path / "A33-23_13Polygon.shp", rows)
    bring_in(zip_up(tmp_path / "A33.zip", {f"A33-23_13_SHP/{name}": data for name, data in parts.items()}))
    zones = HazardZone.objects.order_by("depth_class").values_list("hazard", "name", "depth_class")
    assert list(zones) == [
        ("landslide", "大沢の崖（急傾斜地の崩壊）", "土砂災害特別警戒区域"),
        ("landslide", "大沢の沢（土石流）", "土砂災害警戒区域"),
    ]


@pytest.mark.parametrize("srid", [6668, 6677, 30169])
def test_a_shapefile_in_any_reference_system_lies_where_it_belongs(bring_in, tmp_path, srid):
    shapefile(tmp_path / "高潮.shp", [{"浸水深": "0.5～3.0m"}], srid)
    bring_in(tmp_path / "高潮.shp")
    zone = HazardZone.objects.get()
    assert (zone.hazard, zone.depth_min_m, zone.depth_max_m) == ("storm_surge", 0.5, 3.0)
    assert zone.geometry.extent == pytest.approx((139.55, 35.68, 139.56, 35.69), abs=1e-2 if srid == 30169 else 1e-7)


@pytest.mark.parametrize(
    ("file", "name", "column", "hazard"),
    [
        ("洪水.geojson", "", "浸水深", "flood"),
        ("zones.geojson", "津波浸水想定", "浸水深", "tsunami"),
        ("zones.geojson", "", "内水浸水深", "inland_flood"),
        ("city_inland_flood.geojson", "", "浸水深", "inland_flood"),
        ("zones.geojson", "", "A40_003", "tsunami"),
        ("zones.geojson", "", "A51_003", "inland_flood"),
    ],
)
def test_the_hazard_is_found_in_names_and_the_report_of_reasons_says_where(write, bring_in, file, name, column, hazard):
    bring_in(write({column: "0.5～3.0m未満"}, file=file, name=name))
    zone = HazardZone.objects.get()
    assert (zone.hazard, zone.depth_min_m) == (hazard, 0.5)


@pytest.mark.parametrize("file", ["zones.geojson", "洪水・内水ハザードマップ.geojson"])
def test_where_nothing_says_which_hazard_its_owner_is_asked(write, bring_in, file):
    path = write({"浸水深": "3m以上"}, file=file)
    with pytest.raises(UndecidedError, match="--set hazard=flood") as caught:
        bring_in(path)
    assert caught.value.layers == ("hazard-zones",)
    bring_in(path, constants={"hazard": "tsunami"})
    assert HazardZone.objects.get().hazard == "tsunami"


def test_a_class_that_is_no_depth_stays_as_it_is_written_and_is_named(write, bring_in):
    text = bring_in(write({"浸水ランク": "C"}, {"浸水ランク": "3"}, file="洪水.geojson")).text()
    assert sorted(zone[0] for zone in found()) == ["3", "C"]
    assert all(zone[1:] == (None, None) for zone in found())
    assert "no depth in metres can be read from it" in text


def test_the_owner_may_say_which_column_holds_the_depths(write, bring_in):
    path = write({"区分": "0.5～3.0m未満", "浸水深区分コード": 2, "図名": "A"}, file="洪水.geojson")
    bring_in(path, mapping={"区分": "depth_class", "図名": "name"})
    zone = HazardZone.objects.get()
    assert (zone.depth_class, zone.depth_min_m, zone.name) == ("0.5～3.0m未満", 0.5, "A")


def test_points_and_lines_are_no_zones(bring_in, tmp_path):
    document = json.loads(geojson({"浸水深": "3m以上"}))
    document["features"].append(
        {"type": "Feature", "properties": {"浸水深": "1m未満"}, "geometry": {"type": "Point", "coordinates": [139, 35]}}
    )
    path = tmp_path / "洪水.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert "this layer holds MultiPolygon, not Point" in bring_in(path).text()
    assert HazardZone.objects.count() == 1


def test_points_at_which_a_depth_was_measured_are_no_zones(bring_in, tmp_path):
    marks = {
        "type": "Feature",
        "properties": {"浸水深": "1.2m以上"},
        "geometry": {"type": "Point", "coordinates": [139, 35]},
    }
    path = tmp_path / "洪水痕跡.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [marks]}), encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="--layer"):
        bring_in(path)


def test_a_shapefile_without_its_table_is_one_line(bring_in, tmp_path):
    shapefile(tmp_path / "洪水.shp", [{"浸水深": "0.5～3.0m"}])
    (tmp_path / "洪水.dbf").unlink()
    with pytest.raises(UnreadableFileError) as caught:
        bring_in(tmp_path / "洪水.shp", layer="hazard-zones")
    assert "\n" not in str(caught.value)
