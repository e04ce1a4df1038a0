"""The pure parts: texts, mapping, tags, recognition by contents."""

from __future__ import annotations

import doctest
import importlib

import pytest

from etl.mapping import mapped_columns, unused_columns
from etl.readers.osm_tags import is_walkable, link_values
from etl.text import find_number, find_truth, is_nothing, plain_text
from layers import registry
from layers.catalog.codes import UNKNOWN

MODULES = (
    "etl.depth_classes", "etl.graphml_values", "etl.readers.hazards", "etl.readers.walking", "etl.walking_codes",
    "etl.contents", "etl.coordinates", "etl.crosschecks", "etl.mapping", "etl.report", "etl.text", "etl.readers.base",
    "etl.readers.gsi", "etl.readers.kml", "etl.readers.osm_ground", "etl.readers.osm_stream", "etl.readers.osm_tags",
    "etl.readers.tables.cells",
    "etl.readers.tables.header", "etl.readers.tables.hours", "etl.readers.tables.identity",
    "etl.readers.tables.workbook", "etl.sample.links", "etl.sample.names",
    "etl.archives", "etl.readers.ogr.rows", "etl.readers.ogr.target",
)  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_the_documentation_hold(name):
    outcome = doctest.testmod(importlib.import_module(name))
    assert outcome.attempted > 0
    assert outcome.failed == 0


@pytest.mark.parametrize("value", [None, "", "　", "null", "NULL", "－", "ー"])
def test_every_kind_of_nothing_is_nothing(value):
    assert is_nothing(value)


@pytest.mark.parametrize("value", [0, "0", False, "無"])
def test_zero_and_no_are_something(value):
    assert not is_nothing(value)


def test_full_width_digits_are_numbers():
    assert find_number("３５．６８") == 35.68
    assert find_truth("１") is True
    assert find_number("三十五") is None


def test_html_becomes_plain_text_without_images_and_scripts():
    html = '<img src="http://example.org/a.jpg" onerror="x()"/>池<br>の<b>ほとり</b><script>alert(1)</script>'
    assert plain_text(html) == "池\nのほとり"


def test_columns_are_mapped_by_the_declaration():
    layer = registry.get("evacuation-sites")
    mapped = mapped_columns(layer, ["NO", "施設・場所名", "名称", "洪水", "大規模な火事"])
    assert mapped == {"施設・場所名": "name", "洪水": "flood", "大規模な火事": "fire"}
    assert unused_columns(layer, ["NO", "洪水"]) == ("NO",)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "footway"}, True),
        ({"highway": "footway", "access": "private"}, False),
        ({"highway": "service", "access": "private", "foot": "yes"}, True),
        ({"highway": "residential", "foot": "no"}, False),
        ({"highway": "motorway"}, False),
        ({"highway": "trunk"}, False),
        ({"highway": "trunk", "sidewalk": "both"}, True),
        ({"highway": "cycleway"}, False),
        ({"highway": "construction"}, False),
    ],
)
def test_walkable_ways(tags, expected):
    assert is_walkable(tags) is expected


@pytest.mark.parametrize(
    ("tags", "nodes", "field", "expected"),
    [
        ({"highway": "steps"}, (), "route_type", 6),
        ({"highway": "steps", "step_count": "12"}, (), "step_count", 12),
        ({"highway": "steps", "conveying": "forward"}, (), "route_type", 5),
        ({"highway": "steps", "conveying": "forward"}, (), "direction", 2),
        ({"highway": "footway", "conveying": "yes"}, (), "route_type", 2),
        ({"highway": "elevator"}, (), "route_type", 4),
        ({"highway": "footway", "footway": "crossing"}, (), "structure", 3),
        ({"highway": "footway", "footway": "crossing", "crossing": "unmarked"}, (), "structure", 4),
        ({"highway": "footway", "footway": "crossing", "crossing": "traffic_signals"}, (), "signal", 4),
        ({"highway": "footway", "footway": "crossing"}, (), "signal", UNKNOWN),
        ({"highway": "footway", "footway": "crossing"}, ({"kerb": "raised"},), "step_code", 5),
        ({"highway": "footway", "footway": "crossing"}, ({"kerb": "flush"},), "step_code", 1),
        ({"highway": "footway"}, (), "step_code", UNKNOWN),
        ({"highway": "footway", "kerb": "lowered", "kerb:height": "0.02"}, (), "step_code", 2),
        ({"highway": "footway", "incline": "6%"}, (), "slope_code", 3),
        ({"highway": "footway", "incline": "-6%"}, (), "slope_code", 4),
        ({"highway": "footway", "incline": "-6%"}, (), "slope_max_percent", 6.0),
        ({"highway": "footway", "incline": "up"}, (), "slope_code", UNKNOWN),
        ({"highway": "footway", "width": "0.8"}, (), "width_code", 1),
        ({"highway": "footway", "width": "2,5 m"}, (), "width_code", 3),
        ({"highway": "footway", "width": "narrow"}, (), "width_code", UNKNOWN),
        ({"highway": "footway", "bridge": "yes"}, (), "structure", 6),
        ({"highway": "footway", "tunnel": "yes"}, (), "structure", 5),
        ({"highway": "footway", "oneway:foot": "-1"}, (), "direction", 3),
        ({"highway": "residential", "oneway": "yes"}, (), "direction", 1),
        ({"highway": "residential"}, ({"railway": "level_crossing"},), "route_type", 3),
        ({"highway": "footway", "tactile_paving": "yes"}, (), "tactile_paving", 2),
        ({"highway": "footway"}, (), "tactile_paving", UNKNOWN),
    ],
)
def test_tags_become_attributes_of_the_specification(tags, nodes, field, expected):
    assert link_values(tags, nodes)[field] == expected
