"""What a vector tile holds at which zoom: fields, shapes, points for names, and numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers import reading, registry, tiling
from layers.added.declaration import read_declaration
from layers.added.models import build_layer
from layers.checks import faults_of
from layers.problems import Problem
from layers.spec import Audience
from layers.tiling import Tiling
from tests.tile_cache.conftest import HERE
from tests.tile_cache.contents import FACILITIES, around, content, execute, is_inside
from tile_cache.content import thinning, vector
from tile_cache.content.tile_sql import in_tile
from tile_cache.grid import EXTENT, Tile, tile_of


def test_names_come_before_addresses(add, tile):
    add("facility", "f1", HERE, name="図書館", category="library", address="下連雀1", wheelchair_accessible=True)
    carried = {zoom: set(tile("facilities", zoom)["facilities"][0].properties) for zoom in (12, 13, 14, 15, 16)}
    assert carried[12] == {"id", "category"}
    assert carried[13] == {"id", "category", "name"}
    assert carried[14] == carried[15] == carried[13] | {"wheelchair_accessible"}
    assert carried[16] > carried[14] | {"address", "version", "changed_at"}


def test_numbers_are_stable_fit_javascript_and_differ_within_a_tile(spread):
    spread(2000)
    numbers: dict[str, set] = {}
    for zoom in (13, 14, 16):
        for tile in around(zoom):
            features = content(tile, FACILITIES).get("facilities", [])
            assert len({one.number for one in features}) == len(features)
            for one in features:
                numbers.setdefault(one.properties["id"], set()).add(one.number)
    assert len(numbers) > 100
    assert all(len(each) == 1 for each in numbers.values())
    assert all(0 <= each < 2**53 for (each,) in numbers.values())


@pytest.mark.parametrize("zoom", [12, 13, 14])
def test_equal_rows_in_another_physical_order_give_equal_bytes(spread, sql, zoom):
    def rendered() -> list[bytes]:
        tile = tile_of(*HERE, zoom)
        return [thinning.render_within([FACILITIES], tile, Audience.PUBLIC, execute, most) for most in (500_000, 3000)]

    spread(1500)
    first = rendered()
    sql("DELETE FROM layers_facility")
    spread(1500, "n * 31 %% 1500")
    assert rendered() == first
    assert all(first)


def test_a_name_on_an_area_is_written_at_one_point_of_the_whole(add, tile):
    corner = tile_of(*HERE, 15)
    east, south = corner.buffered_lon_lat(0)[2], corner.buffered_lon_lat(0)[1]
    w, s, e, n = east - 0.003, south - 0.002, east + 0.002, south + 0.003
    add("damagearea", "d1", f"MULTIPOLYGON((({w} {s}, {e} {s}, {e} {n}, {w} {n}, {w} {s})))", description="冠水")
    four = [Tile(15, corner.x + x, corner.y + y) for x in (0, 1) for y in (0, 1)]
    decoded = [content(each, registry.get("damage-areas")) for each in four]
    assert all(len(each["damage-areas"]) == 1 for each in decoded)
    points = [one for each in decoded for one in each.get("damage-areas-labels", [])]
    assert [one.properties for one in points if is_inside(one)] == [
        {"id": "d1", "description": "冠水", "status": "active"}
    ]
    assert {one.number for each in decoded for one in each["damage-areas"]} == {points[0].number}


def test_a_point_for_a_name_is_also_in_the_margin_of_the_next_tile(add):
    tile = tile_of(*HERE, 15)
    west, _, east, _ = tile.buffered_lon_lat(0)
    edge, unit = east, (east - west) / EXTENT
    w, e = edge - 130 * unit, edge - 70 * unit  # its middle lies 100 units from the edge
    add(
        "damagearea",
        "d1",
        f"MULTIPOLYGON((({w} 35.6845, {e} 35.6845, {e} 35.685, {w} 35.685, {w} 35.6845)))",
        description="x",
    )
    beside = content(Tile(15, tile.x + 1, tile.y), registry.get("damage-areas"))
    assert list(beside) == ["damage-areas-labels"]


def test_small_areas_wait_until_they_can_be_seen_but_damage_never_does(add, tile):
    tiny = "MULTIPOLYGON(((139.56 35.685, 139.56001 35.685, 139.56001 35.68501, 139.56 35.68501, 139.56 35.685)))"
    add("basebuilding", "b1", tiny)
    add("damagearea", "d1", tiny)
    add("hazardzone", "h1", tiny, hazard="flood")
    assert "base-buildings" not in tile("base", 14)
    assert "base-buildings" in tile("base", 16)
    assert tile("hazard-zones", 12) == {}
    assert len(tile("hazard-zones", 16)["hazard-zones"]) == 1
    for zoom in (8, 11, 14, 16):
        assert len(tile("damage-areas", zoom)["damage-areas"]) == 1, zoom


def test_lines_that_cannot_be_seen_wait_too_but_closures_never_do(add, tile):
    add("walkingcourse", "w1", "MULTILINESTRING((139.56 35.685, 139.56001 35.685))", name="x")
    add("closure", "c1", "MULTILINESTRING((139.56 35.685, 139.56001 35.685))", road_name="x")
    assert tile("walking-courses", 12) == {}
    assert len(tile("walking-courses", 16)["walking-courses"]) == 1
    for zoom in (10, 13, 16):
        assert len(tile("closures", zoom)["closures"]) == 1, zoom


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=3, max_size=20), st.sampled_from([1, 8, 64])
)
def test_areas_stay_valid_however_coarse_they_are_drawn(django_db_setup, django_db_blocker, corners, coarser):
    ring = ", ".join(f"{139.55 + x / 5000} {35.68 + y / 5000}" for x, y in [*corners, corners[0]])
    shape = reading.Query(f"ST_Buffer(ST_GeomFromText('LINESTRING({ring})', 4326), 0.0003, 1)")
    drawn = in_tile(shape, tile_of(*HERE, 13), 64, 4 * coarser)
    query = reading.Query("SELECT coalesce(ST_IsValid(") + drawn + reading.Query("), true)")
    with django_db_blocker.unblock():
        assert next(reading.rows(query))[0]


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        (Tiling(), []),
        (Tiling(detail_zoom=17), ["layers.E014"]),
        (Tiling(fields={"name": -1}), ["layers.E014"]),
        (Tiling(fields={"nothing": 12}), ["layers.E017"]),
        (Tiling(smallest_px=-1), ["layers.E014"]),
        (Tiling(gather_by="staff_contact"), ["layers.E017"]),
        (Tiling(first=("-name", "nothing")), ["layers.E017"]),
        (Tiling(first=("-staff_contact",)), ["layers.E017"]),
    ],
)
def test_a_declaration_that_cannot_be_tiled_is_reported(said, ids):
    assert [fault.id for fault in faults_of(replace(FACILITIES, tiling=said))] == ids


def declared(geometry: str, fields: list | None = None):
    title = {"ja": "x", "en": "x"}
    return read_declaration("things", {"title": title, "geometry": geometry, "fields": fields or []})


def test_an_added_layer_has_what_fits_its_geometry():
    points, areas = build_layer(declared("Point")), build_layer(declared("Polygon"))
    assert tiling.gathered_below(points) == 13
    assert (tiling.gathered_below(areas), tiling.smallest_px(areas)) == (0, 2.0)
    of_any = build_layer(declared("Geometry"))
    query = vector.tile_query([of_any], tile_of(*HERE, 10), Audience.PUBLIC)
    assert "CASE ST_Dimension(t.geometry) WHEN 2 THEN ST_Area" in query.sql, "points are kept among shapes"
    with_count = build_layer(declared("Point", [{"name": "count", "kind": "integer"}]))
    assert tiling.gathered_below(with_count) == 0
    with pytest.raises(Problem) as refused:
        read_declaration("things-labels", {"title": "x", "geometry": "Point"})
    assert refused.value.parameter == "name"


def test_tilejson_says_what_is_gathered_and_where_names_are_written(store, committed):
    (facilities,) = Client().get("/tiles/facilities.json").json()["vector_layers"]
    assert facilities["gathered_below"] == 13
    assert {"count", "share", "name"} <= set(facilities["fields"])
    areas, labels = Client().get("/tiles/damage-areas.json").json()["vector_layers"]
    assert "gathered_below" not in areas
    assert (labels["id"], set(labels["fields"])) == ("damage-areas-labels", {"id", "description", "status"})
