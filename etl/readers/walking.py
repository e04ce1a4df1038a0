"""歩行空間ネットワークデータ (国土交通省), editions of 2018 and 2024: nodes, links and the facilities of 2018.

As CSV, Shapefile or GeoJSON, one table a file or several in a ZIP archive, which is the usual download.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from etl import network_checks, sources
from etl.contents import Contents
from etl.mapping import column_names
from etl.readers.base import Options, Reader, slug
from etl.readers.geojson import Bounds
from etl.readers.sheet_files import header_of, headers_in, open_sheet, sheets_of, tables_beside
from etl.readers.sheets import Sheet
from etl.readers.walking_facilities import FIELDS, facility_items
from etl.readers.walking_rows import Columns, Nodes, link_items, node_items
from etl.record import DataSet, Item, Notice, UndecidedError, UnreadableFileError
from etl.text import find_number
from etl.walking_codes import NEW, OLD, OLD_SLOPES, OLD_STEPS, written
from layers import registry

NODES, LINKS, FACILITIES = "pedestrian-nodes", "pedestrian-links", "facilities"
_KNOWN_BY = {
    LINKS: ("link_id", "start_id", "end_id"),
    NODES: ("node_id",),
    FACILITIES: ("facil_id", "facil_type"),
}
_IDS = {"node_id", "link_id", "lat", "lon", "facil_id"}
_MAX_SEEN = 1_000


def layer_of(columns: Iterable[str]) -> str | None:
    """The layer of a table of the specification, by its columns; None for every other table.

    >>> layer_of(["LINK_ID", "START_ID", "END_ID"]), layer_of(["node_id", "floor"]), layer_of(["id"])
    ('pedestrian-links', 'pedestrian-nodes', None)
    """
    small = {name.strip().lower() for name in columns}
    return next((layer for layer, names in _KNOWN_BY.items() if small.issuperset(names)), None)


def find_reason(contents: Contents) -> str | None:
    found = {name: layer for name, header in headers_in(contents) if (layer := layer_of(header))}
    if not found:
        return None
    layer = next(iter(found.values()))
    where = f" in {Path(next(iter(found))).name}" if contents.kind == "ZIP archive" else ""
    return f"columns {', '.join(_KNOWN_BY[layer])}{where}"


def open_network(contents: Contents, options: Options) -> DataSet:
    """Nodes, links and facilities of a file; a link table without shapes is drawn between nodes found beside it.

    Raises:
        UndecidedError: where the codes of the links may be of either edition.
    """
    sheets = [(layer, sheet) for sheet in sheets_of(contents, options) if (layer := layer_of(sheet.columns))]
    if options.layer in _KNOWN_BY:
        sheets = [(layer, sheet) for layer, sheet in sheets if layer == options.layer] + [
            ("", sheet) for layer, sheet in sheets if layer == NODES != options.layer
        ]
    by_layer = {layer: [s for known, s in sheets if known == layer] for layer in (NODES, LINKS, FACILITIES)}
    links = by_layer[LINKS]
    edition, why = _edition(links, options) if links else ("", "")
    nodes, nodes_from = _nodes(contents, options, links, [s for layer, s in sheets if layer in {NODES, ""}])
    key = f"walking-{slug(contents.path)}"
    mapping = {
        layer: _columns(layer, tables, options) for layer, tables in by_layer.items() if tables and layer != FACILITIES
    }
    filled = {layer: _fields(layer, columns, edition) for layer, columns in mapping.items()}
    if by_layer[FACILITIES]:
        filled[FACILITIES] = FIELDS
    kept = [sheet for tables in by_layer.values() for sheet in tables]
    return DataSet(
        source=sources.unnamed(key, f"歩行空間ネットワークデータ（{contents.path.name}）"),
        columns=filled,
        rows=_rows(by_layer, mapping, edition, nodes, options),
        kind=f"歩行空間ネットワークデータ{f' {edition}年版' if edition else ''}",
        bounds=_bounds(kept, nodes, options),
        cross_checks=network_checks.of(filled),
        reasons=tuple(filter(None, (*chain.from_iterable(s.reasons for s in kept), why, nodes_from))),
        mapping={layer: {column: field for field, column in columns.items()} for layer, columns in mapping.items()},
        unused=_unused(kept, mapping),
    )


def _edition(links: list[Sheet], options: Options) -> tuple[str, str]:
    """The edition and why: as told, else 2024 where there is a column rank, else 2018 where the codes allow it."""
    told = options.constants.get("edition", "")
    if told in {OLD, NEW}:
        return told, f"edition {told}: as told"
    if told:
        raise UnreadableFileError(f"there is no edition {told!r} of the specification, only {OLD} and {NEW}")
    ranked = ["rank" in sheet.spelling for sheet in links]
    if all(ranked):
        return NEW, f"edition {NEW}: it has a column rank"
    if any(ranked):
        raise UndecidedError("tables of two editions in one archive; import them one by one (--part)", (LINKS,))
    for name, allowed in (("vtcl_slope", OLD_SLOPES), ("lev_diff", OLD_STEPS)):
        strange = {number for number in _codes(links, name) if number not in allowed}
        if strange and strange <= set(range(1, 9)):
            raise UndecidedError(
                f"no column rank, as in {OLD}, but {name} {min(strange):g}, which only {NEW} has:"
                f" say which with --layer {LINKS} --set edition={OLD} or {NEW}",
                (LINKS,),
            )
    return OLD, f"edition {OLD}: it has no column rank"


def _codes(links: list[Sheet], name: str) -> set[float]:
    found: set[str] = set()
    for sheet in links:
        if name in sheet.spelling:
            for stretch in sheet.stretches():
                found.update(map(written, set(map(str, stretch.columns[name]))))
                if len(found) > _MAX_SEEN:
                    break
    return {number for text in found if (number := find_number(text or "x")) is not None}


def _nodes(contents: Contents, options: Options, links: list[Sheet], own: list[Sheet]) -> tuple[Nodes | None, str]:
    """The nodes between which links are drawn (or by which they are turned round), and where they were found."""
    if not links:
        return None, ""
    sheets, where = own, "of the same file"
    if not sheets and not all(sheet.has_shapes for sheet in links):
        sheets, where = _nodes_beside(contents.path, options), "beside it"
    if not sheets:
        if all(sheet.has_shapes for sheet in links):
            return None, ""
        raise UnreadableFileError(
            "the links have no geometry, and no table of nodes (node_id, lat, lon) is in the same archive or folder"
        )
    nodes = Nodes()
    for sheet in sheets:
        nodes.read(sheet, options.srid or 6668)
    return nodes, f"links lie between the nodes {where}: {', '.join(sheet.name for sheet in sheets)}"


def _nodes_beside(path: Path, options: Options) -> list[Sheet]:
    """Tables of nodes in the same folder: the one of the same name but for the word, else all of them."""
    found = [other for other in tables_beside(path) if layer_of(header_of(other)) == NODES]
    wanted = path.stem.lower().replace("link", "node").replace("リンク", "ノード")
    same = [other for other in found if other.path.stem.lower() == wanted]
    return [open_sheet(other, options) for other in same or found]


def _columns(layer: str, sheets: list[Sheet], options: Options) -> Columns:
    """Field -> column in small letters, for every field that one of the tables has a column for."""
    small = {name for sheet in sheets for name in sheet.spelling}
    fields = {name.lower(): field for name, field in column_names(registry.get(layer)).items()}
    chosen = {fields[name]: name for name in sorted(small & set(fields))}
    for name, field in options.mapping.items():
        if (column := name.strip().lower()) in small:
            chosen = {known: taken for known, taken in chosen.items() if taken != column}
            if field:
                chosen[field] = column
    if layer == LINKS:
        chosen = {field: name for field, name in chosen.items() if field not in {"start_id", "end_id"}}
    return chosen


def _fields(layer: str, columns: Columns, edition: str) -> tuple[str, ...]:
    if layer != LINKS:
        return tuple(columns)
    made = ("start_id", "end_id", "length_m", "edition", *(("original",) if edition == OLD else ()))
    return (*(field for field in columns if field not in made), *made)


def _present(sheet: Sheet, columns: Columns) -> Columns:
    return {field: name for field, name in columns.items() if name in sheet.spelling}


def _rows(
    sheets: dict[str, list[Sheet]], mapping: dict[str, Columns], edition: str, nodes: Nodes | None, options: Options
) -> Iterator[Item]:
    if not options.attribution:
        yield Notice("file", "does not say where it comes from; give --attribution and --licence")
    srid = options.srid or 6668
    if NODES in mapping:
        yield from node_items(((s, _present(s, mapping[NODES])) for s in sheets[NODES]), srid)
    if LINKS in mapping:
        if any(not sheet.has_shapes for sheet in sheets[LINKS]):
            yield Notice("file", "the links have no shapes: drawn as straight lines between their nodes")
        yield from link_items(((s, _present(s, mapping[LINKS])) for s in sheets[LINKS]), edition, nodes)
    for sheet in sheets[FACILITIES]:
        yield from facility_items(sheet, srid)


def _bounds(sheets: list[Sheet], nodes: Nodes | None, options: Options) -> Bounds | None:
    if nodes is not None and nodes.bounds is not None:
        return nodes.bounds
    known = [sheet.bounds for sheet in sheets if sheet.bounds is not None]
    for sheet in sheets:
        if not sheet.has_shapes and "node_id" in sheet.spelling:
            tabled = Nodes()
            tabled.read(sheet, options.srid or 6668)
            known += [tabled.bounds] if tabled.bounds else []
    if not known:
        return None
    west, south, east, north = zip(*known, strict=True)
    return min(west), min(south), max(east), max(north)


def _unused(sheets: list[Sheet], mapping: dict[str, Columns]) -> tuple[str, ...]:
    """Columns that no layer takes; link1_id … of the nodes repeat what the links say."""
    used = {name for columns in mapping.values() for name in columns.values()} | _IDS | {"start_id", "end_id"}
    names = dict.fromkeys(name for sheet in sheets if layer_of(sheet.columns) != FACILITIES for name in sheet.columns)
    return tuple(name for name in names if name.strip().lower() not in used)


WALKING_NETWORK = Reader("walking-network", "歩行空間ネットワークデータ", find_reason, open_network)
