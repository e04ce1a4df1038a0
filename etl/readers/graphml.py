"""Road networks as GraphML, above all those of OSMnx: streets for the base map and for walking.

The file is read twice as a stream: its keys and nodes, then its edges. The two directed edges of a street become one
link: what is one-way for cars is walked in both directions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from pyproj import Geod

from etl import sources
from etl.contents import Contents
from etl.datum import identify_srid, is_degrees, name_of, to_lon_lat
from etl.graphml_values import Attributes, highway_of, tags_of
from etl.readers.base import Options, Reader, slug
from etl.readers.graphml_stream import Graph, read_edges, read_graph
from etl.readers.osm_ground import find_line
from etl.readers.osm_tags import is_walkable, link_values
from etl.record import DataSet, Item, Notice, RawRow, Rejection, UndecidedError, UnreadableFileError
from etl.text import find_number
from layers.catalog.codes import UNKNOWN

NODES, LINKS, ROADS = "pedestrian-nodes", "pedestrian-links", "base-roads"
_ON_FOOT = {"footway", "path", "pedestrian", "steps", "corridor", "track", "cycleway"}
_GEOD = Geod(ellps="GRS80")
_WGS84 = 4326

Place = tuple[float, float]


@dataclass(slots=True)
class Network:
    """What has to be remembered of a graph while its edges stream by."""

    key: str
    graph: Graph
    srid: int
    layers: frozenset[str]
    has_kinds: bool
    places: dict[str, Place]
    seen: set[bytes] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    has_footways: bool = False


def find_reason(contents: Contents) -> str | None:
    return "its root element is graphml" if contents.root == "graphml" else None


def open_graph(contents: Contents, options: Options) -> DataSet:
    """The streets of a graph.

    Raises:
        UndecidedError: where its edges do not say what they are.
        UnreadableFileError: where its nodes have no coordinates, or these are in no known reference system.
    """
    graph = read_graph(contents.path)
    if not graph.nodes:
        raise UnreadableFileError("a graph without coordinates: no node has x and y (or lon and lat)")
    srid, reason = _srid_of(graph, options)
    has_kinds = "highway" in graph.edge_names
    layers = _layers(options.layer, has_kinds=has_kinds)
    key = f"graphml-{slug(contents.path)}"
    network = Network(key, graph, srid, layers, has_kinds, _places(graph, srid))
    columns: dict[str, tuple[str, ...]] = {
        NODES: ("in_out",),
        LINKS: ("start_id", "end_id", "length_m", *link_values({}, ())),
        ROADS: ("name", "kind"),
    }
    is_osm = "osmid" in graph.edge_names
    title = f"道路ネットワーク（{contents.path.name}）"
    lons, lats = zip(*network.places.values(), strict=True)
    return DataSet(
        source=sources.openstreetmap(key, title) if is_osm else sources.unnamed(key, title),
        columns={layer: names for layer, names in columns.items() if layer in layers},
        rows=_rows(contents, network),
        kind="GraphML" + (f" ({graph.writer})" if graph.writer else ""),
        bounds=(min(lons), min(lats), max(lons), max(lats)),
        reasons=(reason, *(("from OpenStreetMap: its edges have an osmid",) if is_osm else ())),
        unused=tuple(sorted(graph.edge_names - _USED)),
    )


_USED = frozenset(
    {"osmid", "highway", "name", "length", "geometry", "oneway", "width", "est_width", "tunnel", "bridge", "access"}
    | {"foot", "sidewalk", "surface", "incline", "service", "lit"}
)


def _layers(layer: str, *, has_kinds: bool) -> frozenset[str]:
    if layer == ROADS:
        return frozenset({ROADS})
    if layer in {NODES, LINKS}:
        return frozenset({NODES, LINKS})
    if not has_kinds:
        raise UndecidedError(
            f"a graph whose edges do not say what they are (no highway); --layer {LINKS} or {ROADS} says it",
            (LINKS, ROADS),
        )
    return frozenset({NODES, LINKS, ROADS})


def _srid_of(graph: Graph, options: Options) -> tuple[int, str]:
    if options.srid is not None:
        return options.srid, f"{name_of(options.srid)}, as told"
    srid = identify_srid(graph.crs) if graph.crs else None
    if srid is not None:
        return srid, f"{name_of(srid)}, as the graph says"
    if graph.crs:
        raise UnreadableFileError(f"the graph names a reference system that is not known: {graph.crs[:60]!r}")
    if all(abs(x) <= 180 and abs(y) <= 90 for x, y in graph.nodes.values()):
        return _WGS84, "no reference system is named; the numbers are degrees, taken for WGS 84"
    raise UnreadableFileError("the graph names no reference system, and its coordinates are no degrees")


def _places(graph: Graph, srid: int) -> dict[str, Place]:
    """Longitude and latitude of each node."""
    positions = np.array(list(graph.nodes.values()), dtype=np.float64)
    if is_degrees(srid) and (np.abs(positions[:, 1]) > 90).any():
        raise UnreadableFileError("a node lies beyond 90 degrees: are x and y swapped?")
    lons, lats = to_lon_lat(positions[:, 0], positions[:, 1], srid)
    return dict(zip(graph.nodes, zip(lons.tolist(), lats.tolist(), strict=True), strict=True))


def _rows(contents: Contents, network: Network) -> Iterator[Item]:
    if network.graph.unplaced:
        yield Notice(f"{network.graph.unplaced} nodes", "have no coordinates and are left out")
    edges = 0
    for number, (start, end, values) in enumerate(read_edges(contents.path, network.graph), start=1):
        edges += 1
        place = f"edge {number} ({start} → {end})"
        if start not in network.places or end not in network.places:
            yield Rejection(place, "edge", f"{start}, {end}", "a node of it has no coordinates")
            continue
        yield from _edge_rows(place, start, end, values, network)
    yield Notice("file", f"{edges:,} edges are {len(network.seen):,} streets: those of both directions are one link")
    if LINKS in network.layers and network.has_kinds and not network.has_footways:
        yield Notice(
            "file", "a network for driving: footways and steps are missing, so that walks are longer than need be"
        )


def _edge_rows(place: str, start: str, end: str, values: Attributes, network: Network) -> Iterator[Item]:
    shape = _shape(start, end, values, network)
    if shape is None or shape.length == 0:
        yield Rejection(place, "geometry", values.get("geometry", "")[:60], "no line between two positions")
        return
    digest = _digest(start, end, shape)
    if digest in network.seen:
        return
    network.seen.add(digest)
    tags = tags_of(values)
    key = f"{network.key}-{start}-{end}-{digest.hex()[:6]}"
    if ROADS in network.layers:
        line = find_line(tags) if network.has_kinds else (ROADS, "street")
        if line is not None and line[0] == ROADS:
            yield RawRow(place, ROADS, key, {"name": tags.get("name", "")[:200], "kind": line[1]}, shape)
    if LINKS not in network.layers or (network.has_kinds and not _is_for_walkers(values, tags)):
        return
    network.has_footways = network.has_footways or tags.get("highway") in _ON_FOOT
    yield from _end_rows((start, end), network)
    metres = _GEOD.geometry_length(shape)
    stated = find_number(values.get("length") or "x")
    if stated is not None and abs(stated - metres) > max(5.0, 0.1 * metres):
        where = f"{place}: {stated:g} m, drawn {metres:.1f} m"
        yield Notice(where, "length differs from that of the shape by over 10 %; measured from the shape")
    ends = {"start_id": f"{network.key}-{start}", "end_id": f"{network.key}-{end}", "length_m": round(metres, 2)}
    yield RawRow(place, LINKS, key, link_values(tags, ()) | ends, shape)


def _is_for_walkers(values: Attributes, tags: dict[str, str]) -> bool:
    """Whether all that an edge was joined from may be walked."""
    return all(is_walkable(tags | {"highway": kind}) for kind in highway_of(values))


def _end_rows(ends: tuple[str, str], network: Network) -> Iterator[RawRow]:
    for node in ends:
        if node not in network.written:
            network.written.add(node)
            point = shapely.Point(network.places[node])
            yield RawRow(f"node {node}", NODES, f"{network.key}-{node}", {"in_out": UNKNOWN}, point)


def _shape(start: str, end: str, values: Attributes, network: Network) -> Any:
    """The line of an edge in degrees, from its start to its end; None where its text is none."""
    first, last = network.places[start], network.places[end]
    text = values.get("geometry")
    if not text:
        return shapely.LineString([first, last])
    shape = shapely.from_wkt(text, on_invalid="ignore")
    if shape is None or shape.geom_type != "LineString" or shape.is_empty:
        return None
    positions = shapely.get_coordinates(shape)
    positions = np.column_stack(to_lon_lat(positions[:, 0], positions[:, 1], network.srid))
    if _apart(positions[0], last) + _apart(positions[-1], first) < _apart(positions[0], first) + _apart(
        positions[-1], last
    ):
        positions = positions[::-1]
    return shapely.LineString(positions)


def _apart(position: Any, place: Place) -> float:
    return float(abs(position[0] - place[0]) + abs(position[1] - place[1]))


def _digest(start: str, end: str, shape: Any) -> bytes:
    """The same for both directions of a street, different for two streets between the same nodes."""
    forward = shapely.get_coordinates(shape).round(7)
    shapes = sorted((forward.tobytes(), np.ascontiguousarray(forward[::-1]).tobytes()))
    return hashlib.sha256("\x00".join(sorted((start, end))).encode() + shapes[0]).digest()[:12]


GRAPHML = Reader("graphml", "GraphML", find_reason, open_graph)
