"""From place to place on the network, or the obstacles that stand in between. Pure: no database, no language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from gis_server.navigation.approach import Approach, Ground, Piece, whole
from gis_server.navigation.blockages import Blockages, Blocker
from gis_server.navigation.engine import Engine, EngineFactory
from gis_server.navigation.graph import BoolArray, IntArray, Network
from gis_server.navigation.metrics import (
    CENTISECONDS,
    base_weights,
    closed_arcs,
    penalty,
    relaxed_weights,
    strict_weights,
)
from gis_server.navigation.profiles import Costing, Reason
from gis_server.navigation.snapping import Snap, SnapIndex

Place = tuple[float, float]
"""Longitude and latitude, degrees."""


class OffNetworkError(Exception):
    """A place is too far from anything that the profile may use. `distance_m` is None beyond 30 km."""

    def __init__(self, which: str, distance_m: float | None) -> None:
        super().__init__(which)
        self.which, self.distance_m = which, distance_m


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A link that the relaxed way uses although it may not: for the link's own sake, or because of blockers."""

    link: int
    reasons: Reason
    blockers: tuple[Blocker, ...]


@dataclass(frozen=True, slots=True)
class Walk:
    """Stretches in walking order from a snapped place to another."""

    pieces: tuple[Piece, ...]
    start: Snap
    end: Snap


@dataclass(frozen=True, slots=True)
class Found:
    """A way. `leaving` and `entering` are the blockers that its start and its end lie inside of."""

    walk: Walk
    leaving: tuple[Blocker, ...]
    entering: tuple[Blocker, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """No way. `walk` is the one that meets the fewest obstacles; None if the network itself is not connected."""

    walk: Walk | None
    obstacles: tuple[Obstacle, ...]


class Situation:
    """A network as one profile meets it now: ready to be asked, by several threads."""

    def __init__(
        self,
        network: Network,
        index: SnapIndex,
        topology: EngineFactory,
        costing: Costing,
        blockages: Blockages,
    ) -> None:
        self.network, self.index, self.costing, self.blockages = network, index, costing, blockages
        self._topology = topology
        self._blocked = blockages.is_blocked(network)
        self._weights: IntArray = base_weights(costing)
        self._snaps: dict[Place, tuple[Snap, ...]] = {}

    @cached_property
    def strict(self) -> Engine:
        return self._topology.with_weights(strict_weights(self.costing, self._blocked))

    @cached_property
    def relaxed(self) -> Engine:
        return self._topology.with_weights(relaxed_weights(self.costing, self._blocked))

    @cached_property
    def ground(self) -> Ground:
        return Ground(self.network, self.costing, self._weights, self.blockages)

    @cached_property
    def relaxed_ground(self) -> Ground:
        price = penalty(int(closed_arcs(self.costing, self._blocked).sum()))
        return Ground(self.network, self.costing, self._weights, self.blockages, price)

    @cached_property
    def is_open(self) -> BoolArray:
        """Per arc: the profile may use it, and nothing is in the way."""
        return ~closed_arcs(self.costing, self._blocked)

    def snaps(self, place: Place) -> tuple[Snap, ...]:
        """Where a place may join the network, nearest first; empty if nothing is near."""
        return self.index.near(place, self.costing.usable, self._blocked)

    def snaps_of_site(self, place: Place) -> tuple[Snap, ...]:
        """The same, remembered: the sites are asked for again and again."""
        if place not in self._snaps:
            self._snaps[place] = self.snaps(place)
        return self._snaps[place]

    def get_snaps(self, which: str, place: Place) -> tuple[Snap, ...]:
        """Where a place joins the network.

        Raises:
            OffNetworkError: nothing usable is near; says how far the nearest is.
        """
        snaps = self.snaps(place)
        if not snaps:
            raise OffNetworkError(which, self.index.distance_m(place, self.costing.usable))
        return snaps

    def blockers(self, numbers: frozenset[int]) -> tuple[Blocker, ...]:
        return tuple(self.blockages.blockers[number] for number in sorted(numbers))


def find_route(situation: Situation, origin: Place, destination: Place) -> Found | Refused:
    """The quickest way between two places, or what is in the way."""
    starts, ends = situation.get_snaps("from", origin), situation.get_snaps("to", destination)
    pair = nearest_pair(situation.network, starts, ends)
    if pair is None:
        return Refused(None, ())
    return route_between(situation, *pair)


def nearest_pair(network: Network, starts: Sequence[Snap], ends: Sequence[Snap]) -> tuple[Snap, Snap] | None:
    """The two snaps on one island of the network that lie nearest to what was asked."""
    pairs = [
        (start.distance_m + end.distance_m, start, end)
        for start in starts
        for end in ends
        if network.component[start.link] == network.component[end.link]
    ]
    best = min(pairs, key=lambda pair: pair[0], default=None)
    return None if best is None else (best[1], best[2])


def route_between(situation: Situation, start: Snap, end: Snap) -> Found | Refused:
    """As `find_route`, from one snapped place to another on the same island."""
    departure, pieces = _walk(situation.ground, situation.strict, start, end)
    if pieces is None:
        return _refusal(situation, start, end)
    return Found(
        Walk(pieces, start, end),
        situation.blockers(departure.tolerated),
        situation.blockers(situation.ground.around(end)),
    )


def _refusal(situation: Situation, start: Snap, end: Snap) -> Refused:
    departure, pieces = _walk(situation.relaxed_ground, situation.relaxed, start, end)
    if pieces is None:
        return Refused(None, ())
    return Refused(Walk(pieces, start, end), _obstacles(situation, pieces, departure.tolerated))


def _walk(ground: Ground, engine: Engine, start: Snap, end: Snap) -> tuple[Approach, tuple[Piece, ...] | None]:
    departure, arrival = Approach(ground, start, arriving=False), Approach(ground, end, arriving=True)
    path = engine.shortest_path(departure.accesses, arrival.accesses)
    direct = _direct(ground, departure, arrival)
    if direct is not None and (path is None or direct[0] <= path.cost):
        return departure, (direct[1],)
    if path is None:
        return departure, None
    pieces = [*departure.pieces(path.source), *map(whole, path.arcs), *arrival.pieces(path.target)]
    return departure, tuple(piece for piece in pieces if piece.share > 0) or (pieces[0],)


def _direct(ground: Ground, departure: Approach, arrival: Approach) -> tuple[int, Piece] | None:
    """Along the one link that both places lie on, without passing a node."""
    start, end = departure.snap, arrival.snap
    if start.link != end.link:
        return None
    piece = Piece(start.link, start.fraction, end.fraction)
    cost = ground.cost(piece, departure.tolerated)
    return None if cost is None else (cost, piece)


def _obstacles(situation: Situation, pieces: Sequence[Piece], tolerated: frozenset[int]) -> tuple[Obstacle, ...]:
    found = []
    for piece in pieces:
        reasons = Reason(int(situation.costing.reasons[piece.arc]))
        numbers = situation.blockages.between(piece.link, piece.begin, piece.finish) - tolerated
        if reasons or numbers:
            found.append(Obstacle(piece.link, reasons, situation.blockers(numbers)))
    return tuple(found)


def seconds_to_sites(situation: Situation, starts: Sequence[Snap], sites: Sequence[Place]) -> list[float | None]:
    """Walking time to each site in one search, seconds; None for those that cannot be reached.

    `starts` are tried in turn, nearest first, until one of them reaches any site.
    """
    ends = [situation.snaps_of_site(site) for site in sites]
    for start in starts:
        seconds = _seconds_from(situation, start, ends)
        if any(value is not None for value in seconds):
            return seconds
    return [None] * len(sites)


def _seconds_from(situation: Situation, start: Snap, ends: Sequence[Sequence[Snap]]) -> list[float | None]:
    departure = Approach(situation.ground, start, arriving=False)
    arrivals = [_arrival(situation, start, snaps) for snaps in ends]
    accesses = [arrival.accesses if arrival else [] for arrival in arrivals]
    costs = situation.strict.nearest_targets(departure.accesses, accesses)
    for number, arrival in enumerate(arrivals):
        direct = _direct(situation.ground, departure, arrival) if arrival else None
        known = [cost for cost in (costs[number], direct[0] if direct else None) if cost is not None]
        costs[number] = min(known, default=None)
    return [None if cost is None else cost / CENTISECONDS for cost in costs]


def _arrival(situation: Situation, start: Snap, snaps: Sequence[Snap]) -> Approach | None:
    pair = nearest_pair(situation.network, (start,), snaps)
    return None if pair is None else Approach(situation.ground, pair[1], arriving=True)
