"""One extract as it streams by: osmium joins nodes into ways and ways into areas; here they become rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import osmium

from etl.readers.osm_columns import Gathered, line_wkb, point_wkb
from etl.readers.osm_ground import KEYS_OF_AREAS, KEYS_OF_LINES, areas, find_line, find_point
from etl.readers.osm_network import Links, Run, Walkable
from etl.readers.osm_tags import is_walkable, link_values
from etl.record import Item, Rejection

_KEYS_OF_NODES = ("kerb", "kerb:height", "crossing", "crossing:signals", "button_operated", "highway", "railway")
_WKB = osmium.geom.WKBFactory()
_BEFORE_LINE = 9
"""Bytes of a line's WKB before its positions."""

_GROUND = {
    "base-roads": ("name", "kind"),
    "base-railways": ("name",),
    "base-buildings": ("name",),
    "base-water": ("name", "kind"),
    "base-waterways": ("name", "kind"),
    "base-green": ("name", "kind"),
    "base-places": ("name", "kind"),
}
COLUMNS = {
    "pedestrian-nodes": ("floor", "in_out"),
    "pedestrian-links": ("start_id", "end_id", "length_m", *link_values({}, ())),
    **_GROUND,
}
"""The fields that an extract fills in each layer."""


def find_walkable(path: Path) -> Walkable | None:
    """The walkable ways of a file; None where it has to be sorted: a way before another, or before its nodes."""
    found, last = Walkable(), None
    hidden_nodes = _only(osmium.osm.NODE, "")
    ways: Iterable[Any] = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_filter(hidden_nodes)
    for item in ways:
        if item.is_node():
            return None
        place = _place_in_order(item.id)
        if last is None:  # from now on a node comes too late, and is seen
            hidden_nodes.enable_for(osmium.osm.NOTHING)
        elif place < last:
            return None
        last = place
        if "highway" in item.tags and is_walkable(item.tags):
            found.add(item.id, [node.ref for node in item.nodes])
    return found


def _place_in_order(number: int) -> int:
    """Osmium's order: numbers below zero come first, and away from it.

    >>> sorted([2, -1, 1, -2], key=_place_in_order)
    [-1, -2, 1, 2]
    """
    return number if number > 0 else -(2**62) - number


class Extract:
    """The rows of one file, whose walkable ways are known."""

    def __init__(self, walkable: Walkable) -> None:
        self.walkable = walkable
        self.links = Links(walkable.junctions())
        self.ground = {layer: Gathered(layer, fields) for layer, fields in _GROUND.items()}

    def rows(self, path: Path) -> Iterator[Item]:
        """Everything that a layer takes, in batches.

        Raises:
            RuntimeError: the file is broken.
        """
        processor: Iterable[Any] = (
            osmium.FileProcessor(str(path))
            .with_locations()
            .with_areas()
            .with_filter(_only(osmium.osm.NODE, *_KEYS_OF_NODES, "place"))
            .with_filter(_only(osmium.osm.WAY, *KEYS_OF_LINES))
            .with_filter(_only(osmium.osm.AREA, *KEYS_OF_AREAS))
            .with_filter(_only(osmium.osm.RELATION, ""))
        )
        for item in processor:
            if item.is_way():
                yield from self._way(item)
            elif item.is_area():
                yield from self._area(item)
            else:
                yield from self._node(item)
        yield from self.links.take()
        for gathered in self.ground.values():
            if gathered.ids:
                yield gathered.take()

    def _put(self, layer: str, place: str, row_id: str, values: tuple[str, str], wkb: bytes) -> Iterator[Item]:
        gathered = self.ground[layer]
        gathered.add(place, row_id, values, wkb)
        if gathered.is_full:
            yield gathered.take()

    def _node(self, node: Any) -> Iterator[Item]:
        tags = {key: node.tags[key] for key in _KEYS_OF_NODES if key in node.tags}
        if tags:
            self.links.node_tags[node.id] = tags
        place = find_point(node.tags)
        if place is not None:
            layer, kind = place
            values = node.tags["name"][:200], kind
            position = np.array([node.lon, node.lat], "<f8").tobytes()
            yield from self._put(layer, f"node {node.id}", f"osm-n{node.id}", values, point_wkb(position))

    def _way(self, way: Any) -> Iterator[Item]:
        walks, line = way.id in self.walkable.places, find_line(way.tags)
        if not walks and line is None:
            return
        runs = self._runs(way)
        if not runs:
            yield Rejection(f"way {way.id}", "nodes", "", "fewer than two of its nodes are in the file")
        if line is not None:
            values = way.tags.get("name", "")[:200], line[1]
            for number, (_, positions) in enumerate(runs, start=1):
                key = f"osm-w{way.id}" + (f"-{number}" if number > 1 else "")
                yield from self._put(line[0], f"way {way.id}", key, values, line_wkb(positions))
        if walks:
            self.links.add(way.id, way.tags, runs)
            if self.links.is_full:
                yield from self.links.take()

    def _runs(self, way: Any) -> list[Run]:
        """Stretches of a way whose nodes are in the file, mostly all of it; an extract cuts ways at its edge."""
        try:
            positions = bytes.fromhex(_WKB.create_linestring(way))[_BEFORE_LINE:]
        except (osmium.InvalidLocationError, RuntimeError):  # a node is not there, or fewer than two are
            return list(_stretches(way))
        if len(positions) != 16 * len(way.nodes):  # osmium left out a node at the place of the one before
            return list(_stretches(way))
        walks = way.id in self.walkable.places
        return [(self.walkable.nodes_of(way.id) if walks else np.empty(0, np.int64), positions)]

    def _area(self, area: Any) -> Iterator[Item]:
        places = list(areas(area.tags))
        if not places:
            return
        place = f"{'way' if area.from_way() else 'relation'} {area.orig_id()}"
        try:
            shape = bytes.fromhex(_WKB.create_multipolygon(area))
        except RuntimeError as error:
            yield Rejection(place, "geometry", "", f"the area cannot be formed: {error}")
            return
        name = area.tags.get("name", "")[:200]
        for layer, kind in places:
            yield from self._put(layer, place, f"osm-{place[0]}{area.orig_id()}", (name, kind), shape)


def _only(kinds: Any, *keys: str) -> Any:
    """A filter that lets pass, of these kinds of objects, those that have one of the keys."""
    return osmium.filter.KeyFilter(*keys).enable_for(kinds)


def _stretches(way: Any) -> Iterator[Run]:
    """The same node by node, leaving out nodes that are not in the file, and those at the place of the one before."""
    run: list[tuple[int, float, float]] = []
    for node in way.nodes:
        if node.location.valid():
            if not run or run[-1][1:] != (node.lon, node.lat):
                run.append((node.ref, node.lon, node.lat))
            continue
        if len(run) > 1:
            yield _run(run)
        run = []
    if len(run) > 1:
        yield _run(run)


def _run(run: list[tuple[int, float, float]]) -> Run:
    numbers = np.array([vertex[0] for vertex in run], np.int64)
    return numbers, np.array([vertex[1:] for vertex in run], "<f8").tobytes()
