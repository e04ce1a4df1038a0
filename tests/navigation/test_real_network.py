"""Routes on the real networks of Monaco (stairs) and Liechtenstein (slopes)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command

from gis_server.navigation.approach import Piece
from gis_server.navigation.blockages import Blockages
from gis_server.navigation.cch_engine import CchTopology
from gis_server.navigation.graph import Network
from gis_server.navigation.profiles import PROFILES, STAIRS
from gis_server.navigation.scipy_engine import ScipyTopology
from gis_server.navigation.searching import Found, Place, Refused, Situation, find_route
from gis_server.navigation.service import RoutingService, Terrain


@pytest.fixture
def load(committed: None, real_data: Path) -> Callable[[str], Terrain]:
    """Imports a file as `./gis import FILE --yes` does and gives the network that comes of it."""

    def imported(name: str) -> Terrain:
        call_command("import_file", str(real_data / "network" / name), yes=True)
        terrain = RoutingService().current().terrain
        assert terrain is not None
        return terrain

    return imported


def random_pairs(network: Network, count: int) -> list[tuple[Place, Place]]:
    """Places some metres beside random nodes of the largest part of the network."""
    main = np.bincount(network.component).argmax()
    nodes = np.unique(network.start[network.component == main])
    picked = np.random.default_rng(4).choice(nodes, size=(count, 2))
    return [(beside(network, one), beside(network, other)) for one, other in picked]


def beside(network: Network, node: int) -> Place:
    return float(network.node_lon[node]) + 0.00005, float(network.node_lat[node]) + 0.00003


def situation(terrain: Terrain, profile: str, topology: type[CchTopology] | type[ScipyTopology]) -> Situation:
    network, costing = terrain.network, terrain.costing(PROFILES[profile])
    return Situation(network, terrain.index, topology(network), costing, Blockages())


def seconds(one: Situation, pieces: tuple[Piece, ...]) -> float:
    return sum(float(one.costing.seconds[piece.arc]) * piece.share for piece in pieces)


@pytest.mark.parametrize("profile", ["walk", "wheelchair"])
@pytest.mark.parametrize("name", ["monaco.osm.pbf", "liechtenstein.osm.pbf"])
def test_routes_are_found_and_both_engines_agree(load: Callable[[str], Terrain], name: str, profile: str) -> None:
    terrain = load(name)
    quick, sure = (situation(terrain, profile, topology) for topology in (CchTopology, ScipyTopology))
    found = 0
    for start, end in random_pairs(terrain.network, 30):
        one, other = find_route(quick, start, end), find_route(sure, start, end)
        assert type(one) is type(other)
        if isinstance(one, Found) and isinstance(other, Found):
            found += 1
            assert seconds(quick, one.walk.pieces) == pytest.approx(seconds(sure, other.walk.pieces), abs=1.0)
    assert found >= (28 if profile == "walk" else 15)


def test_a_wheelchair_in_monaco_never_uses_steps_and_a_walker_does(load: Callable[[str], Terrain]) -> None:
    terrain = load("monaco.osm.pbf")
    kinds = terrain.network.links.route_type
    assert (kinds == STAIRS).sum() > 100
    steps = {"walk": 0, "wheelchair": 0}
    found = 0
    for profile in steps:
        one = situation(terrain, profile, CchTopology)
        for start, end in random_pairs(terrain.network, 80):
            answer = find_route(one, start, end)
            if isinstance(answer, Refused):
                assert answer.walk is None or answer.obstacles
                continue
            found += profile == "wheelchair"
            steps[profile] += sum(kinds[piece.link] == STAIRS for piece in answer.walk.pieces)
    assert steps["walk"] > 0
    assert steps["wheelchair"] == 0
    assert found > 40
