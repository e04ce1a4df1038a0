"""The tiles of one tileset in the store, which enters them into the ledger.

A tile is found whether it is still true or not; `truth.renewed` tells.
"""

from __future__ import annotations

from typing import Final

from tile_cache import ends, ledger
from tile_cache.ends import Place
from tile_cache.grid import Tile
from tile_cache.stored import Stored, from_bytes

WEB_MERCATOR: Final = "webmercator"


class TileStore:
    """The stored tiles of one tileset, each whole or not there."""

    def __init__(self, tileset: str, suffix: str, grid: str = WEB_MERCATOR) -> None:
        self._tileset, self._suffix, self._grid = tileset, suffix, grid

    def find(self, tile: Tile, fingerprint: str) -> Stored | None:
        """The stored tile of this fingerprint, true or not any more."""
        place = self._place(tile)
        content = ends.current().load(place)
        stored = None if content is None else from_bytes(content)
        if stored is None or stored.fingerprint != fingerprint:
            return None
        ledger.used(place)
        return stored

    def save(self, tile: Tile, stored: Stored, render_seconds: float | None = None, recipe: str = "") -> None:
        """Keep a tile; see `ledger.stored`."""
        place, content = self._place(tile), stored.to_bytes()
        if ends.current().save(place, content):
            ledger.stored(place, len(content), render_seconds, recipe)

    def remove(self, tile: Tile) -> None:
        ends.current().remove(self._place(tile))

    def _place(self, tile: Tile) -> Place:
        return Place(self._tileset, self._grid, tile.z, tile.x, tile.y, self._suffix)
