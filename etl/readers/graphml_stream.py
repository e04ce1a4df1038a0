"""GraphML as a stream: keys, nodes with coordinates, edges with their attributes. No entity is ever expanded.

http://graphml.graphdrawing.org/primer/graphml-primer.html
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from etl.record import UnreadableFileError
from etl.text import find_number

MAX_NODES = 2_000_000
"""Nodes that are kept in memory: the streets of a prefecture."""
_EAST = ("x", "lon", "lng", "longitude", "経度")
_NORTH = ("y", "lat", "latitude", "緯度")


@dataclass(slots=True)
class Graph:
    """What a graph says before its edges.

    Args:
        names: id of a key -> name of the attribute, for nodes and for edges.
        defaults: name of an attribute -> its value where an edge has none.
        nodes: id -> x and y as they are written; only of nodes that have both.
    """

    names: dict[str, str] = field(default_factory=dict)
    edge_names: set[str] = field(default_factory=set)
    defaults: dict[str, dict[str, str]] = field(default_factory=lambda: {"node": {}, "edge": {}})
    nodes: dict[str, tuple[float, float]] = field(default_factory=dict)
    crs: str = ""
    writer: str = ""
    unplaced: int = 0


def read_graph(path: Path) -> Graph:
    """Keys, nodes and what the graph says of itself.

    Raises:
        UnreadableFileError: where the file is no sound XML, declares entities, or holds too many nodes.
    """
    graph = Graph()
    for name, element in _elements(path, {"key", "node", "data"}):
        if name == "key":
            _take_key(graph, element)
        elif name == "data":
            _take_word(graph, element)
        elif name == "node":
            _take_node(graph, element)
    return graph


def read_edges(path: Path, graph: Graph) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Start, end and attributes of each edge."""
    for _, element in _elements(path, {"edge"}):
        values = graph.defaults["edge"] | _data(graph, element)
        yield element.get("source") or "", element.get("target") or "", values


def _elements(path: Path, wanted: set[str]) -> Iterator[tuple[str, Any]]:
    """Elements of these local names once they are complete; each is forgotten after it was looked at."""
    try:
        stream = etree.iterparse(
            str(path), events=("end",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        tree = None
        for _, element in stream:
            if tree is None:
                tree = element.getroottree()
                if tree.docinfo.internalDTD is not None:
                    raise UnreadableFileError("the XML declares a document type; that is refused")
            parent = element.getparent()
            name = _name(element)
            is_of_graph = parent is not None and _name(parent) == "graph"
            if name in wanted and (name != "data" or is_of_graph):
                yield name, element
            if name == "key" or is_of_graph:
                _forget(element, parent)
    except etree.XMLSyntaxError as error:
        raise UnreadableFileError(f"broken XML: {str(error)[:160]}") from error
    except OSError as error:
        raise UnreadableFileError(f"cannot be read: {error}") from error


def _name(element: Any) -> str:
    """Without its namespace, which some writers leave out; empty for comments and the like."""
    return str(etree.QName(element).localname) if isinstance(element.tag, str) else ""


def _forget(element: Any, parent: Any) -> None:
    element.clear()
    while element.getprevious() is not None:
        del parent[0]


def _take_key(graph: Graph, key: Any) -> None:
    identity = key.get("id") or ""
    name = key.get("attr.name") or identity
    graph.names[identity] = name
    whose = key.get("for") or "all"
    if whose in {"edge", "all"}:
        graph.edge_names.add(name)
    for child in key:
        if _name(child) == "default" and child.text:
            for kind in ("node", "edge"):
                if whose in {kind, "all"}:
                    graph.defaults[kind][name] = child.text.strip()


def _take_word(graph: Graph, data: Any) -> None:
    name, text = graph.names.get(data.get("key") or "", ""), (data.text or "").strip()
    if name == "crs":
        graph.crs = text
    elif name == "created_with":
        graph.writer = text[:60]


def _take_node(graph: Graph, node: Any) -> None:
    values = graph.defaults["node"] | _data(graph, node)
    x, y = (_first_number(values, names) for names in (_EAST, _NORTH))
    if x is None or y is None:
        graph.unplaced += 1
        return
    graph.nodes[node.get("id") or ""] = (x, y)
    if len(graph.nodes) > MAX_NODES:
        raise UnreadableFileError(f"a graph of more than {MAX_NODES:,} nodes; split it")


def _first_number(values: Mapping[str, str], names: tuple[str, ...]) -> float | None:
    for name in names:
        if name in values:
            number = find_number(values[name])
            return number if number is not None and math.isfinite(number) else None
    return None


def _data(graph: Graph, element: Any) -> dict[str, str]:
    """Attributes of a node or an edge by their names; texts without the blanks around them."""
    return {
        graph.names.get(child.get("key") or "", child.get("key") or ""): (child.text or "").strip()
        for child in element
        if _name(child) == "data"
    }
