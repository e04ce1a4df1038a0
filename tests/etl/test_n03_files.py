"""国土数値情報 N03 in the formats of GIS: one outline for each municipality, however many rows it has."""

from __future__ import annotations

import zipfile

import geopandas as gpd
import pytest
from django.conf import settings
from shapely import box

from etl.pipeline import open_file
from etl.readers import Options
from etl.record import RawRow, Rejection
from layers.registry import get

pytestmark = pytest.mark.django_db

DRIVERS = {"shp": "ESRI Shapefile", "gml": "GML", "gpkg": "GPKG", "fgb": "FlatGeobuf", "geojson": "GeoJSON"}
ROWS = [("13204", "三鷹市", 0.0), ("13203", "武蔵野市", 0.1), ("13204", "三鷹市", 0.2), (None, "所属未定地", 0.3)]


def _write(path, rows=ROWS, srid=6668):
    columns = {
        "N03_001": ["東京都"] * len(rows),
        "N03_003": [None] * len(rows),
        "N03_004": [name for _, name, _ in rows],
        "N03_007": [code for code, _, _ in rows],
    }
    shapes = [box(139.5 + shift, 35.6, 139.55 + shift, 35.65) for _, _, shift in rows]
    driver = DRIVERS[path.suffix[1:]]
    gpd.GeoDataFrame(columns, geometry=shapes, crs=srid).to_file(path, driver=driver, encoding="UTF-8")
    return path


def _read(path):
    opened = open_file(path, Options(settings.CITY))
    items = list(opened.data_set.rows)
    return opened.data_set, {item.id: item for item in items if isinstance(item, RawRow)}, items


@pytest.mark.parametrize("suffix", ["shp", "gml", "gpkg", "fgb"])
def test_the_parts_of_a_municipality_are_one_outline(tmp_path, suffix):
    data_set, rows, items = _read(_write(tmp_path / f"N03.{suffix}"))
    assert {code: len(row.geometry.geoms) for code, row in rows.items()} == {"132047": 2, "132039": 1}
    assert rows["132047"].values == {"name": "三鷹市", "prefecture_name": "東京都"}
    assert rows["132047"].layer == "boundaries"
    assert data_set.city_codes == {"132047", "132039"}
    assert [item.field for item in items if isinstance(item, Rejection)] == ["N03_007"]


def test_the_same_outlines_in_two_formats_of_one_archive_are_taken_once(tmp_path):
    _write(tmp_path / "N03-13.shp")
    _write(tmp_path / "N03-13.geojson")
    with zipfile.ZipFile(tmp_path / "N03.zip", "w") as archive:
        for path in tmp_path.glob("N03-13.*"):
            archive.write(path, f"N03-20240101_13_GML/{path.name}")
    _, rows, _ = _read(tmp_path / "N03.zip")
    assert sorted(rows) == ["132039", "132047"]


@pytest.mark.django_db
def test_outlines_of_a_shapefile_enter_the_layer(tmp_path, bring_in):
    bring_in(_write(tmp_path / "N03.shp"))
    outline = get("boundaries").model.objects.get(id="132047")
    assert (outline.name, outline.prefecture_name, len(outline.geometry)) == ("三鷹市", "東京都", 2)
