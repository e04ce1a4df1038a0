"""By what a stored tile was made: a fingerprint that is the same for all tiles of a tileset and zoom.

A tile with another recipe than the present one is never given out any more, so it only takes room.
"""

from __future__ import annotations

from layers import registry
from layers.raster import Raster
from layers.spec import Audience, LayerSpec
from tile_cache.content import vector
from tile_cache.grid import Tile
from tile_cache.keeping.ends.place import Place
from tile_cache.keeping.stored import fingerprint_of
from tile_cache.looks.base_map import BASE_GROUP
from tile_cache.maps.raster_source import PREFIX


def of_sql(sql: str) -> str:
    """The recipe of a vector tile, from its query without the parameters, which hold where the tile is."""
    return fingerprint_of("mvt", sql)


def present_recipe(place: Place) -> str | None:
    """The recipe by which a vector tile at a place would be made today; "" where none is drawn, None for others."""
    if place.suffix != "mvt" or place.grid != "webmercator":
        return None
    layers = [layer for name in place.tileset.split(",") for layer in _layers(name)]
    return of_sql(vector.tile_query(layers, Tile(place.z, 0, 0), Audience.PUBLIC).sql)


def is_offered(tileset: str) -> bool:
    """Whether everybody may see every layer of a tileset, or the raster that it is; only such tiles are stored."""
    if tileset.startswith(PREFIX):
        return Raster.objects.filter(key=tileset.removeprefix(PREFIX)).exists()
    return all(_layers(name) for name in tileset.split(","))


def _layers(name: str) -> list[LayerSpec]:
    public = registry.visible_to(Audience.PUBLIC)
    return [layer for layer in public if name == layer.name or name == layer.group == BASE_GROUP]
