"""The walking network of an extract: walkable ways, cut at their junctions into links, many at once."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from pyproj import Geod

from etl.readers.osm_columns import line_wkb, point_wkb
from etl.readers.osm_tags import KEYS_OF_LINKS, Tags, link_values
from etl.record import RawBatch
from layers.catalog.codes import UNKNOWN

_GEOD = Geod(ellps="GRS80")
_MOST_VERTICES = 300_000
"""So many wait at most, so that memory is bounded."""

Numbers = np.ndarray[Any, np.dtype[np.int64]]
Run = tuple[Numbers, bytes]
"""A stretch of a way: its nodes' numbers, and their positions as pairs of little-endian doubles (x, y)."""
TagKey = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Walkable:
    """The numbers of the nodes of every walkable way; attributes and positions are not kept."""

    numbers: array[int] = field(default_factory=lambda: array("q"))
    places: dict[int, tuple[int, int]] = field(default_factory=dict)

    def add(self, way_id: int, numbers: list[int]) -> None:
        start = len(self.numbers)
        self.numbers.extend(numbers)
        self.places[way_id] = start, start + len(numbers)

    def nodes_of(self, way_id: int) -> Numbers:
        start, end = self.places[way_id]
        return np.array(self.numbers[start:end], np.int64)

    def junctions(self) -> Numbers:
        """Nodes at which walkable ways end or meet, in the order of their numbers."""
        numbers = np.array(self.numbers, np.int64)
        found, counts = np.unique(numbers, return_counts=True)
        ends = np.array([place for start, end in self.places.values() for place in (start, end - 1)], np.int64)
        return np.union1d(found[counts > 1], numbers[ends])


class Links:
    """Walkable ways on their way to becoming links and nodes of the network."""

    def __init__(self, junctions: Numbers) -> None:
        self.junctions = junctions
        self.node_tags: dict[int, dict[str, str]] = {}
        self.written: set[int] = set()
        self._clear()

    def _clear(self) -> None:
        self.numbers: list[Numbers] = []
        self.positions: list[bytes] = []
        self.way_of_run: list[int] = []
        self.ways: list[tuple[int, TagKey, str, bool]] = []
        self.vertices = 0

    def add(self, way_id: int, tags: Tags, runs: list[Run]) -> None:
        """One more walkable way, in the stretches that are in the file."""
        key = tuple((name, value) for name in KEYS_OF_LINKS if (value := tags.get(name)) is not None)
        is_inside = tags.get("indoor") == "yes" or tags.get("highway") == "corridor"
        for numbers, positions in runs:
            self.numbers.append(numbers)
            self.positions.append(positions)
            self.way_of_run.append(len(self.ways))
            self.vertices += len(numbers)
        self.ways.append((way_id, key, tags.get("name", "")[:200], is_inside))

    @property
    def is_full(self) -> bool:
        """Whether the ways should go on, so that memory stays bounded."""
        return self.vertices >= _MOST_VERTICES

    def take(self) -> Iterator[RawBatch]:
        """The network's nodes and links of the ways so far; none wait afterwards."""
        if self.numbers:
            parts = _cut(self.numbers, self.positions, self.way_of_run, self.junctions)
            yield self._nodes(parts)
            yield self._links(parts)
        self._clear()

    def _nodes(self, parts: Parts) -> RawBatch:
        """The ends of the parts that were not written before, each as the first part says it."""
        ends = np.column_stack([parts.starts, parts.ends]).ravel()
        _, first = np.unique(parts.numbers[ends], return_index=True)
        new = [i for i in np.sort(first).tolist() if int(parts.numbers[ends[i]]) not in self.written]
        numbers = parts.numbers[ends[new]].tolist()
        self.written.update(numbers)
        inside = [self.ways[parts.ways[i // 2]][3] for i in new]
        return RawBatch(
            "pedestrian-nodes",
            pa.array([f"node {number}" for number in numbers], pa.string()),
            pa.array([f"osm-n{number}" for number in numbers], pa.string()),
            {
                "floor": pa.array([0.0] * len(new), pa.float64()),
                "in_out": pa.array([3 if one else UNKNOWN for one in inside], pa.int64()),
            },
            pa.array([point_wkb(parts.position(ends[i])) for i in new], pa.binary()),
        )

    def _links(self, parts: Parts) -> RawBatch:
        ways = [self.ways[way] for way in parts.ways]
        kinds, which = self._values(parts)
        named = {"name": pa.array([way[2] for way in ways], pa.string())}
        starts, ends = parts.numbers[parts.starts].tolist(), parts.numbers[parts.ends].tolist()
        return RawBatch(
            "pedestrian-links",
            pa.array([f"way {way[0]}" for way in ways], pa.string()),
            pa.array([f"osm-{way[0]}-{n}" for way, n in zip(ways, parts.orders, strict=True)], pa.string()),
            {name: pa.array([kind[name] for kind in kinds]).take(which) for name in kinds[0]}
            | named
            | {
                "start_id": pa.array([f"osm-n{number}" for number in starts], pa.string()),
                "end_id": pa.array([f"osm-n{number}" for number in ends], pa.string()),
                "length_m": pa.array([round(length, 2) for length in parts.lengths_m()], pa.float64()),
            },
            pa.array([line_wkb(line) for line in parts.lines()], pa.binary()),
        )

    def _values(self, parts: Parts) -> tuple[list[dict[str, Any]], pa.Array]:
        """The different sets of attributes, and which of them each part has: most ways are like many others."""
        on_nodes = self._node_tags_of(parts)
        places: dict[tuple[TagKey, tuple[TagKey, ...]], int] = {}
        kinds: list[dict[str, Any]] = []
        which = []
        for part, way in enumerate(parts.ways):
            key = self.ways[way][1], on_nodes.get(part, ())
            place = places.get(key)
            if place is None:
                place = places[key] = len(kinds)
                kinds.append(link_values(dict(key[0]), tuple(dict(tags) for tags in key[1])))
            which.append(place)
        return kinds, pa.array(which, pa.int64())

    def _node_tags_of(self, parts: Parts) -> dict[int, tuple[TagKey, ...]]:
        """For the parts on which there are nodes with tags, these tags in the order of the nodes."""
        tagged = np.fromiter(self.node_tags, np.int64, len(self.node_tags))
        found: dict[int, tuple[TagKey, ...]] = {}
        for vertex in np.flatnonzero(np.isin(parts.numbers, tagged)).tolist():
            tags = tuple(self.node_tags[int(parts.numbers[vertex])].items())
            # A node at which two parts meet is on both.
            last = int(np.searchsorted(parts.starts, vertex, side="right")) - 1
            for part in (last - 1, last):
                if part >= 0 and parts.starts[part] <= vertex <= parts.ends[part]:
                    found[part] = (*found.get(part, ()), tags)
        return found


@dataclass(frozen=True, slots=True)
class Parts:
    """Runs, one behind the other, and the parts into which junctions cut them.

    Args:
        numbers: of the nodes of all runs.
        positions: of the same nodes, 16 bytes each.
        starts, ends: of each part, the indices of its first and of its last node.
        ways: of each part, the index of its way.
        orders: of each part, its number within its way, from 1.
    """

    numbers: Numbers
    positions: bytes
    starts: Numbers
    ends: Numbers
    ways: list[int]
    orders: list[int]

    def position(self, vertex: int) -> bytes:
        return self.positions[16 * vertex : 16 * vertex + 16]

    def lines(self) -> Iterator[bytes]:
        """The positions of each part."""
        for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True):
            yield self.positions[16 * start : 16 * end + 16]

    def lengths_m(self) -> list[float]:
        """Length of each part on the ellipsoid, in metres."""
        x, y = np.frombuffer(self.positions, "<f8").reshape(-1, 2).T
        steps = self.ends - self.starts
        firsts = np.repeat(self.starts - np.cumsum(steps) + steps, steps) + np.arange(steps.sum())
        _, _, lengths = _GEOD.inv(x[firsts], y[firsts], x[firsts + 1], y[firsts + 1])
        # bincount adds one step after the other, as walking does.
        return list(np.bincount(np.repeat(np.arange(len(steps)), steps), lengths, len(steps)).tolist())


def _cut(numbers: list[Numbers], positions: list[bytes], way_of_run: list[int], junctions: Numbers) -> Parts:
    """Cut each run at every junction on it."""
    joined = np.concatenate(numbers)
    sizes = np.array([len(run) for run in numbers], np.int64)
    run_ends = np.cumsum(sizes) - 1
    is_bound = np.isin(joined, junctions)
    is_bound[run_ends] = is_bound[run_ends - sizes + 1] = True
    bounds = np.flatnonzero(is_bound)
    is_last = np.zeros(len(joined), bool)
    is_last[run_ends] = True
    is_start = ~is_last[bounds]
    starts, ends = bounds[is_start], np.roll(bounds, -1)[is_start]
    ways = np.array(way_of_run, np.int64)[np.searchsorted(run_ends, starts)]
    _, firsts, counts = np.unique(ways, return_index=True, return_counts=True)
    orders = np.arange(len(ways)) - np.repeat(firsts, counts) + 1
    return Parts(joined, b"".join(positions), starts, ends, ways.tolist(), orders.tolist())
