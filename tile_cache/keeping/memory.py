"""What a process keeps of things made of layers, for as long as no change touches them. Bounded in bytes.

Reading takes no lock: one look into a dictionary. Whether what is found is still true is for the `watch` to say, which
takes out what changes have touched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

from tile_cache.degrees import Bounds
from tile_cache.keeping.truth import Ground, Stamp, Stamps

OVERHEAD_BYTES: Final = 2_000
"""What headers, key and bookkeeping of one thing take besides its bytes."""

MOST_GONE: Final = 10_000
"""Things that are dropped before their hits were counted; the hits of further ones are not counted."""


@dataclass(slots=True)
class Kept[V]:
    """One thing. `hits` counts how often it was found since they were last counted."""

    value: V
    ground: Ground
    size_bytes: int
    hits: int = 0
    is_wanted: bool = False


class TrueMemory[K: Hashable, V]:
    """Things by their keys, each with the ground it rests on. May be used by several threads.

    >>> memory = TrueMemory[str, bytes](most_bytes=5_000)
    >>> for name in ("a", "b", "c"):
    ...     memory.keep(name, b"abc", 3, Ground((), (0, 0, 1, 1)))
    >>> [memory.find(name) is not None for name in ("a", "b", "c")]
    [False, True, True]
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes, self._bytes, self._lock = most_bytes, 0, Lock()
        self._kept: dict[K, Kept[V]] = {}
        self._by_layer: defaultdict[str, set[K]] = defaultdict(set)
        self._known: dict[str, int] = {}
        self._gone: list[tuple[V, int]] = []

    def find(self, key: K) -> V | None:
        """What is kept under a key: nothing touched it before the watch's last look."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        kept.hits += 1
        kept.is_wanted = True
        return kept.value

    @property
    def count(self) -> int:
        return len(self._kept)

    @property
    def size_bytes(self) -> int:
        return self._bytes

    def take_hits(self) -> list[tuple[V, int]]:
        """How often each thing was found since this was last asked; those that were not, are not among them."""
        with self._lock:
            told, self._gone = self._gone, []
            for kept in self._kept.values():
                if kept.hits:
                    told.append((kept.value, kept.hits))
                    kept.hits = 0
            return told

    def holds(self, key: K, value: V) -> bool:
        """Whether this very thing is still kept under the key."""
        kept = self._kept.get(key)
        return kept is not None and kept.value is value

    def keep(self, key: K, value: V, size_bytes: int, ground: Ground) -> None:
        """Keep a thing in the place of an older one; things that nobody asks for make room.

        What is older than the last look is not kept: a change that came between would never be heard of again.
        """
        with self._lock:
            if any(stamp.revision < self._known.get(stamp.layer, 0) for stamp in ground.stamps):
                return
            self._drop(key)
            self._kept[key] = Kept(value, ground, size_bytes + OVERHEAD_BYTES)
            self._bytes += size_bytes + OVERHEAD_BYTES
            for stamp in ground.stamps:
                self._by_layer[stamp.layer].add(key)
            self._make_room()

    def follow(self, stamps: Stamps, touched: dict[str, Sequence[Bounds] | None]) -> None:
        """The log has come so far. Drop what a change has touched.

        Args:
            touched: the boxes of the changes of each layer; None where they are not known: all that is older goes.
        """
        now = {stamp.layer: stamp for stamp in stamps}
        with self._lock:
            for layer, boxes in touched.items():
                for key in [key for key in self._by_layer[layer] if self._is_touched(key, boxes, now.get(layer))]:
                    self._drop(key)
            self._known = {stamp.layer: stamp.revision for stamp in stamps}

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._by_layer.clear()
            self._known, self._bytes = {}, 0

    def _is_touched(self, key: K, boxes: Sequence[Bounds] | None, now: Stamp | None) -> bool:
        ground = self._kept[key].ground
        return now not in ground.stamps if boxes is None else any(_meet(ground.lon_lat, box) for box in boxes)

    def _make_room(self) -> None:
        """Whatever was asked for since it was last looked at goes to the end of the row, once."""
        while self._bytes > self._most_bytes:
            key = next(iter(self._kept))
            kept = self._kept[key]
            if kept.is_wanted:
                kept.is_wanted = False
                del self._kept[key]
                self._kept[key] = kept
            else:
                self._drop(key)

    def _drop(self, key: K) -> None:
        gone = self._kept.pop(key, None)
        if gone is not None:
            self._bytes -= gone.size_bytes
            if gone.hits and len(self._gone) < MOST_GONE:
                self._gone.append((gone.value, gone.hits))
            for stamp in gone.ground.stamps:
                self._by_layer[stamp.layer].discard(key)


def _meet(one: Bounds, other: Bounds) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
