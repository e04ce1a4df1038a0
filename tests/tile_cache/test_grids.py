"""The city's own tile matrix set: which ground its tiles cover, what they hold, and that they are kept apart."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st
from pyproj import Transformer

from tests.tile_cache.conftest import HERE
from tests.tile_cache.mvt import decode
from tile_cache.content.vector import LABEL_BUFFER_UNITS
from tile_cache.degrees import degrees_around
from tile_cache.grid import EXTENT, WEB_MERCATOR_QUAD, Tile, plane_grid, tile_of

PLANE = "JapanPlane09"


def plane() -> object:
    return plane_grid(9, settings.CITY.centre[1])


@st.composite
def plane_tiles(draw) -> Tile:
    """Any tile of any zone, the outermost among them."""
    grid = plane_grid(draw(st.integers(1, 19)), 36.0)
    zoom = draw(st.integers(0, grid.last_zoom))
    place = st.one_of(st.sampled_from([0, 2**zoom - 1]), st.integers(0, 2**zoom - 1))
    return Tile(zoom, draw(place), draw(place), grid)


fractions = st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(0, 1))


@trying(max_examples=300, deadline=None)
@given(plane_tiles(), st.sampled_from([0, LABEL_BUFFER_UNITS, EXTENT]), fractions, fractions)
def test_the_degrees_of_a_tile_hold_all_of_it_and_its_margin(tile, buffer, across, down):
    """Whatever lies in the tile, or within its margin, lies within the bounds that changes are looked for in."""
    west, south, east, north = tile.bounds_m
    margin = tile.edge_m * buffer / EXTENT
    x = west - margin + across * (east - west + 2 * margin)
    y = south - margin + down * (north - south + 2 * margin)
    lon, lat = Transformer.from_crs(tile.grid.srid, 4326, always_xy=True).transform(x, y)
    least_lon, least_lat, most_lon, most_lat = tile.buffered_lon_lat(buffer)
    assert least_lon <= lon <= most_lon
    assert least_lat <= lat <= most_lat


@trying(max_examples=100, deadline=None)
@given(plane_tiles())
def test_the_degrees_of_a_tile_hold_little_more_than_the_tile(tile):
    """Each side is touched by the tile, but for a thousandth of its width: a change elsewhere costs nothing."""
    west, south, east, north = tile.bounds_m
    steps = [step / 200 for step in range(201)]
    edge = [(west + (east - west) * s, y) for s in steps for y in (south, north)]
    edge += [(x, south + (north - south) * s) for s in steps for x in (west, east)]
    lons, lats = Transformer.from_crs(tile.grid.srid, 4326, always_xy=True).transform(*zip(*edge, strict=True))
    least_lon, least_lat, most_lon, most_lat = tile.buffered_lon_lat(0)
    spare_lon, spare_lat = (most_lon - least_lon) / 500 + 1e-8, (most_lat - least_lat) / 500 + 1e-8
    assert min(lons) - least_lon < spare_lon
    assert most_lon - max(lons) < spare_lon
    assert min(lats) - least_lat < spare_lat
    assert most_lat - max(lats) < spare_lat


def test_a_box_that_no_degrees_can_be_given_for_is_the_whole_world():
    assert degrees_around((-3e7, -3e7, 3e7, 3e7), 6677) == (-180.0, -90.0, 180.0, 90.0)


@pytest.mark.parametrize("zone", range(1, 20))
def test_every_zone_has_round_edges_and_the_zoom_of_like_ground(zone):
    grid = plane_grid(zone, 35.0)
    assert grid.srid == 6668 + zone
    assert [grid.edge_m(zoom) for zoom in (0, 12, 18)] == [2_621_440, 640, 10]
    assert all(grid.edge_m(zoom) % 10 == 0 for zoom in range(grid.last_zoom + 1))
    assert grid.zoom_of(16) == 12
    assert plane_grid(zone, 45.0).zoom_of(16) == 13, "a tile of WebMercatorQuad is smaller in the north"


def test_islands_far_from_the_origin_of_their_zone_are_within_its_grid():
    for zone, lon, lat in ((9, 139.77, 32.46), (9, 140.30, 30.48), (1, 128.43, 27.03), (12, 141.94, 45.52)):
        tile = tile_of(lon, lat, 18, plane_grid(zone, lat))
        west, south, east, north = tile.buffered_lon_lat(0)
        assert west <= lon <= east
        assert south <= lat <= north


def units_of(wkt: str, tile: Tile) -> list[tuple[float, float]]:
    """Where a shape's points lie in a tile, computed by PostGIS and from the numbers of the grid alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_X(p.geom), ST_Y(p.geom) FROM"
            " ST_DumpPoints(ST_Transform(ST_GeomFromText(%s, 4326), %s)) p ORDER BY p.path",
            [wkt, 6677],
        )
        points = cursor.fetchall()
    edge = 2_621_440 / 2**tile.z
    return [(((x + 1_310_720) / edge - tile.x) * EXTENT, ((1_310_720 - y) / edge - tile.y) * EXTENT) for x, y in points]


@pytest.mark.parametrize("zoom", [8, 12, 14])
def test_a_feature_lies_in_a_plane_tile_where_postgis_transforms_it_to(add, zoom):
    add("shelter", "s1", HERE, name="第一小学校")
    tile = tile_of(*HERE, zoom, plane())
    answer = Client().get(f"/tiles/shelters/{PLANE}/{zoom}/{tile.x}/{tile.y}.mvt")
    (shelter,) = decode(answer.content)["shelters"]
    ((x, y),) = units_of(f"POINT({HERE[0]} {HERE[1]})", tile)
    assert shelter.points == [(pytest.approx(x, abs=1), pytest.approx(y, abs=1))]
    assert 0 <= x < EXTENT
    assert 0 <= y < EXTENT


def test_a_line_keeps_its_shape_and_is_cut_at_the_margin(add):
    """640 m to the tile, 4096 units: a line of 100 m to the east is 640 units long."""
    tile = tile_of(*HERE, 12, plane())
    west, south, _, north = tile.bounds_m
    back = Transformer.from_crs(6677, 4326, always_xy=True)
    ends = [back.transform(west + metres, (south + north) / 2) for metres in (100, 200)]
    add("baseroad", "r1", f"LINESTRING({ends[0][0]} {ends[0][1]}, {ends[1][0]} {ends[1][1]})", kind="main")
    answer = Client().get(f"/tiles/base-roads/{PLANE}/12/{tile.x}/{tile.y}.mvt")
    (road,) = decode(answer.content)["base-roads"]
    assert [x for x, _ in road.points] == [pytest.approx(640, abs=1), pytest.approx(1280, abs=1)]
    assert [y for _, y in road.points] == [pytest.approx(2048, abs=1)] * 2


def test_what_is_drawn_follows_the_zoom_of_like_ground(add):
    add("baseroad", "main", "LINESTRING(139.55 35.68, 139.57 35.69)", kind="main", name="本通り")
    add("baseroad", "path", "LINESTRING(139.55 35.69, 139.57 35.68)", kind="path")
    seen = {}
    for zoom in (6, 11):
        tile = tile_of(*HERE, zoom, plane())
        answer = Client().get(f"/tiles/base/{PLANE}/{zoom}/{tile.x}/{tile.y}.mvt")
        seen[tile.drawn_zoom] = sorted(road.properties["id"] for road in decode(answer.content)["base-roads"])
    assert seen == {10: ["main"], 15: ["main", "path"]}


def test_the_store_keeps_the_grids_apart_and_each_is_true(add, sql, store):
    """The same three numbers in two grids are two places, and both follow the data."""
    add("shelter", "s1", HERE, name="a")
    tile = tile_of(*HERE, 10, plane())
    numbers = f"10/{tile.x}/{tile.y}.mvt"
    client = Client()
    assert client.get(f"/tiles/shelters/{numbers}").status_code == 204
    first = client.get(f"/tiles/shelters/{PLANE}/{numbers}")
    assert client.get(f"/tiles/shelters/{numbers}").status_code == 204
    files = {path: path.stat().st_ino for path in store.rglob("*.mvt")}
    assert len([path for path in files if PLANE in str(path)]) == 1
    add("shelter", "far", (HERE[0] + 1, HERE[1]), name="b")
    assert client.get(f"/tiles/shelters/{PLANE}/{numbers}").content == first.content
    assert {path: path.stat().st_ino for path in store.rglob("*.mvt")} == files
    sql("DELETE FROM layers_shelter WHERE id = 's1'")
    assert client.get(f"/tiles/shelters/{PLANE}/{numbers}").status_code == 204


def test_a_change_just_outside_the_corner_of_a_plane_tile_is_seen_in_it(add):
    """North of the tile by less than its margin, where its edge in degrees is not straight."""
    tile = tile_of(*HERE, 7, plane())
    west, _, _, north = tile.bounds_m
    address = f"/tiles/shelters/{PLANE}/7/{tile.x}/{tile.y}.mvt"
    add("shelter", "s1", HERE, name="a")
    before = decode(Client().get(address).content)
    margin = tile.edge_m * LABEL_BUFFER_UNITS / EXTENT
    back = Transformer.from_crs(6677, 4326, always_xy=True)
    add("shelter", "s2", back.transform(west - 0.99 * margin, north + 0.99 * margin), name="b")
    assert len(before["shelters"]) == 1
    assert len(decode(Client().get(address).content)["shelters"]) == 2


def test_the_usual_grid_can_be_named_too(add):
    add("shelter", "s1", HERE, name="a")
    tile = tile_of(*HERE, 14)
    numbers = f"{tile.z}/{tile.x}/{tile.y}.mvt"
    named = Client().get(f"/tiles/shelters/{WEB_MERCATOR_QUAD.name}/{numbers}")
    assert named.content == Client().get(f"/tiles/shelters/{numbers}").content != b""


@pytest.mark.parametrize(
    ("address", "status", "parameter"),
    [
        ("shelters/JapanPlane08/12/1/1.mvt", 404, "grid"),
        ("shelters/japanplane09/12/1/1.mvt", 404, "grid"),
        ("shelters/９/12/1/1.mvt", 404, "grid"),
        (f"nothing/{PLANE}/12/1/1.mvt", 404, "tileset"),
        (f"shelters/{PLANE}/19/1/1.mvt", 400, "z"),
        (f"shelters/{PLANE}/12/4096/1.mvt", 400, "x"),
        (f"shelters/{PLANE}/12/1/-1.mvt", 400, "y"),
        (f"shelters/{PLANE}/12/1/a.mvt", 400, "y"),
    ],
)
def test_what_a_grid_does_not_have_is_a_problem_that_says_what_there_is(store, committed, address, status, parameter):
    answer = Client().get(f"/tiles/{address}")
    assert answer.status_code == status
    assert answer.json()["parameter"] == parameter
    if parameter == "grid":
        assert answer.json()["detail"].endswith(f"there are: {WEB_MERCATOR_QUAD.name}, {PLANE}")


@pytest.mark.parametrize("far", ["49.8333333333333333 0", "-50 0", "-170 -80"])
def test_a_shape_that_reaches_across_the_world_is_drawn_where_it_passes(add, far):
    """The projection has no place for its far end, which is no reason to have no tile."""
    add("baseroad", "r1", f"LINESTRING({far}, {HERE[0] - 0.0001} {HERE[1]}, {HERE[0] + 0.0001} {HERE[1]})", kind="main")
    tile = tile_of(*HERE, 12, plane())
    answer = Client().get(f"/tiles/base-roads/{PLANE}/12/{tile.x}/{tile.y}.mvt")
    (road,) = decode(answer.content)["base-roads"]
    (west, _), (east, _) = (units_of(f"POINT({HERE[0] + off} {HERE[1]})", tile)[0] for off in (-0.0001, 0.0001))
    xs = [x for x, _ in road.points]
    assert any(x == pytest.approx(west, abs=1) for x in xs)
    assert any(x == pytest.approx(east, abs=1) for x in xs)


def test_the_index_tells_all_that_is_needed_to_ask_for_a_plane_tile(add):
    add("shelter", "s1", HERE, name="a")
    told = {grid["id"]: grid for grid in Client().get("/tiles/").json()["grids"]}[PLANE]
    x, y = Transformer.from_crs(4326, int(told["crs"].rpartition("/")[2]), always_xy=True).transform(*HERE)
    west, north = told["origin"]
    edge = told["edge"] / 2**12
    place = {"tileset": "shelters", "z": 12, "x": int((x - west) / edge), "y": int((north - y) / edge)}
    assert len(decode(Client().get(told["tiles"].format(**place)).content)["shelters"]) == 1
