"""A vector tile as a value: layers, tile and audience in, SQL and its parameters out. Pure.

PostGIS builds the bytes (Mapbox Vector Tile 2.1). Fields and rows are the audience's: what it may not read is not
in the SQL. Equal data give equal bytes: features are ordered by id, times are written in UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.contrib.gis.db.models import GeometryField
from django.db import models

from layers.crs import LON_LAT_SRID
from layers.reading import Query, quoted, row_condition
from layers.spec import Audience, Field, LayerSpec
from tile_cache.base_map import BASE_GROUP, kinds_at
from tile_cache.grid import EXTENT, Tile

GEOMETRY_COLUMN: Final = "geometry"
BUFFER_UNITS: Final = 64
"""Margin around a tile in which lines and areas still belong to it: 1/64 of its edge, so no seam shows."""

LABEL_BUFFER_UNITS: Final = 128
"""The same for points, so that a symbol or name cut by the tile's edge is drawn from both sides."""

DETAIL_ZOOM: Final = 16
"""From here on every feature carries all its fields, and shapes are not simplified."""

FEATURE_LIMIT: Final = 20_000
"""Features of one layer in one tile at most: a tile of the widest stays below some hundred kB compressed."""

SMALLEST_AREA_PX: Final = 4.0
"""Areas of the base map below so many square pixels (256 a tile) are left out."""

UTC_FORMAT: Final = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'


def tile_query(layers: Sequence[LayerSpec], tile: Tile, audience: Audience) -> Query:
    """One row with one value: the tile's bytes, empty where nothing is there."""
    parts = [_layer_query(layer, tile, audience) for layer in layers if is_drawn(layer, tile, audience)]
    if not parts:
        return Query("SELECT ''::bytea")
    query = Query("SELECT ")
    for number, part in enumerate(parts):
        query += Query(" || " if number else "") + part
    return query


def is_drawn(layer: LayerSpec, tile: Tile, audience: Audience) -> bool:
    """Whether the layer has anything to show to the audience at the tile's zoom."""
    return audience.covers(layer.read) and tile.drawn_zoom in layer.zooms and kinds_at(layer, tile.drawn_zoom) != ()


def fields_at(layer: LayerSpec, audience: Audience, zoom: int) -> tuple[Field, ...]:
    """The fields that a tile carries at a zoom.

    None carries a field that is declared as not tiled. The base map carries its own fields only. A layer whose
    features have no name is looked at as a mass until `DETAIL_ZOOM`: until then it carries its codes and nothing else.
    """
    readable = tuple(field for field in layer.fields_for(audience) if field.tiled)
    if layer.group == BASE_GROUP:
        return tuple(field for field in layer.fields if field in readable)
    if layer.style.label is None and zoom < DETAIL_ZOOM:
        return tuple(field for field in readable if field.codes or field.name == layer.style.by)
    return tuple(field for field in readable if field.name != "city_code")


def buffer_units(layers: Sequence[LayerSpec]) -> int:
    """The margin within which a feature can matter to a tile of these layers."""
    return max((_buffer(layer) for layer in layers), default=BUFFER_UNITS)


def shown_to(layers: Sequence[LayerSpec], audience: Audience) -> Audience:
    """PUBLIC where the audience sees of these layers exactly what the public sees, so that one tile serves both."""
    for layer in layers:
        same_fields = layer.fields_for(audience) == layer.fields_for(Audience.PUBLIC)
        if not same_fields or row_condition(layer, audience) != row_condition(layer, Audience.PUBLIC):
            return audience
    return Audience.PUBLIC


def column_sql(layer: LayerSpec, field: Field) -> str:
    """One field of the table alias ``t`` as a value that a tile can hold."""
    column = layer.model._meta.get_field(field.name)
    name = quoted(field.name)
    if isinstance(column, models.DateTimeField):
        return f"to_char(t.{name} AT TIME ZONE 'UTC', '{UTC_FORMAT}') AS {name}"
    if isinstance(column, models.DateField):
        return f"to_char(t.{name}, 'YYYY-MM-DD') AS {name}"
    return f"t.{name}"


def _layer_query(layer: LayerSpec, tile: Tile, audience: Audience) -> Query:
    columns = "".join(f", {column_sql(layer, field)}" for field in fields_at(layer, audience, tile.drawn_zoom))
    buffer = _buffer(layer)
    shape = _shape_query(layer, tile)
    drawn = (
        Query("ST_AsMVTGeom(") + shape + Query(f", ST_MakeEnvelope(%s, %s, %s, %s, {tile.grid.srid})", tile.bounds_m)
    )
    drawn += Query(f", {EXTENT}, {buffer}, true)")
    rows = Query(f"SELECT t.id{columns}, ") + drawn + Query(f" AS {_GEOM} FROM {quoted(layer.table)} t")
    rows += _condition(layer, tile, audience) + Query(f" ORDER BY t.id LIMIT {FEATURE_LIMIT}")
    return (
        Query(f"(SELECT coalesce(ST_AsMVT(q, %s, {EXTENT}, '{_MVT_GEOMETRY}'), ''::bytea) FROM (", (layer.name,))
        + rows
        + Query(f") q WHERE q.{_GEOM} IS NOT NULL)")
    )


_MVT_GEOMETRY: Final = "tile_geometry"
_GEOM: Final = quoted(_MVT_GEOMETRY)


def _shape_query(layer: LayerSpec, tile: Tile) -> Query:
    """The feature's shape in the grid's system, as fine as a half pixel of a 512-pixel tile shows."""
    plain = Query("ST_Transform(") + _near(tile, is_point=_is_point(layer)) + Query(f", {tile.grid.srid})")
    if _is_point(layer) or tile.drawn_zoom >= DETAIL_ZOOM:
        return plain
    return Query("ST_Simplify(") + plain + Query(", %s, true)", (tile.edge_m / 1024,))


def _near(tile: Tile, *, is_point: bool) -> Query:
    """The feature's shape, in a plane grid without what lies so far away that its projection has no place for it."""
    column = f"t.{GEOMETRY_COLUMN}"
    if tile.grid.is_mercator or is_point:
        return Query(column)
    ground = f"ST_MakeEnvelope(%s, %s, %s, %s, {LON_LAT_SRID})"
    cut = Query(f"CASE WHEN {column} @ {ground} THEN {column} ELSE ST_ClipByBox2D({column}, {ground}) END")
    return Query(cut.sql, tile.grid.ground * 2)


def _condition(layer: LayerSpec, tile: Tile, audience: Audience) -> Query:
    envelope = f"ST_MakeEnvelope(%s, %s, %s, %s, {LON_LAT_SRID})"
    query = Query(f" WHERE t.{GEOMETRY_COLUMN} && {envelope}", tile.buffered_lon_lat(_buffer(layer)))
    query += row_condition(layer, audience)
    kinds = kinds_at(layer, tile.drawn_zoom)
    if kinds is not None:
        query += Query(" AND t.kind = ANY(%s)", (list(kinds),))
    if layer.group == BASE_GROUP and is_area(layer) and tile.drawn_zoom < DETAIL_ZOOM:
        degrees_per_px = 360 / 2**tile.drawn_zoom / 256
        query += Query(f" AND ST_Area(t.{GEOMETRY_COLUMN}) >= %s", (SMALLEST_AREA_PX * degrees_per_px**2,))
    return query


def _buffer(layer: LayerSpec) -> int:
    return LABEL_BUFFER_UNITS if _is_point(layer) else BUFFER_UNITS


def _geometry_column(layer: LayerSpec) -> GeometryField:
    return layer.model._meta.get_field(GEOMETRY_COLUMN)


def _is_point(layer: LayerSpec) -> bool:
    return bool(_geometry_column(layer).geom_type in {"POINT", "MULTIPOINT"})


def is_area(layer: LayerSpec) -> bool:
    """Whether the layer's features are polygons."""
    return bool(_geometry_column(layer).geom_type in {"POLYGON", "MULTIPOLYGON"})
