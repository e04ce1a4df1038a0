"""MapProxy's tiles under the same rule as ours: one is stored only as long as no change touches it.

MapProxy asks its cache whether it holds a tile; this cache says yes only where the tile is still true. Tiles drawn
together depend on the whole picture (a name keeps clear of the names beside it), so the ground that counts is that of
the picture and of its margin.
"""

from __future__ import annotations

import threading
from io import BytesIO
from typing import Any

from django.db import Error as DatabaseError
from mapproxy.cache.base import TileCacheBase, tile_buffer
from mapproxy.cache.tile import Tile as CachedTile
from mapproxy.cache.tile_creator import TileCreator
from mapproxy.cache.tile_manager import TileManager
from mapproxy.image import BaseImageResult, ImageResult
from mapproxy.query import MapQuery
from mapproxy.source import SourceError

from tile_cache.degrees import Bounds, degrees_around
from tile_cache.grid import Tile
from tile_cache.keeping import truth
from tile_cache.keeping.store import TileStore
from tile_cache.keeping.stored import Stored
from tile_cache.maps.kept_pictures import SEEN
from tile_cache.maps.map_requests import AWAY
from tile_cache.maps.mapnik_source import LayersSource


class TrueTiles(TileCacheBase):
    """A cache of MapProxy that holds a tile only while it is true."""

    def __init__(self, tileset: str, manager: TileManager, source: LayersSource) -> None:
        super().__init__()
        self._tiles = TileStore(tileset, "png", manager.grid.name)
        self._manager = manager
        self._source = source
        self._drawing = threading.local()

    def begin(self) -> None:
        """This thread is about to draw: what it stores next is as true as the log is now."""
        self._drawing.stamps = truth.stamps_of(self._source.names)

    def load_tile(self, tile: CachedTile, with_metadata: bool = False, dimensions: Any = None) -> bool:
        if not tile.is_missing():
            return True
        stored = self._tiles.find(_place(tile), self._source.fingerprint)
        if stored is None or not self._is_good(stored, tile):
            return False
        tile.image_result = ImageResult(BytesIO(stored.body), image_opts=self._manager.image_opts)
        tile.size, tile.timestamp = len(stored.body), 0.0
        return True

    def is_cached(self, tile: CachedTile, dimensions: Any = None) -> bool:
        return self.load_tile(CachedTile(tile.coord)) if tile.is_missing() else True

    def store_tile(self, tile: CachedTile, dimensions: Any = None) -> bool:
        if not tile.stored:
            with tile_buffer(tile) as file:
                stored = Stored(self._source.fingerprint, self._drawing.stamps, file.read())
            self._tiles.save(_place(tile), stored)
        return True

    def remove_tile(self, tile: CachedTile, dimensions: Any = None) -> None:
        self._tiles.remove(_place(tile))

    def load_tile_metadata(self, tile: CachedTile, dimensions: Any = None) -> None:
        """Nothing expires by its age here."""
        tile.timestamp, tile.size = 0.0, 0

    def _is_good(self, stored: Stored, tile: CachedTile) -> bool:
        """Whether it is still true; where the database does not say, it is given all the same, and marked."""
        seen = SEEN.get(None)
        try:
            ground = truth.renewed(truth.Ground(stored.stamps, self._ground(tile)))
        except DatabaseError as error:
            if seen is None:
                raise SourceError(AWAY) from error
            seen.is_outdated = True
            return True
        if ground is not None and seen is not None:
            seen.loaded[self._tiles.place(_place(tile))] = ground
        return ground is not None

    def _ground(self, tile: CachedTile) -> Bounds:
        """What a change must touch to be seen in the tile: degrees."""
        grid, meta_grid = self._manager.grid, self._manager.meta_grid
        west, south, east, north = meta_grid.meta_tile(tile.coord).bbox if meta_grid else grid.tile_bbox(tile.coord)
        margin = self._source.buffer_px * grid.resolution(tile.coord[2])
        box = west - margin, south - margin, east + margin, north + margin
        return degrees_around(box, int(grid.srs.srs_code.rpartition(":")[2]))


class TrueTileCreator(TileCreator):
    """Reads how far the log has come before it draws."""

    def _query_sources(self, query: MapQuery) -> BaseImageResult | None:
        try:
            self.cache.begin()
        except DatabaseError as error:
            raise SourceError(AWAY) from error
        return super()._query_sources(query)


def keep_true(manager: TileManager, tileset: str) -> None:
    """Put a manager's tiles under the rule.

    Args:
        tileset: their name in the store.
    """
    manager.cache = TrueTiles(tileset, manager, manager.sources[0])
    manager.tile_creator_class = TrueTileCreator


def _place(tile: CachedTile) -> Tile:
    x, y, z = tile.coord
    return Tile(z, x, y)
