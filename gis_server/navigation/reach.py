"""How far one comes from a place within a time: which stretches of which links, in one search per origin. Pure.

The search gives the seconds to every node. A link is then walked from either end until the time is over, which may
be in its middle. Blocked links, and arcs that the profile may not use, are not entered, as for routes; whoever
stands inside a damage area may leave it (see `approach`), and the link that one stands on is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gis_server.navigation.approach import Approach, Piece
from gis_server.navigation.engine import Access
from gis_server.navigation.graph import FloatArray
from gis_server.navigation.metrics import CENTISECONDS
from gis_server.navigation.searching import Place, Situation
from gis_server.navigation.snapping import Snap


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one sets out; `name` is empty for a place that was only pointed at."""

    id: str
    name: str
    place: Place


@dataclass(frozen=True)
class Reach:
    """What is reached from a place. `node_seconds` is infinite where one cannot come at all."""

    snap: Snap
    node_seconds: FloatArray
    own: tuple[Piece, ...]
    own_seconds: tuple[float, ...]


def search(situation: Situation, place: Place) -> Reach | None:
    """Everything that can be reached from a place; None where no usable way is near."""
    for snap in situation.snaps(place):
        departure = Approach(situation.ground, snap, arriving=False)
        seconds = _node_seconds(situation, departure)
        own = tuple(_own_pieces(situation, departure))
        if own or np.isfinite(seconds).any():
            full = tuple(float(situation.costing.seconds[piece.arc]) for piece in own)
            return Reach(snap, seconds, own, full)
    return None


def _node_seconds(situation: Situation, departure: Approach) -> FloatArray:
    targets = [[Access(node, 0)] for node in range(situation.network.node_count)]
    costs = situation.strict.nearest_targets(departure.accesses, targets)
    return np.array([np.inf if cost is None else cost / CENTISECONDS for cost in costs], dtype=np.float64)


def _own_pieces(situation: Situation, departure: Approach) -> Iterator[Piece]:
    """From the place along its own link in both directions, as far as one may go."""
    snap = departure.snap
    for finish in (1.0, 0.0):
        piece = Piece(snap.link, snap.fraction, finish)
        if piece.share > 0 and situation.ground.cost(piece, departure.tolerated) is not None:
            yield piece


def pieces_within(situation: Situation, reach: Reach, seconds: float) -> list[Piece]:
    """The stretches that are walked within a time, each link at most once from either end."""
    network, costing = situation.network, situation.costing
    left = seconds - reach.node_seconds[network.tail]
    usable = situation.is_open & (left > 0)
    arcs = np.flatnonzero(usable)
    shares = np.minimum(left[arcs] / np.maximum(costing.seconds[arcs], 1e-9), 1.0)
    pieces = [_from_end(int(arc), float(share)) for arc, share in zip(arcs, shares, strict=True)]
    return [*_own_within(reach, seconds), *_without_twins(pieces)]


def _from_end(arc: int, share: float) -> Piece:
    return Piece(arc // 2, 1.0, 1.0 - share) if arc % 2 else Piece(arc // 2, 0.0, share)


def _own_within(reach: Reach, seconds: float) -> Iterator[Piece]:
    for piece, whole_s in zip(reach.own, reach.own_seconds, strict=True):
        length = min(piece.share, seconds / max(whole_s, 1e-9))
        finish = piece.begin + length if piece.finish > piece.begin else piece.begin - length
        yield Piece(piece.link, piece.begin, finish)


def _without_twins(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """A link that is walked whole one way need not be told again the other way."""
    whole = {piece.link for piece in pieces if piece.share == 1.0}
    told: set[int] = set()
    for piece in pieces:
        if piece.link not in whole:
            yield piece
        elif piece.share == 1.0 and piece.link not in told:
            told.add(piece.link)
            yield piece


def length_of(situation: Situation, pieces: Sequence[Piece]) -> float:
    """How much of the network that is, metres; a stretch that is reached from both sides counts once."""
    spans: dict[int, list[tuple[float, float]]] = {}
    for piece in pieces:
        spans.setdefault(piece.link, []).append((min(piece.begin, piece.finish), max(piece.begin, piece.finish)))
    lengths = situation.network.links.length_m
    return sum(float(lengths[link]) * _covered(parts) for link, parts in spans.items())


def _covered(parts: list[tuple[float, float]]) -> float:
    """Share of a link that lies in any of the parts.

    >>> _covered([(0.5, 1.0), (0.0, 0.25), (0.75, 1.0)])
    0.75
    """
    total, end = 0.0, 0.0
    for low, high in sorted(parts):
        total += max(0.0, high - max(low, end))
        end = max(end, high)
    return total
