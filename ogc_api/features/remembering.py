"""Figures of a layer that are counted once for each revision of it, since they cannot change in between."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from django.core.cache import cache
from django.db import connection

from layers import reading
from layers.reading import Bbox, Query, Selection, quoted
from layers.spec import Audience, LayerSpec

SMALL_TABLE_BYTES: Final = 8_000_000
"""About 25,000 features, which PostgreSQL looks through in a few milliseconds."""
WHOLE_TABLE_BYTES: Final = 256_000_000
"""Up to here a whole layer is counted, once for each revision."""
CHEAP_COST: Final = 20_000.0
"""Of a count that an index leads to, as PostgreSQL's planner reckons it: some thousand features and their shapes."""


def find_count(selection: Selection, revision: int) -> int | None:
    """How many features match, whatever page is asked for; None where counting them would cost too much.

    Conditions are as many as there are callers, so each may cost about what a page costs: where no index leads to the
    features of a large layer, a page ends as soon as it is full, and a count would look through all the rest.
    """
    if selection.as_of == revision:
        selection = replace(selection, as_of=None)  # the layer is what it was
    query = reading.count_query(selection)
    if not _is_cheap(selection, revision, query):
        return None
    return int(_first_row(selection.layer, revision, query)[0])


def _is_cheap(selection: Selection, revision: int, query: Query) -> bool:
    layer = selection.layer
    of_table = Query("SELECT pg_relation_size(%s::regclass)", (quoted(layer.table),))
    size_bytes = _first_row(layer, revision, of_table)[0]
    if size_bytes <= SMALL_TABLE_BYTES or (not selection.is_narrowed and size_bytes <= WHOLE_TABLE_BYTES):
        return True
    plan = _first_row(layer, revision, Query("EXPLAIN (FORMAT JSON) ") + query)[0][0]["Plan"]
    return plan["Total Cost"] <= CHEAP_COST and "Seq Scan" not in _nodes(plan)


def _nodes(plan: dict[str, Any]) -> Iterator[str]:
    """The kinds of work in a plan of PostgreSQL."""
    yield plan["Node Type"]
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def state_of_rows(layer: LayerSpec, audience: Audience, revision: int) -> str:
    """The same while nothing changes of what the audience may see, so that an ETag tells nothing of hidden rows.

    Where the audience may see every row that is the revision itself; otherwise a digest of the rows that it may see.
    """
    if not reading.row_condition(layer, audience).sql:
        return str(revision)
    row = "hashtextextended(jsonb_build_array(t.id, t.version, t.entered_at)::text, 0)"
    query = Query(f"SELECT count(*), coalesce(bit_xor({row}), 0) FROM {quoted(layer.table)} t")
    return repr(_first_row(layer, revision, query + reading.where(Selection(layer, audience))))


def extent_of(layer: LayerSpec, audience: Audience, revision: int) -> Bbox | None:
    """West, south, east, north of what the audience may see, in degrees; None where that is nothing."""
    box = "ST_Extent(t.geometry)"
    query = Query(
        f"SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) FROM (SELECT {box} e FROM {quoted(layer.table)} t"
    )
    query += reading.where(Selection(layer, audience)) + Query(") extent")
    west, south, east, north = _first_row(layer, revision, query)
    return None if west is None else (west, south, east, north)


def attribution_of(layer: LayerSpec, audience: Audience, revision: int) -> tuple[list[str], list[str]]:
    """The lines and the licences of the sources that the layer's rows name; empty where they name none."""
    used = Query(f"SELECT t.source FROM {quoted(layer.table)} t") + reading.where(Selection(layer, audience))
    query = Query(
        "SELECT coalesce(array_agg(DISTINCT s.attribution), '{}'), coalesce(array_agg(DISTINCT s.licence), '{}')"
        " FROM layers_source s WHERE s.key IN ("
    )
    lines, licences = _first_row(layer, revision, query + used + Query(")"))
    return lines, licences


def last_change_of(layer: LayerSpec, audience: Audience, revision: int) -> datetime.datetime | None:
    """When the youngest of the rows that the audience may see was last changed; None where there is none."""
    query = Query(f"SELECT max(t.changed_at) FROM {quoted(layer.table)} t") + reading.where(Selection(layer, audience))
    changed_at: datetime.datetime | None = _first_row(layer, revision, query)[0]
    return changed_at


def _first_row(layer: LayerSpec, revision: int, query: Query) -> tuple[Any, ...]:
    if connection.in_atomic_block:  # changes of this very transaction have no revision yet
        return next(iter(reading.rows(query)))
    parts = "\0".join((layer.name, str(revision), query.sql, repr(query.params)))
    key = f"ogc_api.{hashlib.sha256(parts.encode()).hexdigest()}"
    row: tuple[Any, ...] = cache.get_or_set(key, lambda: next(iter(reading.rows(query))))
    return row
