"""What a vector tile holds at which zoom: fields, gathered points, points for names, and never too many bytes."""

from __future__ import annotations

from collections import Counter
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
from tests.tile_cache.mvt import decode
from tile_cache.content import thinning, vector
from tile_cache.content.tile_sql import in_tile
from tile_cache.grid import EXTENT, Tile, plane_grid, tile_of
from tile_cache.looks import drawing, mapnik_style, style

FACILITIES = registry.get("facilities")
SPREAD = (
    "INSERT INTO layers_facility (id, name, category, geometry) SELECT 'f' || n, '施設' || n,"
    " CASE WHEN n %% 3 = 0 THEN 'library' ELSE 'aed' END, ST_SetSRID(ST_Point("
    " 139.46 + (n * 7919 %% 1000) * 0.0002, 35.60 + (n * 104729 %% 997) * 0.0002), 4326)"
    " FROM generate_series(1, %(rows)s) n ORDER BY {order}"
)
"""Facilities spread evenly over some tiles of zoom 12, always at the same places, inserted in any order."""


@pytest.fixture
def spread(sql):
    def insert(rows: int, order: str = "n") -> None:
        sql(SPREAD.format(order=order), rows=rows)

    return insert


def execute(query: reading.Query) -> bytes:
    return bytes(next(reading.rows(query))[0])


def around(zoom: int, margin: int = 1) -> list[Tile]:
    middle = tile_of(*HERE, zoom)
    steps = range(-margin, margin + 1)
    return [Tile(zoom, middle.x + x, middle.y + y) for x in steps for y in steps]


def content(tile: Tile, *layers, audience=Audience.PUBLIC) -> dict:
    return decode(thinning.render_within(layers, tile, audience, execute))


def is_inside(feature) -> bool:
    return all(0 <= x < EXTENT and 0 <= y < EXTENT for x, y in feature.points)


def test_names_come_before_addresses(add, tile):
    add("facility", "f1", HERE, name="図書館", category="library", address="下連雀1", wheelchair_accessible=True)
    carried = {zoom: set(tile("facilities", zoom)["facilities"][0].properties) for zoom in (12, 13, 14, 15, 16)}
    assert carried[12] == {"id", "category"}
    assert carried[13] == {"id", "category", "name"}
    assert carried[14] == carried[15] == carried[13] | {"wheelchair_accessible"}
    assert carried[16] > carried[14] | {"address", "version", "changed_at"}


def test_each_point_is_counted_in_one_tile_and_no_more(spread):
    spread(700)
    found = [one for tile in around(12, margin=2) for one in content(tile, FACILITIES).get("facilities", [])]
    assert sum(one.properties.get("count", 1) for one in found) == 700
    assert len(found) < 400
    assert all(is_inside(one) for one in found)


def test_the_plane_grid_gathers_and_counts_in_its_own_tiles(spread):
    spread(700)
    grid = plane_grid(9, HERE[1])
    middle, steps = tile_of(*HERE, grid.zoom_of(12), grid), range(-2, 3)
    tiles = [Tile(middle.z, middle.x + x, middle.y + y, grid) for x in steps for y in steps]
    found = [one for tile in tiles for one in content(tile, FACILITIES).get("facilities", [])]
    assert sum(one.properties.get("count", 1) for one in found) == 700
    assert len(found) < 500
    assert all(is_inside(one) for one in found)


def test_a_point_on_the_line_between_tiles_is_in_one_of_them(add):
    tile = tile_of(*HERE, 12)
    west, south, *_ = tile.buffered_lon_lat(0)
    for number, place in enumerate([(west, HERE[1]), (HERE[0], south), (west, south)]):
        add("facility", f"f{number}", place, name="x")
    found = [one for near in around(12) for one in content(near, FACILITIES).get("facilities", [])]
    assert sum(one.properties.get("count", 1) for one in found) == 3


def test_a_gathered_feature_says_how_many_and_of_what_at_their_mean_place(add, tile):
    for number, category in enumerate(["aed", "library", "aed", "aed"]):
        add("facility", f"f{number}", (HERE[0] + number * 0.0001, HERE[1]), name="x", category=category)
    (cell,) = tile("facilities", 12)["facilities"]
    assert cell.properties == {"category": "aed", "count": 4, "share": 0.75}
    assert cell.number is None
    ((x, y),) = cell.points
    ((mean_x, mean_y),) = (one.points[0] for one in at_mean(add, tile))
    assert (x, y) == (pytest.approx(mean_x, abs=1), pytest.approx(mean_y, abs=1))


def at_mean(add, tile) -> list:
    """A shelter at the mean place, which is not gathered at this zoom."""
    add("shelter", "s1", (HERE[0] + 0.00015, HERE[1]), name="x")
    return tile("shelters", 12)["shelters"]


def test_a_point_alone_in_its_cell_is_the_feature_itself(add, tile):
    add("facility", "f1", HERE, name="図書館", category="library")
    alone, apart = tile("facilities", 12)["facilities"][0], tile("facilities", 13)["facilities"][0]
    assert alone.properties == {"id": "f1", "category": "library"}
    assert alone.number == apart.number


def test_where_to_flee_to_is_never_gathered_from_zoom_11_on(add, tile):
    for number in range(3):
        add("evacuationsite", f"e{number}", HERE, name="校庭")
        add("shelter", f"s{number}", HERE, name="体育館")
    for name in ("evacuation-sites", "shelters"):
        assert [one.properties["count"] for one in tile(name, 10)[name]] == [3]
        for zoom in range(11, 17):
            assert len(tile(name, zoom)[name]) == 3, (name, zoom)


def test_what_one_may_not_see_is_in_no_count_and_no_gathered_feature(add, tile, staff_tile):
    for number, status in enumerate(["new", "confirmed", "confirmed", "rejected"]):
        add("damagereport", f"r{number}", HERE, title="塀", status=status, kind="other", staff_note="内密")
    (seen,) = tile("damage-reports", 11)["damage-reports"]
    assert seen.properties == {"kind": "other", "count": 2, "share": 1.0}
    (for_staff,) = staff_tile("damage-reports", Audience.DISASTER_STAFF, 11).layers["damage-reports"]
    assert for_staff.properties["count"] == 4
    assert "staff_note" not in for_staff.properties


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


def test_a_tile_that_would_be_too_large_keeps_what_is_declared_to_come_first(sql):
    sql(
        "INSERT INTO layers_shelter (id, name, capacity_people, geometry) SELECT 's' || n, repeat('避', 60) || n, n,"
        " ST_SetSRID(ST_Point(139.556 + (n %% 30) * 0.0002, 35.68 + n * 0.00001), 4326) FROM generate_series(1, 500) n"
    )
    shelters, tile, runs = registry.get("shelters"), tile_of(*HERE, 14), []
    whole = execute(vector.tile_query([shelters], tile, Audience.PUBLIC))

    def counted(query: reading.Query) -> bytes:
        runs.append(query)
        return execute(query)

    part = thinning.render_within([shelters], tile, Audience.PUBLIC, counted, 60_000)
    assert 45_000 < len(part) <= 60_000 < len(whole)
    assert len(runs) == 2
    kept = sorted(one.properties["capacity_people"] for one in decode(part)["shelters"])
    assert kept == list(range(501 - len(kept), 501))


def test_a_small_layer_is_whole_beside_one_that_is_thinned(spread, add):
    spread(3000)
    for number in range(5):
        add("shelter", f"s{number}", HERE, name="a")
    layers = [registry.get("shelters"), FACILITIES]
    rendered = thinning.render_within(layers, tile_of(*HERE, 13), Audience.PUBLIC, execute, 5000)
    assert len(rendered) <= 5000
    assert len(decode(rendered)["shelters"]) == 5
    assert len(decode(rendered)["facilities"]) > 10


def test_a_shape_of_too_many_corners_is_drawn_coarser_before_anything_is_left_out(sql):
    wave = "139.56 + 0.008 * (1 + 0.2 * sin(a * 0.9)) * cos(a * 0.000628), 35.685 + 0.006 * sin(a * 0.000628)"
    sql(
        "INSERT INTO layers_hazardzone (id, name, hazard, geometry) SELECT 'h' || n, 'x', 'flood', ST_Multi(ST_Buffer("
        f"ST_MakePolygon(ST_AddPoint(line, ST_StartPoint(line))), 0)) FROM (SELECT ST_SetSRID(ST_MakeLine(ARRAY(SELECT"
        f" ST_Point({wave}) FROM generate_series(0, 9999) a)), 4326) AS line) l, generate_series(1, 3) n"
    )
    zones, tile = registry.get("hazard-zones"), tile_of(*HERE, 14)
    whole = execute(vector.tile_query([zones], tile, Audience.PUBLIC))
    most = len(whole) // 2
    part = thinning.render_within([zones], tile, Audience.PUBLIC, execute, most)
    assert len(part) <= most
    assert len(decode(part)["hazard-zones"]) == len(decode(whole)["hazard-zones"]) == 3


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 4000), st.integers(1, 9)), max_size=6))
def test_whatever_the_database_answers_no_tile_is_larger_than_the_limit(answers):
    stubborn = b"".join(_layer(name, size, features) for name, size, features in answers)
    runs = []

    def answer(query: reading.Query) -> bytes:
        runs.append(query)
        return stubborn

    rendered = thinning.render_within([FACILITIES], Tile(14, 1, 1), Audience.PUBLIC, answer, 3000)
    assert len(rendered) <= 3000
    assert len(runs) <= thinning.RENDERINGS
    if len(stubborn) <= 3000:
        assert rendered == stubborn
    assert decode(rendered).keys() <= {name for name, *_ in answers}


def _layer(name: str, size: int, features: int) -> bytes:
    """A layer of the tile with so many features, of so many bytes altogether, or some more."""
    body = b"\x0a\x01" + name.encode() + b"\x12\x02\x22\x00" * features
    body += b"\x22" + _length(size + 3) + b"\x0a" + _length(size) + b"x" * size
    return b"\x1a" + _length(len(body)) + body


def _length(number: int) -> bytes:
    return bytes([number & 127 | 128, number >> 7 & 127]) if number > 127 else bytes([number | 128, 0])


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


def test_only_points_can_be_gathered():
    closures = replace(registry.get("closures"), tiling=Tiling(gather_below=12))
    assert [fault.id for fault in faults_of(closures)] == ["layers.E015"]


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


@pytest.mark.parametrize("layer", registry.every(), ids=lambda layer: layer.name)
def test_a_gathered_feature_is_drawn_by_its_circle_and_number_alone(layer):
    drawn = style.build_layer_style(layer, "http://testserver/tiles/")["layers"]
    by_kind = Counter(["has", "count"] in ([one.get("filter")], one.get("filter"))[0] for one in drawn)
    gathered = [one for one in drawn if one["id"].startswith(f"{layer.name}-gathered")]
    if not tiling.gathered_below(layer):
        assert gathered == []
        return
    assert [one["type"] for one in gathered] == ["circle", "symbol"]
    assert all(one["filter"] == ["has", "count"] for one in gathered)
    assert all("['!', ['has', 'count']]" in str(one["filter"]) for one in drawn if one not in gathered)
    assert by_kind[True] == 2
    names = [each.name for each in mapnik_style.mapnik_layers(drawing.drawings(layer))]
    assert names.count(f"{layer.name}-gathered") == 1


def test_layers_that_are_too_large_together_are_each_lessened(spread, add, tile, monkeypatch):
    spread(3000)
    for number in range(9):
        add("evacuationsite", f"e{number}", HERE, name="避" * 60)
    names = ("facilities", "evacuation-sites")
    whole = {name: len(tile(name, 13)[name]) for name in names}
    size = sum(len(Client().get(address(name, 13)).content) for name in names)
    monkeypatch.setattr(thinning, "MAX_BYTES", size - 1)
    answer = Client().get(address(",".join(names), 13))
    assert len(answer.content) < size
    kept = {name: len(features) for name, features in decode(answer.content).items()}
    assert kept["evacuation-sites"] == whole["evacuation-sites"]
    assert whole["facilities"] * 0.8 < kept["facilities"] < whole["facilities"]


def address(name: str, zoom: int) -> str:
    place = tile_of(*HERE, zoom)
    return f"/tiles/{name}/{zoom}/{place.x}/{place.y}.mvt"


@pytest.mark.heavy
def test_no_tile_of_a_crowded_place_is_larger_than_500_kb(sql, store):
    sql(
        "INSERT INTO layers_facility (id, name, category, address, geometry) SELECT 'f' || n, '施設' || n, 'aed',"
        " '三鷹市' || n, ST_SetSRID(ST_Point(139.555 + (n %% 400) * 0.00002, 35.681 + n / 400 * 0.00003), 4326)"
        " FROM generate_series(1, 100000) n"
    )
    sql(
        "INSERT INTO layers_hazardzone (id, name, hazard, geometry) SELECT 'h' || n, 'x', 'flood', ST_Multi(ST_Buffer("
        "ST_SetSRID(ST_Point(139.555 + (n %% 30) * 0.0002, 35.681 + n * 0.00002), 4326), 0.003, 500))"
        " FROM generate_series(1, 400) n"
    )
    for name in ("facilities", "hazard-zones", "facilities,hazard-zones"):
        for zoom in range(8, 17):
            place = tile_of(*HERE, zoom)
            answer = Client().get(f"/tiles/{name}/{zoom}/{place.x}/{place.y}.mvt")
            assert len(answer.content) <= 500_000, (name, zoom)
            assert answer.status_code == (204 if zoom < (12 if name == "facilities" else 10) else 200)
