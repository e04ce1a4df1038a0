"""Features as Arrow record batches, for the formats that GDAL and Arrow write."""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import models

from layers.formats import rows
from layers.formats.base import Export, UnwritableError
from layers.formats.rows import geometry_sql, is_moment, text_sql
from layers.reading import quoted
from layers.spec import Field, LayerSpec
from layers.values import column_of

GEOMETRY = "geometry"


@contextmanager
def record_batches(
    export: Export, names: dict[str, str] | None = None, *, plain: bool = False
) -> Iterator[pa.RecordBatchReader]:
    """The features, read while the batches are taken. The reading ends with the block, also where the writing fails.

    Args:
        names: field -> column, for formats with names of their own.
        plain: no type but numbers and text: moments as ISO 8601, truth as 0 and 1.
    """
    names = names or {}
    fields = [pa.field(names.get("id", "id"), pa.string())]
    fields += [pa.field(names.get(f.name, f.name), _type(export.layer, f, plain=plain)) for f in export.fields]
    schema = pa.schema([*fields, pa.field(GEOMETRY, pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"})])
    columns = ["t.id", *(_value_sql(export.layer, f, plain=plain) for f in export.fields)]
    columns.append(f"ST_AsBinary({geometry_sql(export)}, 'NDR')")
    with closing(_batches(export, columns, schema)) as batches:
        yield pa.RecordBatchReader.from_batches(schema, batches)


def _batches(export: Export, columns: list[str], schema: pa.Schema) -> Generator[pa.RecordBatch]:
    for batch in rows.batches(export, columns):
        arrays = [pa.array(values, field.type) for values, field in zip(zip(*batch, strict=True), schema, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _type(layer: LayerSpec, field: Field, *, plain: bool) -> pa.DataType:
    column = column_of(layer, field)
    if isinstance(column, models.BooleanField):
        return pa.int32() if plain else pa.bool_()
    if isinstance(column, models.IntegerField):
        return pa.int64() if isinstance(column, models.BigIntegerField) else pa.int32()
    if isinstance(column, models.FloatField):
        return pa.float64()
    return pa.timestamp("us", "UTC") if isinstance(column, models.DateTimeField) and not plain else pa.string()


def _value_sql(layer: LayerSpec, field: Field, *, plain: bool) -> str:
    if plain and is_moment(layer, field):
        return text_sql(layer, field)
    name = f"t.{quoted(field.name)}"
    return f"{name}::int" if plain and isinstance(column_of(layer, field), models.BooleanField) else name


def write_gdal(export: Export, path: Path, driver: str, reader: pa.RecordBatchReader, **options: Any) -> None:
    """Write a file through one of GDAL's drivers.

    Raises:
        UnwritableError: what GDAL could not do.
    """
    import pyogrio  # brings pandas along: only where GDAL writes
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a format says beforehand what it cannot hold
            pyogrio.write_arrow(
                reader,
                path,
                layer=export.layer.name,
                driver=driver,
                geometry_name=GEOMETRY,
                geometry_type=_geometry_type(export.layer),
                crs=f"EPSG:{export.srid}",
                **options,
            )
    except (DataLayerError, DataSourceError, FeatureError, GeometryError) as error:
        raise UnwritableError(f"{driver}: {error}") from error


def _geometry_type(layer: LayerSpec) -> str:
    return "Unknown" if layer.geometry_type == "Geometry" else layer.geometry_type
