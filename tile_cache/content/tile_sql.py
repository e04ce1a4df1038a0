"""Pieces of SQL that all statements for vector tiles share. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.contrib.gis.db.models import GeometryField
from django.db import models

from layers.crs import LON_LAT_SRID
from layers.reading import Query, quoted
from layers.spec import Field, LayerSpec
from tile_cache.grid import EXTENT, Tile

LABEL_BUFFER_UNITS: Final = 128
"""Margin of points, so that a symbol or name cut by the tile's edge is drawn from both sides."""

UTC_FORMAT: Final = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
_GEOMETRY_NAME: Final = "tile_geometry"
_NUMBER_NAME: Final = "tile_number"
GEOM: Final = quoted(_GEOMETRY_NAME)
NUMBER: Final = quoted(_NUMBER_NAME)


@dataclass(frozen=True, slots=True)
class Few:
    """How much of a layer a tile takes.

    Args:
        kept: features at most, in the order of `dropping_order`; None means all.
        coarser: so many times coarser than usual are its shapes.
    """

    kept: int | None = None
    coarser: int = 1


def column_sql(layer: LayerSpec, field: Field) -> str:
    """One field of the table alias ``t`` as a value that a tile can hold."""
    column = layer.model._meta.get_field(field.name)
    name = quoted(field.name)
    if isinstance(column, models.DateTimeField):
        return f"to_char(t.{name} AT TIME ZONE 'UTC', '{UTC_FORMAT}') AS {name}"
    if isinstance(column, models.DateField):
        return f"to_char(t.{name}, 'YYYY-MM-DD') AS {name}"
    return f"t.{name}"


def number_sql(feature_id: str) -> str:
    """The number that stands for a text id where only a number can (MVT 2.1, 4.2: the id of a feature).

    The lower 52 bits of PostgreSQL's own 64-bit hash of the text, so that JavaScript holds it exactly. Two of 32,000
    features share a number once in nine million tiles; whoever must be certain goes by the property ``id``.
    """
    return f"(hashtextextended({feature_id}, 0) & {2**52 - 1})"


def layer_bytes(name: str, rows: Query) -> Query:
    """The bytes of one layer of a tile, as an SQL expression; rows without a shape are left out.

    The offset of nothing keeps PostgreSQL from working out each shape twice: once to see whether there is one.
    """
    head = Query(
        f"(SELECT coalesce(ST_AsMVT(q, %s, {EXTENT}, '{_GEOMETRY_NAME}', '{_NUMBER_NAME}'), ''::bytea) FROM (", (name,)
    )
    return head + rows + Query(f" OFFSET 0) q WHERE q.{GEOM} IS NOT NULL)")


def in_tile(shape: Query, tile: Tile, buffer: int, tolerance_units: float = 0) -> Query:
    """A shape in longitude and latitude as one in the tile's units, cut to the tile and a margin of so many units."""
    flat = Query("ST_Transform(") + shape + Query(f", {tile.grid.srid})")
    if tolerance_units:
        flat = Query("ST_Simplify(") + flat + Query(", %s, true)", (tile.edge_m * tolerance_units / EXTENT,))
    ground = Query(f", ST_MakeEnvelope(%s, %s, %s, %s, {tile.grid.srid})", tile.bounds_m)
    return Query("ST_AsMVTGeom(") + flat + ground + Query(f", {EXTENT}, {buffer}, true)")


def near(tile: Tile) -> Query:
    """The shape of the alias ``t``, in a plane grid without what lies so far away that its projection has no place."""
    if tile.grid.is_mercator:
        return Query("t.geometry")
    ground = f"ST_MakeEnvelope(%s, %s, %s, %s, {LON_LAT_SRID})"
    cut = f"CASE WHEN t.geometry @ {ground} THEN t.geometry ELSE ST_ClipByBox2D(t.geometry, {ground}) END"
    return Query(cut, tile.grid.ground * 2)


def rows_within(tile: Tile, buffer: int) -> Query:
    """The condition for rows of the alias ``t`` near the tile, by the index, beginning with WHERE."""
    envelope = f"ST_MakeEnvelope(%s, %s, %s, %s, {LON_LAT_SRID})"
    return Query(f" WHERE t.geometry && {envelope}", tile.buffered_lon_lat(buffer))


def dropping_order(layer: LayerSpec) -> str:
    """What comes first stays: by the declared fields, then the largest, then an even choice that is always the same."""
    keys = [
        f"t.{quoted(name.removeprefix('-'))} {'DESC' if name.startswith('-') else 'ASC'} NULLS LAST"
        for name in layer.tiling.first
    ]
    if not is_point(layer):
        keys += [] if is_line(layer) else ["ST_Area(t.geometry) DESC"]
        keys += [] if is_area(layer) else ["ST_Length(t.geometry) DESC"]
    return ", ".join([*keys, number_sql("t.id"), "t.id"])


def is_point(layer: LayerSpec) -> bool:
    return _geometry_type(layer) in {"POINT", "MULTIPOINT"}


def is_area(layer: LayerSpec) -> bool:
    """Whether the layer's features are polygons."""
    return _geometry_type(layer) in {"POLYGON", "MULTIPOLYGON"}


def is_line(layer: LayerSpec) -> bool:
    return _geometry_type(layer) in {"LINESTRING", "MULTILINESTRING"}


def _geometry_type(layer: LayerSpec) -> str:
    column: GeometryField = layer.model._meta.get_field("geometry")
    return str(column.geom_type)
