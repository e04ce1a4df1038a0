"""GeoParquet 1.1: columns, compressed, for analysis of large data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import CRS

from layers.crs import LON_LAT_SRID
from layers.formats.arrow import GEOMETRY, record_batches
from layers.formats.base import X_FIRST, Export, Format
from layers.formats.json_features import about
from layers.spec import Text

ROW_GROUP_ROWS = 30_000


def write(export: Export, path: Path) -> None:
    metadata = {"geo": json.dumps(build_geo(export)), "machigis": json.dumps(about(export), ensure_ascii=False)}
    with record_batches(export) as reader:
        schema = reader.schema
        plain = schema.set(schema.get_field_index(GEOMETRY), schema.field(GEOMETRY).remove_metadata())
        with pq.ParquetWriter(path, plain.with_metadata(metadata), compression="zstd") as file:
            for group in _row_groups(reader):
                file.write_table(group.cast(plain), row_group_size=ROW_GROUP_ROWS)


def _row_groups(reader: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Batches put together: readers skip what they need not by row groups, and very small ones cost them more."""
    waiting: list[pa.RecordBatch] = []
    for batch in reader:
        waiting.append(batch)
        if sum(one.num_rows for one in waiting) >= ROW_GROUP_ROWS:
            yield pa.Table.from_batches(waiting)
            waiting = []
    yield pa.Table.from_batches(waiting, reader.schema)


def build_geo(export: Export) -> dict[str, Any]:
    """The file's metadata ``geo``: GeoParquet's own words for the geometry column."""
    crs = CRS.from_user_input("OGC:CRS84") if export.srid == LON_LAT_SRID else CRS.from_epsg(export.srid)
    kind = export.layer.geometry_type
    column = {
        "encoding": "WKB",
        "geometry_types": [] if kind == "Geometry" else [kind],
        "crs": crs.to_json_dict(),
    }
    return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}


GEOPARQUET = Format(
    name="parquet",
    title=Text("GeoParquet", "GeoParquet"),
    media_type="application/vnd.apache.parquet",
    extensions=("parquet", "geoparquet"),
    axis_order=X_FIRST,
    write=write,
)
