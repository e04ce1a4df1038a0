"""The steps of a seeding: every tile that holds data, in the order in which they are rendered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tile_cache.grid import Tile
from tile_cache.maps.mapproxy_config import META_TILES
from tile_cache.seeding import order
from tile_cache.seeding.area import get_area
from tile_cache.seeding.walking import tiles_with_features
from tile_cache.seeding.wanted import Wanted


@dataclass(frozen=True, slots=True)
class Step:
    """One tile of a tileset; or of a layer's pictures, all of the block that MapProxy draws together."""

    name: str
    tile: Tile
    is_picture: bool = False


def build_plan(wanted: Wanted, hottest: order.Hottest = order.most_asked) -> list[Step]:
    """Every step, the hottest first.

    Raises:
        Problem: 400 where there are too many, 404 for a layer that is not there (any more).
    """
    steps = list(dict.fromkeys(_steps(wanted)))
    zooms = sorted({step.tile.z for step in steps})
    return order.hottest_first(steps, hottest, order.places_in_tiles(zooms), order.city_middle())


def _steps(wanted: Wanted) -> Iterator[Step]:
    area = get_area(wanted.area)
    for tileset in wanted.tilesets():
        zooms = wanted.zooms_of(tileset.layers)
        if not zooms:
            continue
        for part in tileset.parts:
            tiles = list(tiles_with_features(part.layers, area, zooms))
            yield from (Step(part.name, tile) for tile in tiles)
            if wanted.maps:
                yield from (Step(part.name, block, is_picture=True) for block in _blocks(tiles))


def _blocks(tiles: Iterable[Tile]) -> Iterable[Tile]:
    """The first tile of each block of pictures that is drawn at once."""
    return dict.fromkeys(
        Tile(tile.z, tile.x // META_TILES * META_TILES, tile.y // META_TILES * META_TILES) for tile in tiles
    )
