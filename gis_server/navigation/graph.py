"""The walking network as arrays: what the search, the profiles and the directions read.

A *link* is a stretch between two nodes, in the order of the database; an *arc* is a link in one direction:
arc ``2 * link`` runs from start to end, arc ``2 * link + 1`` back. x = longitude, degrees (EPSG:4326).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

IntArray = npt.NDArray[np.int64]
CodeArray = npt.NDArray[np.int16]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LinkTable:
    """Attributes of the links, one entry per link.

    Codes are those of 歩行空間ネットワークデータ整備仕様 (2024); 99 is 不明. Measures are NaN where nobody measured.
    """

    id: tuple[str, ...]
    name: tuple[str, ...]
    surface: tuple[str, ...]
    source: tuple[str, ...]
    length_m: FloatArray
    structure: CodeArray
    route_type: CodeArray
    direction: CodeArray
    width_code: CodeArray
    slope_code: CodeArray
    step_code: CodeArray
    signal: CodeArray
    elevator_kind: CodeArray
    handrail: CodeArray
    tactile_paving: CodeArray
    width_min_m: FloatArray
    slope_max_percent: FloatArray
    step_max_cm: FloatArray
    step_count: FloatArray

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True)
class Network:
    """Links, nodes and shapes. The shape of link `i` is ``coordinates[offsets[i]:offsets[i + 1]]``, degrees."""

    links: LinkTable
    start: IntArray
    end: IntArray
    node_lon: FloatArray
    node_lat: FloatArray
    coordinates: FloatArray
    offsets: IntArray

    @property
    def node_count(self) -> int:
        return len(self.node_lon)

    @cached_property
    def tail(self) -> IntArray:
        """Node at which each arc begins."""
        return np.column_stack([self.start, self.end]).ravel()

    @cached_property
    def head(self) -> IntArray:
        """Node at which each arc ends."""
        return np.column_stack([self.end, self.start]).ravel()

    @cached_property
    def degree(self) -> IntArray:
        """How many link ends meet at each node."""
        return np.bincount(self.tail, minlength=self.node_count).astype(np.int64)

    @cached_property
    def link_index(self) -> dict[str, int]:
        """Position of each link by its public id."""
        return {link_id: position for position, link_id in enumerate(self.links.id)}

    @cached_property
    def component(self) -> IntArray:
        """For each link, the number of the island it lies on, whatever may be walked there."""
        joined = coo_array(
            (np.ones(len(self.start), dtype=np.int8), (self.start, self.end)),
            shape=(self.node_count, self.node_count),
        )
        labels = connected_components(joined, directed=False)[1]
        return np.asarray(labels[self.start], dtype=np.int64)

    def shape(self, link: int) -> FloatArray:
        """Vertices of `link` from its start to its end, as rows of longitude and latitude."""
        return self.coordinates[self.offsets[link] : self.offsets[link + 1]]


def build_network(
    links: LinkTable,
    start_ids: Sequence[str],
    end_ids: Sequence[str],
    coordinates: FloatArray,
    offsets: IntArray,
) -> Network:
    """Number the nodes and place each where a link that names it begins or ends."""
    numbers: dict[str, int] = {}
    start = np.fromiter((numbers.setdefault(key, len(numbers)) for key in start_ids), np.int64, len(start_ids))
    end = np.fromiter((numbers.setdefault(key, len(numbers)) for key in end_ids), np.int64, len(end_ids))
    places = np.empty((len(numbers), 2), dtype=np.float64)
    places[end] = coordinates[offsets[1:] - 1]
    places[start] = coordinates[offsets[:-1]]
    return Network(links, start, end, places[:, 0], places[:, 1], coordinates, offsets)
