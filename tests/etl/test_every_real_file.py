"""Every real file: into which layers it goes with how many rows, or why its owner is asked, or why it is refused."""

# ruff: noqa: E501 - messages are whole, and each file is one line
# fmt: off

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from etl.rasters import inspect
from etl.readers import Options
from etl.record import UnreadableFileError

pytestmark = pytest.mark.django_db

ROWS = {
    "alerts/cap/australia.cap": ({"alerts": 1}, 0, 0),
    "alerts/cap/canada.cap": ({"alerts": 1}, 0, 0),
    "alerts/cap/earthquake.cap": ({"alerts": 1}, 0, 0),
    "alerts/jma/20210217190220_0_VXSE53_010000.xml": ({"alerts": 1}, 0, 0),
    "alerts/jma/32-35_01_02_100514_VXSE52.xml": ({"alerts": 1}, 0, 0),
    "alerts/jma/32-35_06_03_100915_VXSE53.xml": ({"alerts": 1}, 0, 0),
    "alerts/jma/32-35_06_06_100915_VXSE53.xml": ({"alerts": 1}, 0, 0),
    "alerts/jma/37_04_01_110311_VXSE43.xml": ({"alerts": 1}, 0, 0),
    "alerts/jma/37_04_02_110311_VXSE43.xml": ({"alerts": 1}, 0, 0),
    "alerts/jma/38-39_02_01_191025_VTSE41.xml": ({"alerts": 1}, 0, 0),
    "facilities/takamatsu_elderly_welfare_facility.csv": ({"facilities": 47}, 0, 0),
    "facilities/takamatsu_public_toilet.csv": ({"facilities": 169}, 169, 0),
    "facilities/yaizu_222127_aed.csv": ({"facilities": 82}, 2, 0),
    "facilities/yaizu_222127_facilities_sports.csv": ({"facilities": 16}, 0, 0),
    "facilities/yaizu_222127_library.csv": ({"facilities": 11}, 0, 0),
    "facilities/yaizu_222127_public_toilet.csv": ({"facilities": 112}, 0, 0),
    "hazard/yaizu_inland_flood_depth.geojson": ({"hazard-zones": 6}, 4, 0),
    "mitaka/boundary_132047_n03.geojson": ({"boundaries": 1}, 0, 0),
    "mitaka/gsi_emergency_sites_132047_mitaka.geojson": ({"evacuation-sites": 80}, 0, 0),
    "mitaka/gsi_shelters_132047_mitaka.geojson": ({"shelters": 72}, 0, 0),
    "mitaka/town_points_132047.json": ({"towns": 62}, 0, 0),
    "mitaka/walking_course_health_walk_12km.kml": ({"walking-courses": 1, "facilities": 13}, 0, 0),
    "mitaka/walking_course_health_walk_7km.kml": ({"walking-courses": 1, "facilities": 7}, 0, 0),
    "mitaka/walking_course_kichijoji_route_a.kml": ({"walking-courses": 1, "facilities": 10}, 0, 0),
    "mitaka/walking_course_kichijoji_route_b.kml": ({"walking-courses": 1, "facilities": 16}, 0, 0),
    "neighbours/boundary_13202_tachikawa_n03.geojson": ({"boundaries": 1}, 0, 0),
    "neighbours/boundary_13203_musashino_n03.geojson": ({"boundaries": 1}, 0, 0),
    "neighbours/boundary_13208_chofu_n03.geojson": ({"boundaries": 1}, 0, 0),
    "neighbours/boundary_13210_koganei_n03.geojson": ({"boundaries": 1}, 0, 0),
    "neighbours/gsi_emergency_sites_132021_tachikawa.geojson": ({"evacuation-sites": 46}, 0, 0),
    "neighbours/gsi_emergency_sites_132080_chofu.geojson": ({"evacuation-sites": 10}, 0, 0),
    "neighbours/gsi_emergency_sites_132101_koganei.geojson": ({"evacuation-sites": 28}, 0, 0),
    "neighbours/gsi_shelters_132021_tachikawa.geojson": ({"shelters": 43}, 0, 0),
    "neighbours/gsi_shelters_132039_musashino.geojson": ({"shelters": 20}, 0, 0),
    "neighbours/gsi_shelters_132080_chofu.geojson": ({"shelters": 68}, 0, 0),
    "neighbours/gsi_shelters_132101_koganei.geojson": ({"shelters": 16}, 0, 0),
    "neighbours/tokyo_municipalities_n03_2021_simplified.geojson": ({"boundaries": 62}, 0, 1),
    "network/liechtenstein.osm.pbf": (
        {
            "pedestrian-nodes": 6031,
            "pedestrian-links": 7495,
            "base-roads": 4658,
            "base-railways": 29,
            "base-buildings": 8994,
            "base-water": 83,
            "base-waterways": 163,
            "base-green": 516,
            "base-places": 27,
        },
        1,
        0,
    ),
    "network/monaco.osm.pbf": (
        {
            "pedestrian-nodes": 3069,
            "pedestrian-links": 4057,
            "base-roads": 2345,
            "base-buildings": 1207,
            "base-water": 18,
            "base-waterways": 2,
            "base-green": 71,
            "base-places": 11,
        },
        0,
        0,
    ),
    "network/nerima_2011.osm": (
        {
            "pedestrian-nodes": 1116,
            "pedestrian-links": 1596,
            "base-roads": 687,
            "base-buildings": 3,
            "base-water": 1,
            "base-waterways": 1,
            "base-green": 22,
            "base-places": 7,
        },
        0,
        0,
    ),
    "network/tachikawa_drive_2021.graphml": (
        {"pedestrian-nodes": 4106, "pedestrian-links": 5612, "base-roads": 5612},
        0,
        0,
    ),
    "network/tsukuba_centre_2012.osm": (
        {
            "pedestrian-nodes": 107,
            "pedestrian-links": 129,
            "base-roads": 53,
            "base-railways": 2,
            "base-buildings": 90,
            "base-water": 3,
            "base-green": 2,
            "base-places": 1,
        },
        0,
        0,
    ),
}
"""File -> rows in each layer, rows repaired, rows refused."""

ASKED_OR_REFUSED = {
    "README.md": "not recognised: text of no known layout",
    "alerts/cap/wcatwc-warning.cap": "the message names no place: neither a position nor an area, nor this city",
    "alerts/cap/weather.cap": "the message names no place: neither a position nor an area, nor this city",
    "alerts/jma/20210217190009_0_VXSE51_010000.xml": "the message names no place: neither a position nor an area, nor this city",
    "alerts/jma/32-35_01_01_100806_VXSE51.xml": "the message names no place: neither a position nor an area, nor this city",
    "alerts/jma/54_01_01_100514_VXSE42.xml": "緊急地震速報配信テスト: its status is 試験 (a test of the line), no message to the public",
    "disaster/nanao_open_shelters_2024-01-09T1800.csv": "evacuation sites with the people in them (自治体標準オープンデータセット): --layer LAYER says whether they go into shelters or evacuation-sites",
    "disaster/nanao_open_shelters_2024-01-15T1800.csv": "evacuation sites with the people in them (自治体標準オープンデータセット): --layer LAYER says whether they go into shelters or evacuation-sites",
    "disaster/nanao_open_shelters_2024-02-01T0600.csv": "evacuation sites with the people in them (自治体標準オープンデータセット): --layer LAYER says whether they go into shelters or evacuation-sites",
    "disaster/noto2024_connection_reports_20240111.fgb": "146 points; no column says what they are; --layer LAYER [--set FIELD=VALUE] says it",
    "disaster/noto2024_landslides_anamizu.fgb": "162 polygons; no column says what they are; --layer LAYER [--set FIELD=VALUE] says it",
    "disaster/noto2024_tsunami_area_nanao.fgb": "33 polygons; no column says what they are; --layer LAYER [--set FIELD=VALUE] says it",
    "facilities/schema/01_aed.yaml": "not recognised: text of no known layout",
    "facilities/schema/03_hospital.yaml": "not recognised: text of no known layout",
    "facilities/schema/08_public_toilet.yaml": "not recognised: text of no known layout",
    "facilities/schema/09_fire_hydrant.yaml": "not recognised: text of no known layout",
    "facilities/schema/10_evacuation_space.yaml": "not recognised: text of no known layout",
    "facilities/schema/11_population.yaml": "not recognised: text of no known layout",
    "facilities/schema/12_public_facility.yaml": "not recognised: text of no known layout",
    "facilities/schema/LICENSE_MIT.txt": "not recognised: text of no known layout",
    "facilities/takamatsu_tsunami_evacuation_building.csv": "a list of places to flee to (推奨データセット, English names): --layer LAYER says whether they go into evacuation-sites or shelters or facilities",
    "neighbours/small_areas_2020_r2ka13208_chofu.topojson": "105 polygons in town, 1 polygons in city; --part PART and --layer LAYER say what to read",
    "reference/city_to_code_6digit.json": "not recognised: JSON of no known layout",
}

RASTERS = {"hazard/dem_fuji_srtm_epsg6676.tif": (486, 592, 282_662)}
"""File -> columns, rows and cells that hold something."""


@pytest.mark.parametrize("name", ROWS)
def test_a_file_is_recognised_and_its_rows_are_counted(name, real_data: Path, bring_in):
    rows, repaired, refused = ROWS[name]
    report = bring_in(real_data / name, keep=False)
    counts = {one.layer: one.inserted + one.updated + one.unchanged for one in report.merged}
    assert {layer: count for layer, count in counts.items() if count} == rows
    assert (report.repaired_rows, report.refused_rows) == (repaired, refused)


@pytest.mark.parametrize("name", ASKED_OR_REFUSED)
def test_a_file_that_cannot_be_loaded_by_itself_says_why(name, real_data: Path, bring_in):
    with pytest.raises(UnreadableFileError) as refusal:
        bring_in(real_data / name, keep=False)
    assert str(refusal.value) == ASKED_OR_REFUSED[name]


@pytest.mark.parametrize("name", RASTERS)
def test_a_raster_is_recognised_and_its_cells_are_counted(name, real_data: Path):
    plan = inspect(real_data / name, Options(settings.CITY))
    assert (plan.row["width"], plan.row["height"], plan.valid_cells) == RASTERS[name]


def test_no_file_is_forgotten(real_data: Path):
    files = {str(path.relative_to(real_data)) for path in real_data.rglob("*") if path.is_file()}
    assert files == {*ROWS, *ASKED_OR_REFUSED, *RASTERS}


@pytest.mark.parametrize(
    ("name", "layer", "rows"),
    [
        ("disaster/nanao_open_shelters_2024-01-09T1800.csv", "shelters", 29),
        ("disaster/nanao_open_shelters_2024-01-15T1800.csv", "shelters", 28),
        ("disaster/nanao_open_shelters_2024-02-01T0600.csv", "shelters", 24),
        ("facilities/takamatsu_tsunami_evacuation_building.csv", "facilities", 113),
        ("disaster/noto2024_landslides_anamizu.fgb", "damage-areas", 162),
        ("disaster/noto2024_tsunami_area_nanao.fgb", "damage-areas", 33),
        ("disaster/noto2024_connection_reports_20240111.fgb", "facilities", 146),
    ],
)
def test_told_the_layer_every_row_of_an_undecided_file_comes_in(name, layer, rows, real_data: Path, bring_in):
    constants = {"damage-areas": {"kind": "landslide"}, "facilities": {"name": "名称なし"}}.get(layer, {})
    report = bring_in(real_data / name, keep=False, layer=layer, constants=constants if "noto" in name else {})
    assert (report.accepted, report.refused_rows) == (rows, 0)
