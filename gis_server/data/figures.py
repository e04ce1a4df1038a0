"""How much of a layer there is, how fresh and how complete it is: counted once for each revision."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection, models

from layers import reading
from layers.changes import revisions_of
from layers.formats import Export, exchanged_fields
from layers.formats.rows import SourceLine, sources
from layers.reading import Bbox, Query, Selection, quoted
from layers.spec import Audience, Field, LayerSpec
from layers.values import column_of


@dataclass(frozen=True, slots=True)
class Figures:
    """What an audience may know of a layer's rows.

    Args:
        changed_at: when a row was last entered or changed; None for an empty layer.
        extent: west, south, east, north in degrees.
        filled: for each field, in how many rows something is written.
        invalid: rows whose geometry is not sound; the database lets none in.
    """

    count: int
    changed_at: datetime.datetime | None
    extent: Bbox | None
    filled: tuple[tuple[Field, int], ...]
    invalid: int
    sources: tuple[SourceLine, ...]

    def share_of(self, filled: int) -> float:
        """Per cent of the rows.

        >>> Figures(8, None, None, (), 0, ()).share_of(6)
        75.0
        """
        return round(100 * filled / self.count, 1) if self.count else 0.0


def figures_of(layers: list[LayerSpec], audience: Audience) -> dict[str, Figures]:
    """The figures of several layers, counted where a change has come since."""
    revisions = revisions_of(layer.name for layer in layers)
    return {layer.name: _remembered(layer, audience, revisions[layer.name]) for layer in layers}


def _remembered(layer: LayerSpec, audience: Audience, revision: int) -> Figures:
    if connection.in_atomic_block:  # changes of this very transaction have no revision yet
        return count(layer, audience)
    key = f"data.figures.{layer.name}.{audience.name}.{revision}"
    figures: Figures = cache.get_or_set(key, lambda: count(layer, audience))
    return figures


def count(layer: LayerSpec, audience: Audience) -> Figures:
    """Read the figures from the rows that the audience may see."""
    fields = exchanged_fields(layer, audience)
    filled = "".join(f", count(*) FILTER (WHERE {_is_filled(layer, field)})" for field in fields)
    query = Query(
        "SELECT count(*), max(t.changed_at), ST_Extent(t.geometry)::geometry,"
        f" count(*) FILTER (WHERE NOT machigis_sound(t.geometry)){filled} FROM {quoted(layer.table)} t"
    ) + reading.where(Selection(layer, audience))
    outer = Query("SELECT c.*, ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) FROM (") + query
    names = ["total", "changed_at", "e", "invalid", *(f"f{n}" for n in range(len(fields)))]
    row = next(reading.rows(outer + Query(f") c ({', '.join(names)})")))
    total, changed_at, _, invalid, *rest = row
    counts, extent = rest[: len(fields)], rest[len(fields) :]
    return Figures(
        count=total,
        changed_at=changed_at,
        extent=None if extent[0] is None else (extent[0], extent[1], extent[2], extent[3]),
        filled=tuple(zip(fields, counts, strict=True)),
        invalid=invalid,
        sources=tuple(sources(Export(layer, audience))),
    )


def _is_filled(layer: LayerSpec, field: Field) -> str:
    name = f"t.{quoted(field.name)}"
    is_text = isinstance(column_of(layer, field), models.CharField | models.TextField)
    return f"{name} <> ''" if is_text else f"{name} IS NOT NULL"
