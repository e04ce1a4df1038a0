"""OpenStreetMap extracts, XML or PBF: the walking network, cut at its junctions, and the base map.

The file is read twice: first the walkable ways' nodes, to know the junctions (`osm_network`), then everything, as a
stream (`osm_stream`). What is kept in memory is the numbers of nodes of walkable ways, not their attributes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import osmium

from etl import sources
from etl.contents import Contents
from etl.readers.base import Options, Reader, slug
from etl.readers.osm_stream import COLUMNS, Extract, find_walkable
from etl.record import DataSet, Item, Notice, UnreadableFileError

_SAMPLE_NODES = 100_000
"""Nodes looked at to see where a file lies, if it does not say so."""

Bounds = tuple[float, float, float, float]


def find_reason(contents: Contents) -> str | None:
    if contents.kind == "OSM PBF":
        return "it begins with an OSMHeader block"
    return "its root element is osm" if contents.root == "osm" else None


def open_extract(contents: Contents, options: Options) -> DataSet:
    name = slug(contents.path)
    return DataSet(
        source=sources.openstreetmap(f"osm-{name}", f"OpenStreetMap ({contents.path.name})"),
        columns=COLUMNS,
        rows=_rows(contents.path),
        kind="OpenStreetMap",
        bounds=_bounds(contents.path),
    )


def _rows(path: Path) -> Iterator[Item]:
    name = path.name
    with tempfile.TemporaryDirectory() as folder:
        try:
            walkable = find_walkable(path)
            if walkable is None:
                path = _sorted(path, Path(folder))
                yield Notice(name, "nodes, ways or relations were not in the order of their numbers; sorted to read it")
                walkable = find_walkable(path)
            if walkable is None:
                raise UnreadableFileError("broken OpenStreetMap file: it cannot be put in the order of its numbers")
            yield from Extract(walkable).rows(path)
        except RuntimeError as error:
            # osmium's one exception for every broken file
            raise UnreadableFileError(f"broken OpenStreetMap file: {error}") from error


def _sorted(path: Path, folder: Path) -> Path:
    merged, ordered = osmium.MergeInputReader(), folder / "ordered.osm.pbf"
    merged.add_file(str(path))
    with osmium.SimpleWriter(str(ordered)) as writer:
        merged.apply(writer)
    return ordered


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
