"""A vector tile as a value: layers, tile and audience in, SQL and its parameters out. Pure.

PostGIS builds the bytes (Mapbox Vector Tile 2.1). Fields and rows are the audience's: what it may not read is not
in the SQL. Equal data give equal bytes: features are ordered by id, times are written in UTC.

What a tile holds at its zoom follows the layer's `Tiling`; points that are gathered come from `gathering`, the
points at which names are written from `label_points`, and how a tile is kept small enough from `thinning`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from layers import tiling
from layers.reading import Query, quoted, row_condition
from layers.spec import SYSTEM_FIELDS, Audience, Field, LayerSpec
from tile_cache.content import gathering, label_points
from tile_cache.content.tile_sql import (
    GEOM,
    LABEL_BUFFER_UNITS,
    NUMBER,
    Few,
    column_sql,
    dropping_order,
    in_tile,
    is_area,
    is_line,
    is_point,
    layer_bytes,
    near,
    number_sql,
    rows_within,
)
from tile_cache.grid import EXTENT, Tile
from tile_cache.looks.base_map import BASE_GROUP, kinds_at

__all__ = ["DETAIL_ZOOM", "buffer_units", "column_sql", "fields_at", "is_area", "is_drawn", "shown_to", "tile_query"]

BUFFER_UNITS: Final = 64
"""Margin around a tile in which lines and areas still belong to it: 1/64 of its edge, so no seam shows."""

DETAIL_ZOOM: Final = tiling.LAST_ZOOM
"""From here on every feature of every layer carries all its fields, and shapes are not simplified."""

FEATURE_LIMIT: Final = 32_000
"""Features of one layer that are looked at for one tile at most. So many fill more bytes than a tile may have."""

TOLERANCE_UNITS: Final = 4
"""Shapes below `DETAIL_ZOOM` are as fine as so many units of a tile: half a pixel of a 512-pixel tile."""


def tile_query(
    layers: Sequence[LayerSpec], tile: Tile, audience: Audience, few: Mapping[str, Few] | None = None
) -> Query:
    """One row with one value: the tile's bytes, empty where nothing is there.

    Args:
        few: how many features are wanted, and how fine, of those layers within the tile that would fill too much.
    """
    parts = [
        part
        for layer in layers
        if is_drawn(layer, tile, audience)
        for part in _layer_queries(layer, tile, audience, few or {})
    ]
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
    """The fields that a tile carries at a zoom: of those that the audience may read, the ones declared for it.

    None carries a field that is declared as not tiled. The base map carries its own fields only.
    """
    left_out = {field.name for field in SYSTEM_FIELDS} if layer.group == BASE_GROUP else {"city_code"}
    return tuple(
        field
        for field in layer.fields_for(audience)
        if field.tiled and field.name not in left_out and zoom >= min(DETAIL_ZOOM, tiling.first_zoom_of(layer, field))
    )


def has_labels(layer: LayerSpec, audience: Audience, zoom: int) -> bool:
    """Whether tiles of a zoom hold points at which the names of the layer's features are written."""
    carried = {field.name for field in fields_at(layer, audience, zoom)}
    return tiling.has_label_points(layer) and layer.style.label in carried


def buffer_units(layers: Sequence[LayerSpec]) -> int:
    """The margin within which a feature can matter to a tile of these layers."""
    margins = (max(_buffer(layer), LABEL_BUFFER_UNITS * tiling.has_label_points(layer)) for layer in layers)
    return max(margins, default=BUFFER_UNITS)


def shown_to(layers: Sequence[LayerSpec], audience: Audience) -> Audience:
    """PUBLIC where the audience sees of these layers exactly what the public sees, so that one tile serves both."""
    for layer in layers:
        same_fields = layer.fields_for(audience) == layer.fields_for(Audience.PUBLIC)
        if not same_fields or row_condition(layer, audience) != row_condition(layer, Audience.PUBLIC):
            return audience
    return Audience.PUBLIC


def _layer_queries(layer: LayerSpec, tile: Tile, audience: Audience, few: Mapping[str, Few]) -> list[Query]:
    """One expression a layer of the tile: the layer's own, and that of its points for names."""
    fields = fields_at(layer, audience, tile.drawn_zoom)
    condition = _condition(layer, tile, audience)
    if tiling.is_gathered(layer, tile.drawn_zoom):
        if layer.name in few:  # so few features are too large only by their texts
            fields = tuple(field for field in fields if field.codes)
        return [gathering.layer_query(layer, tile, fields, condition)]
    queries = [_features_query(layer, tile, fields, condition, few.get(layer.name, Few()))]
    if has_labels(layer, audience, tile.drawn_zoom):
        wanted = few.get(tiling.labels_name(layer), Few())
        queries.append(label_points.layer_query(layer, tile, fields, condition, wanted))
    return queries


def _features_query(layer: LayerSpec, tile: Tile, fields: Sequence[Field], condition: Query, few: Few) -> Query:
    """The rows are chosen first and drawn then, so that no row is drawn and dropped.

    They come in the order of their numbers, which is quicker than that of their ids (whose beginnings are alike) and
    makes no larger file; equal rows are in equal order all the same.
    """
    columns = "".join(f", {column_sql(layer, field)}" for field in fields)
    usual = f"{number_sql('t.id')}, t.id"
    order, kept = (usual, FEATURE_LIMIT) if few.kept is None else (dropping_order(layer), few.kept)
    chosen = Query(f"(SELECT t.* FROM {quoted(layer.table)} t") + rows_within(tile, _buffer(layer)) + condition
    chosen += Query(f" ORDER BY {order} LIMIT {kept:d}) t" + ("" if order == usual else f" ORDER BY {usual}"))
    rows = Query(f"SELECT {number_sql('t.id')} AS {NUMBER}, t.id{columns}, ")
    rows += _drawn(layer, tile, few) + Query(f" AS {GEOM} FROM ") + chosen
    return layer_bytes(layer.name, rows)


def _drawn(layer: LayerSpec, tile: Tile, few: Few) -> Query:
    """The feature's shape in the tile's units. One that must not be left out is two units wide, however small it is."""
    tolerance = few.coarser * (TOLERANCE_UNITS if tile.drawn_zoom < DETAIL_ZOOM else few.coarser > 1)
    if is_point(layer) or not tolerance:
        return in_tile(Query("t.geometry") if is_point(layer) else near(tile), tile, _buffer(layer))
    drawn = in_tile(near(tile), tile, _buffer(layer), tolerance)
    if layer.tiling.smallest_px != 0:
        return drawn
    return Query("coalesce(") + drawn + Query(", ") + in_tile(_speck(layer, tile), tile, _buffer(layer)) + Query(")")


def _speck(layer: LayerSpec, tile: Tile) -> Query:
    """The smallest area, or line, that a tile can hold, where the feature is."""
    unit_degrees = 360 / 2**tile.drawn_zoom / EXTENT
    place = "ST_PointOnSurface(t.geometry)"
    if is_area(layer):
        return Query(f"ST_Expand({place}, %s)", (unit_degrees,))
    ends = f"ST_Translate({place}, %s, 0)"
    return Query(f"ST_MakeLine({ends}, {ends})", (-unit_degrees, unit_degrees))


def _condition(layer: LayerSpec, tile: Tile, audience: Audience) -> Query:
    """Which rows of the ground are the audience's and large enough to be seen, beginning with AND, or nothing."""
    query = row_condition(layer, audience)
    kinds = kinds_at(layer, tile.drawn_zoom)
    if kinds is not None:
        query += Query(" AND t.kind = ANY(%s)", (list(kinds),))
    degrees = tiling.smallest_px(layer) * 360 / 2**tile.drawn_zoom / 512
    if tile.drawn_zoom < layer.tiling.detail_zoom and degrees:
        query += _large_enough(layer, degrees)
    return query


def _large_enough(layer: LayerSpec, degrees: float) -> Query:
    area, line = Query("ST_Area(t.geometry) >= %s", (degrees**2,)), Query("ST_Length(t.geometry) >= %s", (degrees,))
    if is_area(layer):
        return Query(" AND ") + area
    if is_line(layer):
        return Query(" AND ") + line
    of_any = Query(" AND CASE ST_Dimension(t.geometry) WHEN 2 THEN ") + area + Query(" WHEN 1 THEN ") + line
    return of_any + Query(" ELSE true END")


def _buffer(layer: LayerSpec) -> int:
    return LABEL_BUFFER_UNITS if is_point(layer) else BUFFER_UNITS
