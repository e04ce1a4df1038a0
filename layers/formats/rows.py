"""The features of an export as rows, read in batches through a cursor on the server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection, models, transaction

from layers import reading
from layers.crs import LON_LAT_SRID
from layers.formats.base import Export
from layers.reading import Query, is_within, quoted
from layers.spec import Field, LayerSpec
from layers.values import column_of

BATCH_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A data set that rows of an export come from, as it must be named wherever they are shown."""

    key: str
    title: str
    attribution: str
    licence: str
    url: str


def build_query(export: Export, columns: list[str]) -> Query:
    """These SQL expressions over ``t`` for each feature that goes out, in the order of id if no other is asked for."""
    return reading.rows_query(export.selection, columns)


def batches(export: Export, columns: list[str]) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of `build_query`, `BATCH_ROWS` at a time: one moment of the layer, however long the reading takes."""
    return batches_of(export, build_query(export, columns))


def batches_of(export: Export, query: Query) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of any query on the layer of an export, `BATCH_ROWS` at a time."""
    count = 0
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.itersize = BATCH_ROWS
        cursor.execute(query.sql, query.params)
        rows = iter(cursor)
        while batch := list(islice(rows, BATCH_ROWS)):
            count += len(batch)
            export.on_rows(count)
            yield batch


def geometry_sql(export: Export) -> str:
    """The geometry in the reference system of the export; null where it is not wanted or cannot be told in it."""
    if not export.has_geometry:
        return "NULL::geometry"
    if export.srid == LON_LAT_SRID or (export.wanted is not None and export.crs.is_stored):
        return "t.geometry"
    transformed = f"ST_Transform(t.geometry, {export.srid:d})"
    return transformed if export.wanted is None else f"CASE WHEN {is_within(export.crs)} THEN {transformed} END"


def text_sql(layer: LayerSpec, field: Field) -> str:
    """A field's value as text: ``true``, ``12.5``, ``2024-01-01T07:10:00+00:00``."""
    name = f"t.{quoted(field.name)}"
    return f"to_json({name}) #>> '{{}}'" if is_moment(layer, field) else f"{name}::text"


def is_moment(layer: LayerSpec, field: Field) -> bool:
    return isinstance(column_of(layer, field), models.DateTimeField)


def is_text(layer: LayerSpec, field: Field) -> bool:
    return isinstance(column_of(layer, field), models.CharField | models.TextField)


def sources(export: Export) -> list[SourceLine]:
    """The data sets of the rows that go out, by key."""
    query = Query(
        "SELECT s.key, s.title, s.attribution, s.licence, s.url FROM layers_source s WHERE EXISTS (SELECT FROM "
    )
    query += reading.source(export.selection) + reading.where(export.selection)
    query += Query(' AND t.source = s.key) ORDER BY s.key COLLATE "C"')
    return [SourceLine(*row) for row in reading.rows(query)]
