"""The statements of a tile: those that ours is made of, and one as a careful person would write it by hand."""

from __future__ import annotations

from layers import registry
from layers.query import Query, quoted
from layers.spec import Audience
from tile_cache import tilesets
from tile_cache.content import vector
from tile_cache.grid import EXTENT, Tile


def ours(tileset: str, tile: Tile) -> tuple[Query, ...]:
    """One for each part of the tileset that has anything to show at the tile's zoom."""
    parts = tilesets.get(tileset, Audience.PUBLIC).parts
    drawn = (tuple(layer for layer in part.layers if vector.is_drawn(layer, tile, Audience.PUBLIC)) for part in parts)
    return tuple(vector.tile_query(layers, tile, Audience.PUBLIC) for layers in drawn if layers)


def by_hand(tileset: str, tile: Tile) -> tuple[Query, ...]:
    """The same layers, whole: every field and every row, nothing simplified, nothing left out."""
    names = tileset.split(",")
    return tuple(_by_hand(name, tile) for name in names if tile.z in registry.get(name).zooms)


def _by_hand(name: str, tile: Tile) -> Query:
    layer = registry.get(name)
    columns = ", ".join(vector.column_sql(layer, field) for field in layer.fields_for(Audience.PUBLIC))
    rows = Query(
        f"SELECT t.id, {columns}, ST_AsMVTGeom(ST_Transform(t.geometry, 3857), ST_TileEnvelope(%s, %s, %s)"
        f", {EXTENT}, {vector.BUFFER_UNITS}) AS shape FROM {quoted(layer.table)} t"
        f" WHERE t.geometry && ST_Transform(ST_TileEnvelope(%s, %s, %s, margin => %s), 4326)",
        (tile.z, tile.x, tile.y, tile.z, tile.x, tile.y, vector.BUFFER_UNITS / EXTENT),
    )
    return Query(f"SELECT ST_AsMVT(q, %s, {EXTENT}, 'shape') FROM (", (name,)) + rows + Query(") q")
