"""GeoParquet: its description of itself, and its rows in batches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from etl.readers.ogr.formats import GEOPARQUET
from etl.readers.ogr.parts import Bounds, Part
from etl.record import UnreadableFileError

MAX_GROUP_BYTES = 2 * 1024**3
"""A row group is decoded piece by piece, but one that says it is larger than this is not begun."""


def inspect_parquet(path: Path) -> list[Part]:
    """The one layer of a GeoParquet file.

    Raises:
        UnreadableFileError: where it is broken, or has no geometry by the GeoParquet standard.
    """
    try:
        with pq.ParquetFile(path) as file:
            metadata, schema = file.metadata, file.schema_arrow
            sizes = [metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups)]
    except (pa.ArrowException, OSError, ValueError) as error:
        raise UnreadableFileError(f"broken {GEOPARQUET}: {str(error).splitlines()[0][:200]}") from error
    if sizes and max(sizes) > MAX_GROUP_BYTES:
        raise UnreadableFileError(f"a row group of {max(sizes) // 2**20:,} MB is too large")
    name, column = _geometry_column(schema)
    kinds = column.get("geometry_types")
    return [
        Part(
            format=GEOPARQUET,
            name=path.stem,
            place=str(path),
            layer=name,
            columns=tuple(other for other in schema.names if other != name and other != "bbox"),
            geometry_type=str(kinds[0]) if isinstance(kinds, list) and len(kinds) == 1 else "Unknown",
            row_count=int(metadata.num_rows),
            crs=_crs(column),
            bytes=path.stat().st_size,
            bounds=_bounds(column.get("bbox")),
        )
    ]


def _geometry_column(schema: pa.Schema) -> tuple[str, dict[str, Any]]:
    try:
        geo = json.loads((schema.metadata or {})[b"geo"])
        name = geo["primary_column"]
        column = geo["columns"][name]
        encoding = column["encoding"]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise UnreadableFileError("a Parquet file without GeoParquet's description of a geometry column") from error
    if name not in schema.names or encoding != "WKB":
        raise UnreadableFileError(f"the geometry column {name!s:.60} is not there as WKB")
    return str(name), dict(column)


def _crs(column: dict[str, Any]) -> str:
    """As code or WKT. The standard says that a missing one is longitude and latitude on WGS 84, and null is unknown."""
    if "crs" not in column:
        return "EPSG:4326"
    crs = column["crs"]
    code = crs.get("id") if isinstance(crs, dict) else None
    if isinstance(code, dict) and "code" in code:
        return f"{code.get('authority')}:{code['code']}"
    return str(crs.get("name", "")) if isinstance(crs, dict) else ""


def _bounds(bbox: Any) -> Bounds | None:
    if not isinstance(bbox, list) or len(bbox) not in {4, 6} or not all(isinstance(n, int | float) for n in bbox):
        return None
    half = len(bbox) // 2
    return float(bbox[0]), float(bbox[1]), float(bbox[half]), float(bbox[half + 1])


def parquet_batches(part: Part, rows: int) -> Iterator[tuple[pa.RecordBatch, pa.Array]]:
    """Columns and geometries (WKB) of the rows, so many at a time."""
    try:
        with pq.ParquetFile(part.place) as file:
            for batch in file.iter_batches(rows, columns=[*part.columns, str(part.layer)]):
                yield plain_batch(batch.select(list(part.columns))), plain_array(batch.column(str(part.layer)))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise UnreadableFileError(f"broken {GEOPARQUET}: {str(error).splitlines()[0][:200]}") from error


def plain_batch(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The columns of a batch as `plain_array` makes them."""
    if not batch.num_columns:  # one made anew would have no rows
        return batch
    return pa.record_batch([plain_array(column) for column in batch.columns], names=batch.schema.names)


def plain_array(array: pa.Array) -> pa.Array:
    """Texts and bytes in the younger forms of Arrow, which few functions know, in the plain ones; JSON as its text."""
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    if pa.types.is_string_view(array.type) or pa.types.is_large_string(array.type):
        return array.cast(pa.string())
    if pa.types.is_binary_view(array.type) or pa.types.is_large_binary(array.type):
        return array.cast(pa.binary())
    return array
