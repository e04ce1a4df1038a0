"""The engine's interface in plain scipy: slower, without an extension of our own choosing, and easy to believe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gis_server.navigation.engine import FORBIDDEN, Access, Engine, Path, cheapest, least_by_target
from gis_server.navigation.graph import FloatArray, IntArray, Network

_NO_PREDECESSOR = -9999


class ScipyTopology:
    """A network for scipy's Dijkstra."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def with_weights(self, weights: IntArray) -> Engine:
        return ScipyEngine(self._network, weights)


class ScipyEngine:
    """Dijkstra from one more node that stands before all sources."""

    def __init__(self, network: Network, weights: IntArray) -> None:
        self._node_count = network.node_count
        order = np.lexsort((weights, network.head, network.tail))
        order = order[weights[order] < FORBIDDEN]
        tail, head = network.tail[order], network.head[order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
        self._arcs = order[first]
        self._tail, self._head = tail[first], head[first]
        self._weights = weights[self._arcs].astype(np.float64)
        self._arc_between = dict(
            zip(zip(self._tail.tolist(), self._head.tolist(), strict=True), self._arcs.tolist(), strict=True)
        )

    def shortest_path(self, sources: Iterable[Access], targets: Iterable[Access]) -> Path | None:
        starts, ends = cheapest(sources), cheapest(targets)
        if not starts or not ends:
            return None
        distances, predecessors = self._search(starts)
        totals = [distances[node] + cost for node, cost in ends]
        best = int(np.argmin(totals))
        if not totals[best] < FORBIDDEN:
            return None
        nodes = self._nodes_to(ends[best][0], predecessors)
        arcs = tuple(self._arc_between[pair] for pair in pairwise(nodes))
        return Path(int(totals[best]), nodes[0], nodes[-1], arcs)

    def nearest_targets(self, sources: Iterable[Access], targets: Sequence[Sequence[Access]]) -> list[int | None]:
        starts = cheapest(sources)
        if not starts:
            return [None] * len(targets)
        distances, _ = self._search(starts)
        reached = {
            access.node: int(distances[access.node]) if np.isfinite(distances[access.node]) else None
            for target in targets
            for access in target
        }
        return least_by_target(reached, targets)

    def _search(self, starts: Sequence[tuple[int, int]]) -> tuple[FloatArray, IntArray]:
        """Distances and predecessors of every node. One is added to each offset, as scipy drops zeros."""
        before = self._node_count
        nodes, costs = zip(*starts, strict=True)
        tail = np.concatenate([self._tail, np.full(len(nodes), before)])
        head = np.concatenate([self._head, np.array(nodes)])
        weights = np.concatenate([self._weights, np.array(costs, dtype=np.float64) + 1])
        graph = csr_array((weights, (tail, head)), shape=(before + 1, before + 1))
        distances, predecessors = dijkstra(graph, indices=before, return_predecessors=True)
        return distances - 1, predecessors

    def _nodes_to(self, node: int, predecessors: IntArray) -> list[int]:
        nodes = [node]
        while (node := int(predecessors[node])) not in (self._node_count, _NO_PREDECESSOR):
            nodes.append(node)
        return nodes[::-1]
