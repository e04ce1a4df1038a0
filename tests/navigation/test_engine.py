"""RoutingKit and scipy must agree on everything."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from gis_server.navigation.cch_engine import CchTopology
from gis_server.navigation.engine import FORBIDDEN, Access, Engine, Path
from gis_server.navigation.graph import IntArray, Network
from gis_server.navigation.metrics import relaxed_weights, strict_weights
from gis_server.navigation.profiles import PROFILES, build_costing
from gis_server.navigation.scipy_engine import ScipyTopology
from tests.navigation.networks import Link, network_of, random_town


@pytest.fixture(scope="module")
def town() -> Network:
    return network_of(*random_town(14, seed=7))


def weights_for(town: Network, profile: str, relaxed: bool) -> IntArray:
    costing = build_costing(PROFILES[profile], town.links)
    blocked = np.random.default_rng(3).random(len(town.links)) < 0.3
    return relaxed_weights(costing, blocked) if relaxed else strict_weights(costing, blocked)


def assert_is_a_path(town: Network, weights: IntArray, path: Path, starts: list[Access], ends: list[Access]) -> None:
    nodes = [path.source, *(int(town.head[arc]) for arc in path.arcs)]
    assert [int(town.tail[arc]) for arc in path.arcs] == nodes[:-1]
    assert nodes[-1] == path.target
    assert all(weights[arc] < FORBIDDEN for arc in path.arcs)
    before = min(access.cost for access in starts if access.node == path.source)
    after = min(access.cost for access in ends if access.node == path.target)
    assert before + sum(int(weights[arc]) for arc in path.arcs) + after == path.cost


@pytest.mark.parametrize("relaxed", [False, True])
@pytest.mark.parametrize("profile", ["walk", "wheelchair"])
def test_both_engines_agree_on_every_random_pair(town: Network, profile: str, relaxed: bool) -> None:
    weights = weights_for(town, profile, relaxed)
    quick, sure = CchTopology(town).with_weights(weights), ScipyTopology(town).with_weights(weights)
    rng = np.random.default_rng(11)
    refused = 0
    for _ in range(150):
        nodes, costs = rng.integers(town.node_count, size=4), rng.integers(900, size=4)
        picked = [Access(int(node), int(cost)) for node, cost in zip(nodes, costs, strict=True)]
        starts, ends = picked[:2], picked[2:]
        one, other = quick.shortest_path(starts, ends), sure.shortest_path(starts, ends)
        assert (one and one.cost) == (other and other.cost)
        for path in (one, other):
            if path is not None:
                assert_is_a_path(town, weights, path, starts, ends)
        refused += one is None
    assert refused < 150
    assert refused > 0 or relaxed


def test_both_engines_agree_on_the_nearest_targets(town: Network) -> None:
    weights = weights_for(town, "wheelchair", relaxed=False)
    engines: list[Engine] = [topology.with_weights(weights) for topology in (CchTopology(town), ScipyTopology(town))]
    rng = np.random.default_rng(5)
    for _ in range(20):
        targets = [[Access(int(n), int(c)) for n, c in rng.integers(town.node_count, size=(2, 2))] for _ in range(12)]
        targets.append([])
        starts = [Access(int(node), 7) for node in rng.integers(town.node_count, size=2)]
        quick, sure = (engine.nearest_targets(starts, targets) for engine in engines)
        assert quick == sure
        assert quick[-1] is None


def test_many_threads_may_ask_one_engine(town: Network) -> None:
    engine = CchTopology(town).with_weights(weights_for(town, "walk", relaxed=True))
    costs: list[int] = []

    def ask() -> None:
        for _ in range(50):
            path = engine.shortest_path([Access(0, 0)], [Access(town.node_count - 1, 0)])
            costs.append(path.cost if path else -1)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(costs) == 400
    assert len(set(costs)) == 1


@pytest.mark.parametrize("topology", [CchTopology, ScipyTopology])
def test_the_cheaper_of_parallel_links_is_taken_and_loops_are_left_out(topology: type) -> None:
    nodes = {"a": (0.0, 0.0), "b": (100.0, 0.0)}
    links = [Link("slow", "a", "b"), Link("quick", "a", "b"), Link("loop", "a", "a")]
    network = network_of(nodes, links)
    weights = np.array([900, 900, 500, 500, 1, 1], dtype=np.int64)
    path = topology(network).with_weights(weights).shortest_path([Access(0, 0)], [Access(1, 0)])
    assert path is not None
    assert (path.cost, path.arcs) == (500, (2,))


@pytest.mark.parametrize("topology", [CchTopology, ScipyTopology])
def test_start_and_target_may_be_one_node(topology: type, town: Network) -> None:
    engine = topology(town).with_weights(weights_for(town, "walk", relaxed=True))
    path = engine.shortest_path([Access(3, 20)], [Access(3, 5), Access(3, 9)])
    assert path is not None
    assert (path.cost, path.arcs) == (25, ())
