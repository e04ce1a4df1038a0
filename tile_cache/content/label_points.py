"""The points at which names of areas are written: one for each whole feature, in a layer of their own. Pure.

A tile holds its features cut at its edges, so a client that writes a name on each piece writes it several times, or
cuts it. A point of the whole feature lies in one tile, and in the margin of its neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence

from layers import tiling
from layers.reading import Query, quoted
from layers.spec import Field, LayerSpec
from tile_cache.content.tile_sql import (
    GEOM,
    LABEL_BUFFER_UNITS,
    NUMBER,
    Few,
    column_sql,
    dropping_order,
    in_tile,
    layer_bytes,
    number_sql,
    rows_within,
)
from tile_cache.grid import Tile


def label_fields(layer: LayerSpec, fields: Sequence[Field]) -> tuple[Field, ...]:
    """What such a point carries beside the id: the name, and the code that decides the style."""
    return tuple(field for field in fields if field.name in {layer.style.label, layer.style.by})


def layer_query(layer: LayerSpec, tile: Tile, fields: Sequence[Field], condition: Query, few: Few) -> Query:
    """The bytes of a layer's points for names, as an SQL expression.

    Args:
        fields: what the tile carries of the layer, the name among it.
        condition: which rows, beginning with AND.
    """
    label = quoted(layer.style.label or "")
    columns = "".join(f", {column_sql(layer, field)}" for field in label_fields(layer, fields))
    points = Query(f"SELECT t.id{columns}, ST_PointOnSurface(t.geometry) AS place FROM {quoted(layer.table)} t")
    points += rows_within(tile, LABEL_BUFFER_UNITS) + condition + Query(f" AND t.{label}::text <> ''")
    if few.kept is None:
        points += Query(" OFFSET 0")
    else:
        points += Query(f" ORDER BY {dropping_order(layer)} LIMIT %s", (few.kept,))
    names = "".join(f", p.{quoted(field.name)}" for field in label_fields(layer, fields))
    rows = Query(f"SELECT {number_sql('p.id')} AS {NUMBER}, p.id{names}, ")
    rows += in_tile(Query("p.place"), tile, LABEL_BUFFER_UNITS) + Query(f" AS {GEOM} FROM (") + points
    return layer_bytes(tiling.labels_name(layer), rows + Query(") p ORDER BY p.id"))
