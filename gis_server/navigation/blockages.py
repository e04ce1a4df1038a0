"""Which links cannot be used now, where along the link, and because of what. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import numpy as np
from shapely import Geometry, Point

from gis_server.navigation.graph import BoolArray, Network
from layers.spec import Text


@dataclass(frozen=True, slots=True)
class Blocker:
    """A damage area or a closure in force. `as_of` is when it was observed, or else entered."""

    layer: str
    id: str
    title: Text
    as_of: datetime
    area: Geometry | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A link that a blocker touches, between two fractions (0 to 1) of the link's length from its start."""

    blocker: int
    link_id: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Block:
    """A hit, seen from its link."""

    blocker: int
    low: float
    high: float

    def touches(self, begin: float, finish: float) -> bool:
        """Whether the block lies on the piece between two fractions of the link."""
        return self.low <= max(begin, finish) and self.high >= min(begin, finish)


@dataclass(frozen=True)
class Blockages:
    """All blocks on a network. `valid_until` is when the next closure begins or ends by itself."""

    blockers: tuple[Blocker, ...] = ()
    blocks: dict[int, tuple[Block, ...]] = field(default_factory=dict)
    valid_until: datetime | None = None

    def is_blocked(self, network: Network) -> BoolArray:
        """Per link: something is in the way somewhere on it."""
        blocked = np.zeros(len(network.links), dtype=bool)
        blocked[list(self.blocks)] = True
        return blocked

    def is_outdated(self, now: datetime) -> bool:
        """Whether a closure has begun or ended by itself since the blockages were read."""
        return self.valid_until is not None and now >= self.valid_until

    @cached_property
    def _areas(self) -> list[tuple[int, Geometry]]:
        return [(number, blocker.area) for number, blocker in enumerate(self.blockers) if blocker.area]

    def covering(self, point: tuple[float, float]) -> frozenset[int]:
        """Numbers of the areas that `point` lies in."""
        place = Point(point)
        return frozenset(number for number, area in self._areas if area.intersects(place))

    def at(self, link: int, fraction: float) -> frozenset[int]:
        """Numbers of the blockers that cover this place of the link."""
        return frozenset(b.blocker for b in self.blocks.get(link, ()) if b.low <= fraction <= b.high)

    def between(self, link: int, begin: float, finish: float) -> frozenset[int]:
        """Numbers of the blockers on a piece of the link."""
        return frozenset(b.blocker for b in self.blocks.get(link, ()) if b.touches(begin, finish))

    def only_blocked_by(self, link: int, tolerated: frozenset[int]) -> bool:
        """Whether the link is blocked, and by nothing but the tolerated blockers."""
        blocks = self.blocks.get(link, ())
        return len(blocks) > 0 and all(block.blocker in tolerated for block in blocks)


def build_blockages(
    network: Network, blockers: Sequence[Blocker], hits: Iterable[Hit], valid_until: datetime | None = None
) -> Blockages:
    """Sort hits by link. Links that the network does not know (just deleted) are left out."""
    blocks: dict[int, list[Block]] = defaultdict(list)
    for hit in hits:
        link = network.link_index.get(hit.link_id)
        if link is not None:
            blocks[link].append(Block(hit.blocker, hit.low, hit.high))
    return Blockages(tuple(blockers), {link: tuple(found) for link, found in blocks.items()}, valid_until)
