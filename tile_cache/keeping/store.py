"""The tiles of one tileset in the store, which enters them into the ledger.

A tile is found whether it is still true or not; `truth.renewed` tells.
"""

from __future__ import annotations

from typing import Final

from tile_cache.grid import Tile
from tile_cache.keeping import ends, ledger
from tile_cache.keeping.ends import Place
from tile_cache.keeping.stored import Stored, from_bytes

WEB_MERCATOR: Final = "webmercator"
"""WebMercatorQuad in the store, for pictures and vector tiles alike."""


def place_of(tileset: str, tile: Tile, suffix: str = "mvt", grid: str | None = None) -> Place:
    """Where the store holds a tile.

    Args:
        grid: of pictures, whose grids have names of their own.
    """
    own = WEB_MERCATOR if tile.grid.is_mercator else tile.grid.name
    return Place(tileset, grid or own, tile.z, tile.x, tile.y, suffix)


class TileStore:
    """The stored tiles of one tileset, each whole or not there."""

    def __init__(self, tileset: str, suffix: str, grid: str | None = None) -> None:
        self._tileset, self._suffix, self._grid = tileset, suffix, grid

    def find(self, tile: Tile, fingerprint: str) -> Stored | None:
        """The stored tile of this fingerprint, true or not any more."""
        place = self.place(tile)
        content = ends.current().load(place)
        stored = None if content is None else from_bytes(content)
        if stored is None or stored.fingerprint != fingerprint:
            return None
        ledger.used(place)
        return stored

    def save(self, tile: Tile, stored: Stored, render_seconds: float | None = None, recipe: str = "") -> None:
        """Keep a tile; see `ledger.stored`."""
        place, content = self.place(tile), stored.to_bytes()
        if ends.current().save(place, content):
            ledger.stored(place, len(content), render_seconds, recipe)

    def remove(self, tile: Tile) -> None:
        ends.current().remove(self.place(tile))

    def place(self, tile: Tile) -> Place:
        """Where the store holds a tile."""
        return place_of(self._tileset, tile, self._suffix, self._grid)
