"""A wheelchair is never led over what it cannot use, and its refusals say over what it would have had to go."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from gis_server.navigation.blockages import Blockages
from gis_server.navigation.cch_engine import CchTopology
from gis_server.navigation.engine import EngineFactory
from gis_server.navigation.graph import Network
from gis_server.navigation.profiles import STAIRS, WALK, WHEELCHAIR, Profile, Reason, build_costing
from gis_server.navigation.scipy_engine import ScipyTopology
from gis_server.navigation.searching import Found, Refused, Situation, find_route
from gis_server.navigation.snapping import SnapIndex
from tests.navigation.networks import GOOD, Link, network_of, place, random_town


def situation(network: Network, profile: Profile, topology: EngineFactory) -> Situation:
    return Situation(network, SnapIndex(network), topology, build_costing(profile, network.links), Blockages())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_route_of_a_wheelchair_uses_a_forbidden_link(seed: int) -> None:
    town = network_of(*random_town(12, seed))
    both = [situation(town, WHEELCHAIR, topology) for topology in (CchTopology(town), ScipyTopology(town))]
    costing = both[0].costing
    rng = np.random.default_rng(seed)
    found = refused = 0
    for start, end in rng.uniform(0, 880, size=(80, 2, 2)):
        quick, sure = (find_route(one, place(*start), place(*end)) for one in both)
        assert type(quick) is type(sure)
        if isinstance(quick, Refused) or isinstance(sure, Refused):
            refused += 1
            assert isinstance(quick, Refused)
            assert quick.walk is None or quick.obstacles
            continue
        found += 1
        for piece in quick.walk.pieces:
            assert town.links.route_type[piece.link] != STAIRS
            assert costing.reasons[piece.arc] == 0
        seconds = [
            sum(float(costing.seconds[piece.arc]) * piece.share for piece in answer.walk.pieces)
            for answer in (quick, sure)
        ]
        assert seconds[0] == pytest.approx(seconds[1], abs=0.2)
    assert found > 20
    assert refused > 0


def test_pieces_follow_one_another_from_the_start_to_the_end() -> None:
    town = network_of(*random_town(12, 4))
    walker = situation(town, WALK, CchTopology(town))
    for start, end in np.random.default_rng(9).uniform(0, 880, size=(60, 2, 2)):
        answer = find_route(walker, place(*start), place(*end))
        if isinstance(answer, Refused):
            continue
        pieces = answer.walk.pieces
        for before, after in pairwise(pieces):
            assert town.head[before.arc] == town.tail[after.arc]
        assert (pieces[0].link, pieces[0].begin) == (answer.walk.start.link, answer.walk.start.fraction) or (
            town.tail[pieces[0].arc] in (town.start[answer.walk.start.link], town.end[answer.walk.start.link])
        )


def test_the_refusal_names_stairs_and_step() -> None:
    nodes = {"a": (0.0, 0.0), "b": (100.0, 0.0), "c": (200.0, 0.0), "d": (300.0, 0.0), "e": (400.0, 0.0)}
    attributes = [GOOD, GOOD | {"route_type": 6}, GOOD | {"step_code": 4}, GOOD]
    ends = ["ab", "bc", "cd", "de"]
    links = [Link(key, key[0], key[1], extra) for key, extra in zip(ends, attributes, strict=True)]
    network = network_of(nodes, links)
    answer = find_route(situation(network, WHEELCHAIR, CchTopology(network)), place(10, 0), place(390, 0))
    assert isinstance(answer, Refused)
    named = {network.links.id[obstacle.link]: obstacle.reasons for obstacle in answer.obstacles}
    assert named == {"bc": Reason.STAIRS, "cd": Reason.STEP}
    assert isinstance(find_route(situation(network, WALK, CchTopology(network)), place(10, 0), place(390, 0)), Found)
