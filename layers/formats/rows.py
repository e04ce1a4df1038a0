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
from layers.reading import Query, Selection, quoted
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
    """These SQL expressions over the table ``t``, for every feature that the audience may see, in the order of id."""
    selection = Selection(export.layer, export.audience)
    select = Query(f"SELECT {', '.join(columns)} FROM {quoted(export.layer.table)} t")
    return select + reading.where(selection) + Query(" ORDER BY t.id")


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
    """The geometry in the reference system of the export."""
    return "t.geometry" if export.srid == LON_LAT_SRID else f"ST_Transform(t.geometry, {export.srid:d})"


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
    table = quoted(export.layer.table)
    query = Query(
        "SELECT s.key, s.title, s.attribution, s.licence, s.url FROM layers_source s"
        f" WHERE EXISTS (SELECT FROM {table} t"
    )
    query += reading.where(Selection(export.layer, export.audience))
    query += Query(' AND t.source = s.key) ORDER BY s.key COLLATE "C"')
    return [SourceLine(*row) for row in reading.rows(query)]
