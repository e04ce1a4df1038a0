"""The one door out: features of a layer, for an audience, as SQL that builds the text itself.

Everything here is a value: `select` checks what is asked for, the `…_query` functions turn it into SQL with
parameters, and whoever needs the rows executes it. Fields are chosen first: a field that the audience may not
read is not in the SQL, so it can be neither returned nor filtered on.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from layers import values
from layers.crs import LON_LAT_SRID
from layers.problems import Problem
from layers.spec import Audience, Field, LayerSpec

COORDINATE_DIGITS = 7
"""Decimals of a degree in GeoJSON: 1 cm."""

Bbox = tuple[float, float, float, float]
"""West, south, east, north in degrees; west > east crosses the antimeridian."""


@dataclass(frozen=True, slots=True)
class Query:
    """SQL and its parameters; the text never holds a caller's value."""

    sql: str
    params: tuple[Any, ...] = ()

    def __add__(self, other: Query) -> Query:
        return Query(self.sql + other.sql, self.params + other.params)


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed span of time; None is open."""

    start: datetime.datetime | None
    end: datetime.datetime | None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which features of a layer an audience asks for. Build it with `select`, which checks it."""

    layer: LayerSpec
    audience: Audience
    bbox: Bbox | None = None
    interval: Interval | None = None
    equals: tuple[tuple[Field, Any], ...] = ()
    after_id: str | None = None
    limit: int | None = None


def select(
    layer: LayerSpec,
    audience: Audience,
    *,
    bbox: Bbox | None = None,
    interval: Interval | None = None,
    equals: Mapping[str, str] | None = None,
    after_id: str | None = None,
    limit: int | None = None,
) -> Selection:
    """A checked selection. `equals` maps field names to values as text, as they come in a URL.

    Raises:
        Problem: 400, naming the field that does not exist for this audience, or the value that does not fit it.
    """
    readable = {field.name: field for field in layer.fields_for(audience)}
    conditions = []
    for name, text in (equals or {}).items():
        if name not in readable:
            raise Problem(
                400,
                "unknown parameter",
                f"{layer.name} has no field {name!r}; its fields are: {', '.join(readable)}",
                parameter=name,
            )
        conditions.append((readable[name], values.from_text(layer, readable[name], text)))
    return Selection(layer, audience, bbox, interval, tuple(conditions), after_id, limit)


def features_query(selection: Selection) -> Query:
    """Rows (id, GeoJSON feature as text), in the order of id, after `after_id`, at most `limit`."""
    layer = selection.layer
    feature = _feature_sql(layer.fields_for(selection.audience))
    query = Query(f"SELECT t.id, {feature} FROM {quoted(layer.table)} t") + where(selection)
    if selection.after_id is not None:
        query += Query(" AND t.id > %s", (selection.after_id,))
    query += Query(" ORDER BY t.id")
    if selection.limit is not None:
        query += Query(" LIMIT %s", (selection.limit,))
    return query


def feature_query(layer: LayerSpec, audience: Audience, feature_id: str) -> Query:
    """One row (id, GeoJSON feature as text), or none where the audience may not see it."""
    feature = _feature_sql(layer.fields_for(audience))
    query = Query(f"SELECT t.id, {feature} FROM {quoted(layer.table)} t")
    return query + where(Selection(layer, audience)) + Query(" AND t.id = %s", (feature_id,))


def count_query(selection: Selection) -> Query:
    """One row with the number of features, whatever `after_id` and `limit` say."""
    return Query(f"SELECT count(*) FROM {quoted(selection.layer.table)} t") + where(selection)


def where(selection: Selection) -> Query:
    """The condition of a selection on the table alias ``t``, beginning with WHERE."""
    query = Query(" WHERE true") + row_condition(selection.layer, selection.audience)
    if selection.bbox is not None:
        query += _bbox_condition(selection.bbox)
    if selection.interval is not None:
        query += _time_condition(selection.layer, selection.interval)
    for field, value in selection.equals:
        query += Query(f" AND t.{quoted(field.name)} = %s", (value,))
    return query


def row_condition(layer: LayerSpec, audience: Audience) -> Query:
    """Which rows of the layer the audience may see, as a condition beginning with AND, or nothing."""
    if layer.rows is None or audience.covers(layer.rows.everything):
        return Query("")
    return Query(f" AND t.{quoted(layer.rows.field)} = ANY(%s)", (list(layer.rows.values),))


def rows(query: Query) -> Iterator[tuple[Any, ...]]:
    """Execute a query and yield its rows."""
    with connection.cursor() as cursor:
        cursor.execute(query.sql, query.params)
        yield from cursor.fetchall()


def quoted(identifier: str) -> str:
    """A name of the registry as an SQL identifier.

    >>> quoted('a"b')
    '"a""b"'
    """
    return '"' + identifier.replace('"', '""') + '"'


def _feature_sql(fields: tuple[Field, ...]) -> str:
    columns = ", ".join(f"t.{quoted(field.name)}" for field in fields)
    return (
        '\'{"type":"Feature","id":\' || to_json(t.id)::text'
        f" || ',\"geometry\":' || ST_AsGeoJSON(t.geometry, {COORDINATE_DIGITS})"
        f" || ',\"properties\":' || row_to_json((SELECT p FROM (SELECT {columns}) p))::text || '}}'"
    )


def _bbox_condition(bbox: Bbox) -> Query:
    west, south, east, north = bbox
    if west <= east:
        return Query(f" AND ST_Intersects(t.geometry, {_ENVELOPE})", bbox)
    return Query(
        f" AND (ST_Intersects(t.geometry, {_ENVELOPE}) OR ST_Intersects(t.geometry, {_ENVELOPE}))",
        (west, south, 180.0, north, -180.0, south, east, north),
    )


_ENVELOPE = f"ST_MakeEnvelope(%s, %s, %s, %s, {LON_LAT_SRID})"


def _time_condition(layer: LayerSpec, interval: Interval) -> Query:
    """Overlap of the feature's period with the interval. A feature without a time always matches.

    Source: OGC 17-069r4, 7.15.4.
    """
    if layer.period is None:
        return Query("")
    start, end = (f"t.{quoted(name)}" for name in (layer.period.start, layer.period.end))
    query = Query("")
    if interval.end is not None:
        query += Query(f" AND ({start} IS NULL OR {start} <= %s)", (interval.end,))
    if interval.start is not None:
        query += Query(f" AND ({end} IS NULL OR {end} >= %s)", (interval.start,))
    return query
