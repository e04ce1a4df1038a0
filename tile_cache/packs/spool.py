"""Where the pieces of a pack wait, one for each layer of each tile, until it is known which of them fit in."""

from __future__ import annotations

import contextlib
import gzip
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from pmtiles.tile import zxy_to_tileid

from tile_cache.grid import Tile

Sizes = Mapping[tuple[str, int], int]
"""Compressed bytes of a layer at a zoom."""

_PIECE_LEVEL: Final = 6
_TILE_LEVEL: Final = 9


class Spool:
    """Pieces on disk, in a folder that nobody else sees and that goes when it is closed. Open it with `open_spool`."""

    def __init__(self, connection: sqlite3.Connection, layers: tuple[str, ...], folder: Path) -> None:
        self._connection = connection
        self.folder = folder
        self._places = {name: place for place, name in enumerate(layers)}
        connection.execute(
            "CREATE TABLE piece (z INT, x INT, y INT, place INT, body BLOB, PRIMARY KEY (z, x, y, place)) WITHOUT ROWID"
        )

    def add(self, layer: str, tile: Tile, content: bytes) -> None:
        """Keep a layer's part of a tile; nothing is kept of an empty one."""
        if content:
            body = gzip.compress(content, _PIECE_LEVEL, mtime=0)
            place = self._places[layer]
            self._connection.execute("INSERT INTO piece VALUES (?, ?, ?, ?, ?)", (tile.z, tile.x, tile.y, place, body))

    def sizes(self) -> dict[tuple[str, int], int]:
        names = list(self._places)
        found = self._connection.execute("SELECT place, z, sum(length(body)) FROM piece GROUP BY place, z")
        return {(names[place], zoom): size for place, zoom, size in found}

    def tiles(self, last_zooms: Mapping[str, int]) -> Iterator[tuple[Tile, bytes]]:
        """Each tile compressed with gzip, its layers in their order, without those beyond their last zoom.

        They come along the curve of PMTiles, in which tiles that lie near to one another are near in the file.
        """
        last = {self._places[name]: zoom for name, zoom in last_zooms.items()}
        tiles = [Tile(*row) for row in self._connection.execute("SELECT DISTINCT z, x, y FROM piece")]
        for tile in sorted(tiles, key=lambda tile: zxy_to_tileid(tile.z, tile.x, tile.y)):
            kept = [gzip.decompress(body) for place, body in self._pieces(tile) if tile.z <= last.get(place, -1)]
            if kept:
                yield tile, gzip.compress(b"".join(kept), _TILE_LEVEL, mtime=0)

    def _pieces(self, tile: Tile) -> list[tuple[int, bytes]]:
        where = "WHERE z = ? AND x = ? AND y = ? ORDER BY place"
        found = self._connection.execute(f"SELECT place, body FROM piece {where}", (tile.z, tile.x, tile.y))
        return found.fetchall()


@contextlib.contextmanager
def open_spool(layers: tuple[str, ...], folder: Path) -> Iterator[Spool]:
    """A spool in `folder`, gone afterwards."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".gis-pack-") as own:
        connection = sqlite3.connect(Path(own) / "pieces", isolation_level=None)
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        try:
            yield Spool(connection, layers, Path(own))
        finally:
            connection.close()
