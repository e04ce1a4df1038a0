"""Which tiles hold features: the pyramid is walked from its top, since below a tile without features are none.

The margin of a tile lies within that of the tile above it, so this holds for features in the margin too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import batched
from typing import Final

from layers.crs import LON_LAT_SRID
from layers.problems import Problem
from layers.reading import Query, quoted, row_condition, rows
from layers.spec import Audience, LayerSpec
from tile_cache.content import vector
from tile_cache.grid import Tile
from tile_cache.seeding.area import Area

MOST_TILES: Final = 1_000_000
"""Tiles of one tileset at most: a plan is held in memory, and nobody waits for more."""

_AT_ONCE: Final = 1_000
_TOP: Final = Tile(0, 0, 0)


def tiles_with_features(layers: Sequence[LayerSpec], area: Area, zooms: range) -> Iterator[Tile]:
    """The tiles of these zooms that touch the area and may hold a feature that everybody may see.

    Raises:
        Problem: 400 where there are more than `MOST_TILES`.
    """
    tiles, count = [_TOP], 0
    for zoom in range(zooms.stop):
        tiles = [tile for batch in batched(tiles, _AT_ONCE, strict=False) for tile in _holding(layers, batch)]
        count += len(tiles) if zoom in zooms else 0
        if max(count, len(tiles)) > MOST_TILES:
            detail = f"more than {MOST_TILES:,} tiles down to zoom {zoom}; ask for a smaller area or fewer zooms"
            raise Problem(400, "too many tiles", detail, parameter="zooms")
        if zoom in zooms:
            yield from (
                tile for tile in tiles if any(vector.is_drawn(layer, tile, Audience.PUBLIC) for layer in layers)
            )
        tiles = [child for tile in tiles for child in _children(tile) if area.touches(child.buffered_lon_lat(0))]


def holding_query(layers: Sequence[LayerSpec], tiles: Iterable[Tile]) -> Query:
    """The places in the list, from 1, of those tiles that hold a feature in their ground or margin. Pure."""
    margin = vector.buffer_units(layers)
    sides = [list(side) for side in zip(*(tile.buffered_lon_lat(margin) for tile in tiles), strict=True)]
    box = f"ST_MakeEnvelope(a.west, a.south, a.east, a.north, {LON_LAT_SRID})"
    query = Query(
        "SELECT a.place FROM unnest(%s::float8[], %s::float8[], %s::float8[], %s::float8[])"
        " WITH ORDINALITY a(west, south, east, north, place) WHERE FALSE",
        tuple(sides),
    )
    for layer in layers:
        shape = "t.geometry"
        query += Query(f" OR EXISTS (SELECT 1 FROM {quoted(layer.table)} t WHERE ST_Intersects({shape}, {box})")
        query += row_condition(layer, Audience.PUBLIC) + Query(")")
    return query


def _holding(layers: Sequence[LayerSpec], tiles: Sequence[Tile]) -> Iterator[Tile]:
    places = {place for (place,) in rows(holding_query(layers, tiles))}
    return (tile for place, tile in enumerate(tiles, 1) if place in places)


def _children(tile: Tile) -> Iterator[Tile]:
    return (Tile(tile.z + 1, 2 * tile.x + right, 2 * tile.y + down) for down in (0, 1) for right in (0, 1))
