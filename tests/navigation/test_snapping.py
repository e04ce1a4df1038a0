"""From a place to the nearest point of a link."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gis_server.navigation.blockages import Blockages
from gis_server.navigation.cch_engine import CchTopology
from gis_server.navigation.geodesy import distance_m
from gis_server.navigation.graph import Network
from gis_server.navigation.profiles import WALK, WHEELCHAIR, Profile, build_costing
from gis_server.navigation.searching import Found, OffNetworkError, Refused, Situation, find_route
from gis_server.navigation.snapping import REACH_M, SnapIndex
from tests.navigation.networks import GOOD, Link, network_of, place, random_town

NODES = {"a": (0.0, 0.0), "b": (200.0, 0.0), "c": (200.0, 100.0)}
STAIRS = GOOD | {"route_type": 6}


def situation(network: Network, profile: Profile = WALK) -> Situation:
    costing = build_costing(profile, network.links)
    return Situation(network, SnapIndex(network), CchTopology(network), costing, Blockages())


def length(found: Found | Refused, network: Network) -> float:
    assert isinstance(found, Found)
    return sum(float(network.links.length_m[piece.link]) * piece.share for piece in found.walk.pieces)


def route(links: list[Link], start: tuple[float, float], end: tuple[float, float], **options: Any) -> float | None:
    network = network_of(NODES, links)
    found = find_route(situation(network, **options), place(*start), place(*end))
    return length(found, network) if isinstance(found, Found) else None


def test_a_place_snaps_to_the_middle_of_a_link() -> None:
    network = network_of(NODES, [Link("ab", "a", "b"), Link("bc", "b", "c")])
    (snap,) = situation(network).snaps(place(50, 30))
    assert network.links.id[snap.link] == "ab"
    assert snap.fraction == pytest.approx(0.25, abs=1e-3)
    assert snap.distance_m == pytest.approx(30, abs=0.1)
    assert distance_m(snap.point, place(50, 0)) < 0.1


def test_every_snap_is_as_near_as_a_search_over_all_vertices_says() -> None:
    network = network_of(*random_town(8, seed=2))
    index, everything = SnapIndex(network), np.ones(len(network.links), dtype=bool)
    rng = np.random.default_rng(1)
    for east, north in rng.uniform(0, 560, size=(40, 2)):
        asked = place(float(east), float(north))
        snap = index.near(asked, everything, ~everything)[0]
        dense = np.linspace(0, 1, 400)[:, None]
        nearest = min(
            distance_m(asked, (float(x), float(y)))
            for link in range(len(network.links))
            for x, y in [_closest(network.shape(link), asked, dense)]
        )
        assert snap.distance_m == pytest.approx(nearest, abs=0.5)
        assert distance_m(asked, snap.point) == pytest.approx(snap.distance_m, abs=0.05)


def _closest(shape: np.ndarray, asked: tuple[float, float], dense: np.ndarray) -> np.ndarray:
    points = shape[0] + (shape[-1] - shape[0]) * dense
    offsets = (points - asked) * (np.cos(np.radians(asked[1])), 1.0)
    return points[np.argmin(np.hypot(offsets[:, 0], offsets[:, 1]))]


def test_a_route_within_one_link_takes_only_the_part_between() -> None:
    assert route([Link("ab", "a", "b")], (50, 5), (150, -5)) == pytest.approx(100, abs=0.5)
    assert route([Link("ab", "a", "b")], (150, 5), (50, -5)) == pytest.approx(100, abs=0.5)


def test_a_route_within_a_one_way_link_never_runs_against_it() -> None:
    one_way = [Link("ab", "a", "b", {"direction": 2})]
    assert route(one_way, (50, 0), (150, 0)) == pytest.approx(100, abs=0.5)
    assert route(one_way, (150, 0), (50, 0)) is None
    around = [*one_way, Link("bc", "b", "c"), Link("ca", "c", "a")]
    expected = 50 + 100 + np.hypot(200, 100) + 50
    assert route(around, (150, 0), (50, 0)) == pytest.approx(expected, abs=1)


def test_where_a_one_way_link_begins_one_may_also_walk_elsewhere() -> None:
    links = [Link("0-up", "a", "b", {"direction": 2, "route_type": 5}), Link("1-ca", "c", "a")]
    assert route(links, (0, 0), (200, 100)) == pytest.approx(np.hypot(200, 100), abs=0.5)


def test_a_wheelchair_starts_from_the_nearest_link_that_it_may_use() -> None:
    links = [Link("ab", "a", "b", STAIRS), Link("bc", "b", "c", GOOD)]
    assert route(links, (190, 20), (200, 90)) is not None
    network = network_of(NODES, links)
    (snap,) = situation(network, WHEELCHAIR).snaps(place(150, 1))
    assert network.links.id[snap.link] == "bc"
    assert snap.distance_m == pytest.approx(50, abs=0.1)


def test_too_far_from_any_way_is_an_error_with_the_distance() -> None:
    network = network_of(NODES, [Link("ab", "a", "b")])
    with pytest.raises(OffNetworkError) as caught:
        find_route(situation(network), place(100, 0), place(100, -(REACH_M + 200)))
    assert caught.value.which == "to"
    assert caught.value.distance_m == pytest.approx(REACH_M + 200, abs=1)
    with pytest.raises(OffNetworkError) as caught:
        find_route(situation(network), (0.0, 0.0), place(0, 0))
    assert (caught.value.which, caught.value.distance_m) == ("from", None)


def test_a_stray_piece_of_network_nearby_does_not_spoil_the_route() -> None:
    nodes = NODES | {"x": (90.0, 8.0), "y": (110.0, 8.0)}
    links = [Link("ab", "a", "b"), Link("bc", "b", "c"), Link("xy", "x", "y")]
    network = network_of(nodes, links)
    found = find_route(situation(network), place(100, 10), place(200, 90))
    assert length(found, network) == pytest.approx(190, abs=1)


def test_two_parts_of_the_network_that_do_not_meet_are_refused_without_inventing_an_obstacle() -> None:
    nodes = NODES | {"x": (5000.0, 0.0), "y": (5200.0, 0.0)}
    network = network_of(nodes, [Link("ab", "a", "b"), Link("xy", "x", "y")])
    assert find_route(situation(network), place(100, 0), place(5100, 0)) == Refused(None, ())


def test_places_at_high_latitude_and_across_the_zero_meridian_snap_too() -> None:
    network = network_of(NODES, [Link("ab", "a", "b")])
    moved = Network(
        network.links,
        network.start,
        network.end,
        network.node_lon - 139.561,
        network.node_lat + 33.0,
        np.add(network.coordinates, (-139.561, 33.0)),
        network.offsets,
    )
    (snap,) = situation(moved).snaps((0.0, 68.6801))
    assert snap.distance_m == pytest.approx(11.1, abs=0.2)
