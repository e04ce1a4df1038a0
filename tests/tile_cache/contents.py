"""What tests of the content of tiles have in common: many facilities, and tiles as they are decoded."""

from __future__ import annotations

from layers import reading, registry
from layers.spec import Audience
from tests.tile_cache.conftest import HERE
from tests.tile_cache.mvt import decode
from tile_cache.content import thinning
from tile_cache.grid import EXTENT, Tile, tile_of

FACILITIES = registry.get("facilities")


def execute(query: reading.Query) -> bytes:
    return bytes(next(reading.rows(query))[0])


def around(zoom: int, margin: int = 1) -> list[Tile]:
    middle = tile_of(*HERE, zoom)
    steps = range(-margin, margin + 1)
    return [Tile(zoom, middle.x + x, middle.y + y) for x in steps for y in steps]


def content(tile: Tile, *layers, audience=Audience.PUBLIC) -> dict:
    return decode(thinning.render_within(layers, tile, audience, execute))


def is_inside(feature) -> bool:
    return all(0 <= x < EXTENT and 0 <= y < EXTENT for x, y in feature.points)
