"""Which tiles are asked for: questions with tiles of the bench city, from a fixed seed. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

from layers import registry
from tests.bench.api.data import BUILDINGS, CITY, FACILITIES
from tile_cache.grid import Tile, tile_of

MVT, PNG = "mvt", "png"
MANY, MANY_PICTURES = 2_000, 300
ZOOMS = (8, 12, 14, 16)
DETAILED_ZOOM = 17
"""Here no server leaves anything out."""
_SEED = 132047

WIDE = {FACILITIES: "bench-points", BUILDINGS: "bench-buildings"}
"""Added layers with the same rows, which are drawn from zoom 8: the others come later (12 and 14)."""
LAYERS = (*WIDE, *WIDE.values())


@dataclass(frozen=True, slots=True)
class Question:
    """A row of the table: a tile that is asked for again and again, or many in turns.

    Args:
        name: what the row is called.
        layer: the layer's name.
        tiles: where.
        form: a vector tile or a picture.
    """

    name: str
    layer: str
    tiles: tuple[Tile, ...]
    form: str = MVT


def questions() -> list[Question]:
    """Every question about stored tiles; always the same."""
    return [
        *(Question(f"z{zoom}", layer_at(FACILITIES, zoom), (middle(zoom),)) for zoom in ZOOMS),
        Question("many", FACILITIES, sample(range(15, 18), MANY)),
        Question("buildings z14", BUILDINGS, (middle(14),)),
        Question("picture z14", FACILITIES, (middle(14),), PNG),
        Question("picture many", FACILITIES, sample([16], MANY_PICTURES), PNG),
    ]


def layer_at(layer: str, zoom: int) -> str:
    """The layer itself where it is drawn, else the added one that stands for it.

    >>> layer_at("facilities", 8), layer_at("facilities", 16)
    ('bench-points', 'facilities')
    """
    return layer if zoom in registry.get(layer).zooms else WIDE[layer]


def middle(zoom: int) -> Tile:
    """The tile with the middle of the city."""
    west, south, east, north = CITY
    return tile_of((west + east) / 2, (south + north) / 2, zoom)


def sample(zooms: Iterable[int], most: int, seed: int = _SEED) -> tuple[Tile, ...]:
    """So many different tiles of the city at most, in an order without a pattern.

    >>> len(set(sample([16], 100))), sample([8], 100) == (middle(8),)
    (100, True)
    """
    tiles = [tile for zoom in zooms for tile in tiles_of_city(zoom)]
    random.Random(seed).shuffle(tiles)  # noqa: S311 - not for secrets
    return tuple(tiles[:most])


def tiles_of_city(zoom: int) -> list[Tile]:
    """All tiles in which the city has ground."""
    west, south, east, north = CITY
    first, last = tile_of(west, north, zoom), tile_of(east, south, zoom)
    return [Tile(zoom, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)]
