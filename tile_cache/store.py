"""The tiles of one tileset, kept by MapProxy's cache classes, which store what they are given.

A tile is found whether it is still true or not; `truth.renewed` tells.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from mapproxy.cache.file import FileCache
from mapproxy.cache.tile import Tile as CachedTile
from mapproxy.image import ImageResult

from tile_cache.grid import Tile
from tile_cache.stored import Stored, from_bytes


class TileStore:
    """The files of one tileset below a folder, one a tile, written whole or not at all."""

    def __init__(self, folder: Path, suffix: str) -> None:
        self._files = FileCache(str(folder), suffix, directory_layout="tms")

    def find(self, tile: Tile, fingerprint: str) -> Stored | None:
        """The stored tile of this fingerprint, true or not any more."""
        cached = CachedTile((tile.x, tile.y, tile.z))
        if not self._files.load_tile(cached):
            return None
        try:
            with cached.image_result_buffer() as file:
                stored = from_bytes(file.read())
        except FileNotFoundError:
            return None
        return stored if stored is not None and stored.fingerprint == fingerprint else None

    def save(self, tile: Tile, stored: Stored) -> None:
        content = ImageResult(BytesIO(stored.to_bytes()))
        self._files.store_tile(CachedTile((tile.x, tile.y, tile.z), content))

    def remove(self, tile: Tile) -> None:
        self._files.remove_tile(CachedTile((tile.x, tile.y, tile.z)))
