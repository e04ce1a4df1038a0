"""Reading packs as their users do: PMTiles with the reader of the format's authors, MBTiles with SQLite."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path

from pmtiles.reader import MemorySource, Reader, all_tiles

from tile_cache.grid import Tile


def read_pmtiles(path: Path) -> tuple[dict, dict, dict[Tile, bytes]]:
    """Header, metadata, and each tile decompressed."""
    source = MemorySource(path.read_bytes())
    reader = Reader(source)
    tiles = {Tile(*zxy): gzip.decompress(body) for zxy, body in all_tiles(source)}
    return reader.header(), reader.metadata(), tiles


def read_mbtiles(path: Path) -> tuple[dict, dict[Tile, bytes]]:
    """Metadata, and each tile decompressed, rows counted from the north."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        metadata = dict(connection.execute("SELECT name, value FROM metadata"))
        found = connection.execute("SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles")
        tiles = {Tile(z, x, 2**z - 1 - y): gzip.decompress(body) for z, x, y, body in found}
    return metadata | {"json": json.loads(metadata["json"])}, tiles
