"""In what order tiles are seeded: the hottest first.

What was asked for most comes first, where that is known. Of the others the low zooms come first, since every map begins
with them and they cost most to render; within a zoom those with most places that people look for (shelters, evacuation
sites, facilities: point layers that are searched by name), then those nearest to the city's middle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

from django.conf import settings

from layers import registry
from layers.reading import Query, quoted, row_condition, rows
from layers.spec import Audience
from tile_cache.grid import Tile, tile_of
from tile_cache.keeping import ledger
from tile_cache.keeping.store import WEB_MERCATOR

Hottest = Callable[[str], Iterable[Tile]]
"""The tiles of a tileset that were asked for most, the hottest first."""

_MOST_PLACES: Final = 200_000
_MOST_ASKED: Final = 10_000


class Placed(Protocol):
    """What is put in order: the tile of a tileset."""

    @property
    def name(self) -> str: ...

    @property
    def tile(self) -> Tile: ...


def most_asked(name: str) -> Iterable[Tile]:
    """What the ledger of stored tiles says: the tiles of WebMercatorQuad that were asked for, most often first."""
    for place in ledger.hottest(name, _MOST_ASKED):
        if place.grid == WEB_MERCATOR and place.suffix == "mvt":
            yield Tile(place.z, place.x, place.y)


def hottest_first[Step: Placed](
    steps: Iterable[Step], hottest: Hottest, places: Mapping[Tile, int], middle: tuple[float, float]
) -> list[Step]:
    """The steps in order. Pure but for `hottest`.

    Args:
        places: how many places that people look for lie in a tile.
        middle: longitude and latitude of the city's middle.
    """
    known = list(steps)
    ranks = {name: {tile: rank for rank, tile in enumerate(hottest(name))} for name in {step.name for step in known}}

    def key(step: Step) -> tuple[Any, ...]:
        rank = ranks[step.name].get(step.tile)
        if rank is not None:
            return 0, rank, step.name
        return 1, step.tile.z, -places.get(step.tile, 0), _distance(step.tile, middle), step.name

    return sorted(known, key=key)


def places_in_tiles(zooms: Sequence[int]) -> Counter[Tile]:
    """How many public places that people look for by name lie in each tile of these zooms."""
    counted: Counter[Tile] = Counter()
    for layer in registry.searched():
        if layer.geometry_type in {"Point", "MultiPoint"}:
            condition = row_condition(layer, Audience.PUBLIC)
            point = "t.geometry"
            query = Query(f"SELECT ST_X(g.p), ST_Y(g.p) FROM (SELECT ST_Centroid({point}) AS p")
            query += Query(f" FROM {quoted(layer.table)} t WHERE TRUE") + condition
            for lon, lat in rows(query + Query(" LIMIT %s) g", (_MOST_PLACES,))):
                counted.update(tile_of(lon, lat, zoom) for zoom in zooms)
    return counted


def city_middle() -> tuple[float, float]:
    lon, lat = settings.CITY.centre
    return lon, lat


def _distance(tile: Tile, middle: tuple[float, float]) -> float:
    there = tile_of(*middle, tile.z)
    return float((tile.x - there.x) ** 2 + (tile.y - there.y) ** 2)
