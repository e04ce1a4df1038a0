"""OpenStreetMap extracts, XML or PBF: the walking network, cut at its junctions, and the base map.

The file is read twice: first the walkable ways' nodes, to know the junctions, then everything, as a stream. What is
kept in memory is the numbers of nodes of walkable ways, not their attributes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import osmium
import shapely
from pyproj import Geod

from etl import sources
from etl.contents import Contents
from etl.readers.base import Options, Reader, slug
from etl.readers.osm_ground import areas, find_line, find_point
from etl.readers.osm_tags import is_walkable, link_values
from etl.record import DataSet, Item, Notice, RawRow, Rejection, UnreadableFileError
from layers.catalog.codes import UNKNOWN

_GEOD = Geod(ellps="GRS80")
_SAMPLE_NODES = 100_000
"""Nodes looked at to see where a file lies, if it does not say so."""
_KEYS_OF_NODES = ("kerb", "kerb:height", "crossing", "crossing:signals", "button_operated", "highway", "railway")

Bounds = tuple[float, float, float, float]
Vertex = tuple[int, float, float]
"""A way's node: number, longitude, latitude."""


@dataclass(slots=True)
class Network:
    """What has to be remembered of the walking network while the file streams by."""

    junctions: set[int]
    node_tags: dict[int, dict[str, str]] = field(default_factory=dict)
    written: set[int] = field(default_factory=set)


def find_reason(contents: Contents) -> str | None:
    if contents.kind == "OSM PBF":
        return "it begins with an OSMHeader block"
    return "its root element is osm" if contents.root == "osm" else None


def open_extract(contents: Contents, options: Options) -> DataSet:
    name = slug(contents.path)
    link = tuple(link_values({}, ()))
    return DataSet(
        source=sources.openstreetmap(f"osm-{name}", f"OpenStreetMap ({contents.path.name})"),
        columns={
            "pedestrian-nodes": ("floor", "in_out"),
            "pedestrian-links": ("start_id", "end_id", "length_m", *link),
            "base-roads": ("name", "kind"),
            "base-railways": ("name",),
            "base-buildings": ("name",),
            "base-water": ("name", "kind"),
            "base-waterways": ("name", "kind"),
            "base-green": ("name", "kind"),
            "base-places": ("name", "kind"),
        },
        rows=_rows(contents.path),
        kind="OpenStreetMap",
        bounds=_bounds(contents.path),
    )


def _rows(path: Path) -> Iterator[Item]:
    with tempfile.TemporaryDirectory() as folder:
        try:
            ordered, notice = _in_order(path, Path(folder))
            if notice is not None:
                yield notice
            network = Network(_junctions(ordered))
            processor = osmium.FileProcessor(str(ordered)).with_locations().with_areas()
            for item in processor.with_filter(osmium.filter.EmptyTagFilter()):
                yield from _rows_of(item, network)
        except RuntimeError as error:
            # osmium's one exception for every broken file
            raise UnreadableFileError(f"broken OpenStreetMap file: {error}") from error


def _in_order(path: Path, folder: Path) -> tuple[Path, Notice | None]:
    """The file itself, or a sorted copy: areas need nodes, ways and relations in the order of their numbers."""
    last = (0, 0)
    for item in osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY | osmium.osm.RELATION):
        place = ("nwr".index(item.type_str()), item.id)
        if place < last:
            break
        last = place
    else:
        return path, None
    merged, ordered = osmium.MergeInputReader(), folder / "ordered.osm.pbf"
    merged.add_file(str(path))
    with osmium.SimpleWriter(str(ordered)) as writer:
        merged.apply(writer)
    return ordered, Notice(
        path.name, "nodes, ways or relations were not in the order of their numbers; sorted to read it"
    )


def _junctions(path: Path) -> set[int]:
    """Nodes at which walkable ways end or meet."""
    seen, junctions = set[int](), set[int]()
    ways: Iterable[Any] = osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(
        osmium.filter.KeyFilter("highway")
    )
    for way in ways:
        if is_walkable(way.tags):
            numbers = [node.ref for node in way.nodes]
            junctions.update(numbers[:1], numbers[-1:])
            for number in numbers:
                (junctions if number in seen else seen).add(number)
    return junctions


def _rows_of(item: Any, network: Network) -> Iterator[Item]:
    if item.is_node():
        yield from _node_rows(item, network)
    elif item.is_way():
        yield from _way_rows(item, network)
    elif item.is_area():
        yield from _area_rows(item)


def _node_rows(node: Any, network: Network) -> Iterator[Item]:
    tags = {key: node.tags[key] for key in _KEYS_OF_NODES if key in node.tags}
    if tags:
        network.node_tags[node.id] = tags
    place = find_point(node.tags)
    if place is not None:
        layer, kind = place
        values = {"name": node.tags["name"][:200], "kind": kind}
        yield RawRow(f"node {node.id}", layer, f"osm-n{node.id}", values, shapely.Point(node.lon, node.lat))


def _way_rows(way: Any, network: Network) -> Iterator[Item]:
    walkable, line = is_walkable(way.tags), find_line(way.tags)
    if not walkable and line is None:
        return
    tags = dict(way.tags)
    runs = list(_runs(way))
    if not runs:
        yield Rejection(f"way {way.id}", "nodes", "", "fewer than two of its nodes are in the file")
    if line is not None:
        for number, run in enumerate(runs, start=1):
            key = f"osm-w{way.id}" + (f"-{number}" if number > 1 else "")
            shape = shapely.LineString([vertex[1:] for vertex in run])
            yield RawRow(f"way {way.id}", line[0], key, {"name": tags.get("name", "")[:200], "kind": line[1]}, shape)
    if walkable:
        yield from _link_rows(way.id, tags, runs, network)


def _runs(way: Any) -> Iterator[list[Vertex]]:
    """Stretches of a way whose nodes are in the file; an extract cuts ways at its edge."""
    run: list[Vertex] = []
    for node in way.nodes:
        if node.location.valid():
            if not run or run[-1][1:] != (node.lon, node.lat):
                run.append((node.ref, node.lon, node.lat))
            continue
        if len(run) > 1:
            yield run
        run = []
    if len(run) > 1:
        yield run


def _link_rows(way_id: int, tags: dict[str, str], runs: list[list[Vertex]], network: Network) -> Iterator[Item]:
    number = 0
    for run in runs:
        for part in _cut(run, network.junctions):
            number += 1
            yield from _end_rows(part, tags, network)
            node_tags = tuple(network.node_tags[v[0]] for v in part if v[0] in network.node_tags)
            lons, lats = [v[1] for v in part], [v[2] for v in part]
            values = link_values(tags, node_tags) | {
                "start_id": f"osm-n{part[0][0]}",
                "end_id": f"osm-n{part[-1][0]}",
                "length_m": round(_GEOD.line_length(lons, lats), 2),
            }
            shape = shapely.LineString(list(zip(lons, lats, strict=True)))
            yield RawRow(f"way {way_id}", "pedestrian-links", f"osm-{way_id}-{number}", values, shape)


def _cut(run: list[Vertex], junctions: set[int]) -> Iterator[list[Vertex]]:
    start = 0
    for index in range(1, len(run)):
        if index == len(run) - 1 or run[index][0] in junctions:
            yield run[start : index + 1]
            start = index


def _end_rows(part: list[Vertex], tags: dict[str, str], network: Network) -> Iterator[RawRow]:
    is_inside = tags.get("indoor") == "yes" or tags.get("highway") == "corridor"
    for ref, lon, lat in (part[0], part[-1]):
        if ref not in network.written:
            network.written.add(ref)
            values = {"floor": 0.0, "in_out": 3 if is_inside else UNKNOWN}
            yield RawRow(f"node {ref}", "pedestrian-nodes", f"osm-n{ref}", values, shapely.Point(lon, lat))


_WKB = osmium.geom.WKBFactory()


def _area_rows(area: Any) -> Iterator[Item]:
    places = list(areas(area.tags))
    if not places:
        return
    place = f"{'way' if area.from_way() else 'relation'} {area.orig_id()}"
    try:
        shape = shapely.from_wkb(_WKB.create_multipolygon(area))
    except (RuntimeError, shapely.errors.ShapelyError) as error:
        yield Rejection(place, "geometry", "", f"the area cannot be formed: {error}")
        return
    for layer, kind in places:
        values = {"name": area.tags.get("name", "")[:200], "kind": kind}
        yield RawRow(place, layer, f"osm-{place[0]}{area.orig_id()}", values, shape)


def _bounds(path: Path) -> Bounds | None:
    """Where the extract lies: by its header, else by its first nodes (which lie all over it)."""
    try:
        box = osmium.io.Reader(str(path)).header().box()
        if box.valid():
            return box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat
        return _bounds_of_nodes(path)
    except RuntimeError as error:
        raise UnreadableFileError(f"broken OpenStreetMap file: {error}") from error


def _bounds_of_nodes(path: Path) -> Bounds | None:
    lons, lats = [], []
    nodes: Iterator[Any] = islice(osmium.FileProcessor(str(path), osmium.osm.NODE), _SAMPLE_NODES)
    for node in nodes:
        if node.location.valid():
            lons.append(node.lon)
            lats.append(node.lat)
    return (min(lons), min(lats), max(lons), max(lats)) if lons else None


EXTRACT = Reader("osm", "OpenStreetMap (XML, PBF)", find_reason, open_extract)
