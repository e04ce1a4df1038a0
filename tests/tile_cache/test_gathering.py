"""Points that would lie on one another are one feature with their number, and nobody is counted who may not be seen."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from layers import registry, tiling
from layers.checks import faults_of
from layers.spec import Audience
from layers.tiling import Tiling
from tests.tile_cache.conftest import HERE
from tests.tile_cache.contents import FACILITIES, around, content, is_inside
from tile_cache.grid import Tile, plane_grid, tile_of
from tile_cache.looks import drawing, mapnik_style, style


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


def test_only_points_can_be_gathered():
    closures = replace(registry.get("closures"), tiling=Tiling(gather_below=12))
    assert [fault.id for fault in faults_of(closures)] == ["layers.E015"]


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
