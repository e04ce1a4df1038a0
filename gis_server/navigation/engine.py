"""Shortest paths over directed arcs with whole-number weights: the interface.

Weights are centiseconds. `FORBIDDEN` (2³¹ − 1) closes an arc. `cch_engine` implements it with RoutingKit;
`scipy_engine` in plain scipy: the fallback where the extension module is missing, and the oracle of the tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from gis_server.navigation.graph import IntArray

FORBIDDEN: Final = 2_147_483_647


class Access(NamedTuple):
    """A node and what it costs to get there from a place beside it (or from it to there), centiseconds."""

    node: int
    cost: int


@dataclass(frozen=True, slots=True)
class Path:
    """The cheapest way from one of the sources to one of the targets, offsets included."""

    cost: int
    source: int
    target: int
    arcs: tuple[int, ...]


class Engine(Protocol):
    """Answers under one set of weights. Safe to be asked from several threads."""

    def shortest_path(self, sources: Iterable[Access], targets: Iterable[Access]) -> Path | None:
        """The cheapest path between any source and any target; None if there is none."""

    def nearest_targets(self, sources: Iterable[Access], targets: Sequence[Sequence[Access]]) -> list[int | None]:
        """Cost of each target (each reached through any of its accesses), in one run; None if out of reach."""


class EngineFactory(Protocol):
    """One topology, ready to be given weights."""

    def with_weights(self, weights: IntArray) -> Engine:
        """An engine for these weights, one per arc of the network."""


def cheapest(accesses: Iterable[Access]) -> list[tuple[int, int]]:
    """One entry per node, the cheapest.

    >>> cheapest([Access(1, 5), Access(2, 0), Access(1, 3)])
    [(1, 3), (2, 0)]
    """
    best: dict[int, int] = {}
    for node, cost in accesses:
        best[node] = min(cost, best.get(node, cost))
    return list(best.items())


def least_by_target(distances: dict[int, int | None], targets: Sequence[Sequence[Access]]) -> list[int | None]:
    """Cost of each target from the distances of its access nodes."""
    costs: list[int | None] = []
    for target in targets:
        reached = [(distances[access.node], access.cost) for access in target]
        sums = [distance + cost for distance, cost in reached if distance is not None]
        costs.append(min((total for total in sums if total < FORBIDDEN), default=None))
    return costs
