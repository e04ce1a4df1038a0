"""Rows of the files that `./gis export` writes, format by format, read as they are asked for.

Every reader yields the same: the columns of the layer's own names, and the geometry in the file's reference system.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import shapely
from lxml import etree

from etl.archives import check_archive
from etl.contents import Contents, find_encoding
from etl.json_text import read_json
from etl.readers.ogr.workspace import Workspace
from etl.record import UnreadableFileError
from layers.formats.table import original

ID = "id"
GEOMETRY = "geometry"
BATCH_ROWS = 2_000
MAX_LINE_CHARACTERS = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One feature: its columns by their names in the layer, and its shape (a GeoJSON object or a shapely geometry)."""

    values: Mapping[str, Any]
    geometry: Any


def csv_header(contents: Contents) -> list[str]:
    """The column names of a CSV; none where the first line is longer than what has been looked at."""
    text = contents.head.decode(find_encoding(contents.head) or "utf-8", errors="ignore")
    line, end, _ = text.partition("\n")
    return next(csv.reader([line.rstrip("\r")]), []) if end else []


def csv_rows(path: Path, encoding: str) -> Iterator[dict[str, str]]:
    """Rows by column, the apostrophes before would-be formulas taken off again."""
    csv.field_size_limit(MAX_LINE_CHARACTERS)
    with path.open(encoding=encoding, newline="") as file:
        for row in csv.DictReader(_lines(file)):
            yield {name: original(cell) for name, cell in row.items() if name and isinstance(cell, str)}


def _lines(file: Any) -> Iterator[str]:
    while line := file.readline(MAX_LINE_CHARACTERS):
        if len(line) == MAX_LINE_CHARACTERS:
            raise UnreadableFileError(f"a line is longer than {MAX_LINE_CHARACTERS:,} characters")
        yield line


def json_rows(contents: Contents) -> Iterator[OwnRow]:
    """Features of GeoJSON or JSON-FG: one a line, as we write them, or of the whole document where it was rewritten."""
    with contents.path.open(encoding="utf-8-sig") as file:
        if file.readline(1024 * 1024).rstrip().endswith('"features":['):
            for number, line in enumerate(_lines(file), start=2):
                if line.startswith("{"):
                    yield _own_row(_feature(line, number))
            return
    features = contents.document.get("features")
    for feature in features if isinstance(features, list) else []:
        yield _own_row(feature)


def _feature(line: str, number: int) -> Any:
    try:
        return read_json(line.rstrip().rstrip(","))
    except (json.JSONDecodeError, RecursionError) as error:
        raise UnreadableFileError(f"broken JSON at line {number}: {str(error)[:80]}") from error


def _own_row(feature: Any) -> OwnRow:
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        return OwnRow({}, None)
    properties = feature["properties"]
    key = feature.get("id", properties.get(ID))
    return OwnRow(properties | {ID: key}, feature.get("geometry") or feature.get("place"))


def spreadsheet_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of the first sheet by column; a geometry over several cells is one again."""
    import openpyxl  # takes longer to load than a small file of another kind to be imported
    from openpyxl.utils.escape import unescape

    check_archive(path)
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        rows = book.worksheets[0].iter_rows(values_only=True)
        names = [str(name) for name in next(rows, ())]
        parts = [name for name in names if re.fullmatch(r"geometry(_epsg\d+)?_\d+", name)]
        for cells in rows:
            row = {n: unescape(c) if isinstance(c, str) else c for n, c in zip(names, cells, strict=False)}
            for part in parts:
                row[part.rsplit("_", 1)[0]] += row.pop(part, None) or ""  # empty cells at the end are not there
            yield row
    finally:
        book.close()


def spreadsheet_header(path: Path) -> tuple[str, list[str]]:
    """Name and columns of the first sheet."""
    import openpyxl

    check_archive(path)
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        sheet = book.worksheets[0]
        return str(sheet.title), [str(name) for name in next(sheet.iter_rows(max_row=1, values_only=True), ())]
    finally:
        book.close()


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """Where GDAL finds a file that has been checked, the name of its layer, and the folder that must live as long."""

    path: str
    layer: str
    workspace: Workspace | None = None
    options: Mapping[str, str] = field(default_factory=dict)


def gdal_rows(place: OwnPlace, names: Mapping[str, str]) -> Iterator[OwnRow]:
    """Features of a file that GDAL reads; `names` are the file's columns that are called otherwise in the layer."""
    import pyogrio  # brings pandas along, which takes longer than a small import

    with pyogrio.open_arrow(place.path, batch_size=BATCH_ROWS, **place.options) as (meta, stream):
        import pyarrow as pa

        shape = meta["geometry_name"] or "wkb_geometry"
        for batch in pa.RecordBatchReader.from_stream(stream):
            for row in batch.to_pylist():
                wkb = row.pop(shape)
                yield OwnRow({names.get(name, name): value for name, value in row.items()}, _from_wkb(wkb))


def parquet_rows(path: Path) -> Iterator[OwnRow]:
    for batch in pq.ParquetFile(path).iter_batches(BATCH_ROWS):
        for row in batch.to_pylist():
            wkb = row.pop(GEOMETRY)
            yield OwnRow(row, _from_wkb(wkb))


def _from_wkb(wkb: bytes | None) -> Any:
    return None if wkb is None else shapely.from_wkb(wkb, on_invalid="ignore")


def kml_rows(path: Path) -> Iterator[OwnRow]:
    """Placemarks with the columns of their schema."""
    events = etree.iterparse(
        str(path), tag="{*}Placemark", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        for _, placemark in events:
            values = {data.get("name"): data.text or "" for data in placemark.iterfind(".//{*}SimpleData")}
            values[ID] = values.pop("machigis_id", None)
            yield OwnRow(values, _kml_geometry(placemark))
            placemark.clear()
    except etree.XMLSyntaxError as error:
        raise UnreadableFileError(f"broken XML: {error.msg}") from error


def _kml_geometry(placemark: Any) -> Any:
    for child in placemark:
        kind = etree.QName(child).localname
        if kind in _KML_KINDS:
            return _KML_KINDS[kind](child)
    return None


def _positions(element: Any) -> list[list[float]]:
    text = element.findtext(".//{*}coordinates") or ""
    return [[float(number) for number in position.split(",")] for position in text.split()]


def _kml_polygon(element: Any) -> dict[str, Any]:
    rings = [*element.iterfind("{*}outerBoundaryIs"), *element.iterfind("{*}innerBoundaryIs")]
    return {"type": "Polygon", "coordinates": [_positions(ring) for ring in rings]}


def _kml_multi(element: Any) -> dict[str, Any]:
    parts = [_KML_KINDS[etree.QName(child).localname](child) for child in element]
    return {"type": f"Multi{parts[0]['type']}", "coordinates": [part["coordinates"] for part in parts]}


_KML_KINDS = {
    "Point": lambda element: {"type": "Point", "coordinates": _positions(element)[0]},
    "LineString": lambda element: {"type": "LineString", "coordinates": _positions(element)},
    "Polygon": _kml_polygon,
    "MultiGeometry": _kml_multi,
}
