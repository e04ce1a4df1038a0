"""Between a place in the middle of a link and the nodes of the network.

Whoever stands inside a damage area, or on a closed street, must be able to leave it, or every refusal would look
like a failure. So from there the links that only those blockers close may be walked once, outwards; everywhere else
they stay closed. Nobody is led into them, not even to a destination that lies inside.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from gis_server.navigation.blockages import Blockages
from gis_server.navigation.engine import Access
from gis_server.navigation.graph import IntArray, Network
from gis_server.navigation.profiles import Costing
from gis_server.navigation.snapping import Snap


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a link as it is walked, between two fractions of the link's length from its start."""

    link: int
    begin: float
    finish: float

    @property
    def arc(self) -> int:
        return 2 * self.link + (self.finish < self.begin)

    @property
    def share(self) -> float:
        """How much of the link it is, 0 to 1."""
        return abs(self.finish - self.begin)


def whole(arc: int) -> Piece:
    """A link walked from one node to the other."""
    return Piece(arc // 2, 1.0, 0.0) if arc % 2 else Piece(arc // 2, 0.0, 1.0)


@dataclass(frozen=True)
class Ground:
    """What an approach is computed on. `penalty` None means that closed arcs are out of the question."""

    network: Network
    costing: Costing
    weights: IntArray
    blockages: Blockages
    penalty: int | None = None

    def around(self, snap: Snap) -> frozenset[int]:
        """Blockers that one is inside of at this place."""
        return self.blockages.covering(snap.asked) | self.blockages.at(snap.link, snap.fraction)

    def cost(self, piece: Piece, tolerated: frozenset[int]) -> int | None:
        """Centiseconds of a piece; None if it may not be walked."""
        against = piece.share > 0 and not self.costing.allowed[piece.arc]
        blocked = self.blockages.between(piece.link, piece.begin, piece.finish) - tolerated
        cost = round(float(self.weights[piece.arc]) * piece.share)
        if not against and not blocked:
            return cost
        return None if self.penalty is None else cost + self.penalty


@dataclass(frozen=True, slots=True)
class _Step:
    cost: int
    piece: Piece
    nearer: int | None


class Approach:
    """Ways between a snapped place and nodes: from the place (`arriving` False) or to it (True)."""

    def __init__(self, ground: Ground, snap: Snap, *, arriving: bool) -> None:
        self._ground = ground
        self._arriving = arriving
        self._steps: dict[int, _Step] = {}
        self.snap = snap
        self.tolerated: frozenset[int] = frozenset() if arriving else ground.around(snap)
        self._search()

    @property
    def accesses(self) -> list[Access]:
        """The nodes within reach and what they cost."""
        return [Access(node, step.cost) for node, step in self._steps.items()]

    def pieces(self, node: int) -> list[Piece]:
        """The way between the place and `node`, in walking order."""
        pieces: list[Piece] = []
        at: int | None = node
        while at is not None:
            step = self._steps[at]
            pieces.append(step.piece)
            at = step.nearer
        return pieces if self._arriving else pieces[::-1]

    def _search(self) -> None:
        """Dijkstra from the link's ends over the tolerated links; without any, the ends are all there is."""
        onward = self._tolerated_links() if self.tolerated else {}
        heap: list[tuple[int, int, int, Piece, int | None]] = []
        tie = count()
        for node, piece in self._first_pieces():
            cost = self._ground.cost(piece, self.tolerated)
            if cost is not None:
                heapq.heappush(heap, (cost, next(tie), node, piece, None))
        while heap:
            cost, _, node, piece, nearer = heapq.heappop(heap)
            if node in self._steps:
                continue
            self._steps[node] = _Step(cost, piece, nearer)
            for other, arc in onward.get(node, ()):
                farther = cost + int(self._ground.weights[arc])
                heapq.heappush(heap, (farther, next(tie), other, whole(arc), node))

    def _first_pieces(self) -> Iterator[tuple[int, Piece]]:
        link, fraction = self.snap.link, self.snap.fraction
        start, end = int(self._ground.network.start[link]), int(self._ground.network.end[link])
        if self._arriving:
            yield start, Piece(link, 0.0, fraction)
            yield end, Piece(link, 1.0, fraction)
        else:
            yield end, Piece(link, fraction, 1.0)
            yield start, Piece(link, fraction, 0.0)

    def _tolerated_links(self) -> dict[int, list[tuple[int, int]]]:
        """By node: where the links that only the tolerated blockers close lead to, and by which arc."""
        ground = self._ground
        onward: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for link in ground.blockages.blocks:
            if not ground.blockages.only_blocked_by(link, self.tolerated):
                continue
            for arc in (2 * link, 2 * link + 1):
                if ground.costing.allowed[arc]:
                    tail, head = int(ground.network.tail[arc]), int(ground.network.head[arc])
                    begin, finish = (head, tail) if self._arriving else (tail, head)
                    onward[begin].append((finish, arc))
        return onward
