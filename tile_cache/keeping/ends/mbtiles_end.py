"""Tiles in SQLite, one MBTiles file for each tileset, grid and kind: ``{tileset}@{grid}.{suffix}.mbtiles``.

For the processes of one host: SQLite's locks and its write-ahead log do not work over a network. What is stored is our
tile with its stamps, and rows are counted as the grid counts, so these files are no MBTiles for others.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from mapproxy.cache.mbtiles import MBTilesCache
from mapproxy.util.lock import FileLock, LockTimeout

from tile_cache.keeping.ends import frame
from tile_cache.keeping.ends.address import TIMEOUT_S
from tile_cache.keeping.ends.end import End
from tile_cache.keeping.ends.place import NAME, SUFFIX, Kept, Place

_FILE = re.compile(rf"({NAME})@({NAME})\.({SUFFIX})\.mbtiles")
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob);
CREATE TABLE IF NOT EXISTS metadata (name text, value text);
CREATE UNIQUE INDEX IF NOT EXISTS idx_tile ON tiles (zoom_level, tile_column, tile_row);
"""
_IS_WHOLE: Final = "SELECT count(*) FROM sqlite_master WHERE name = 'idx_tile'"
_ALL: Final = f"SELECT zoom_level, tile_column, tile_row, length(tile_data), substr(tile_data, 1, {frame.HEAD_BYTES})"


class _Cache(MBTilesCache):  # type: ignore[misc]  # MapProxy is not typed
    """MapProxy's, but a file that was begun by a process which was killed is completed, and nothing stays locked."""

    def ensure_mbtile(self) -> None:
        """See `db`: a file that is there may still lack its tables."""

    @property
    def db(self) -> sqlite3.Connection:
        """This thread's connection."""
        known = getattr(self._db_conn_cache, "db", None)
        if known is None:
            known = self._db_conn_cache.db = self._connect()
        return known

    def _connect(self) -> sqlite3.Connection:
        os.makedirs(os.path.dirname(self.mbtile_file), exist_ok=True)
        db = sqlite3.connect(self.mbtile_file, timeout=self.timeout)
        try:
            if not db.execute(_IS_WHOLE).fetchone()[0]:
                with FileLock(self.mbtile_file + ".lock", timeout=self.timeout):
                    db.execute("PRAGMA auto_vacuum = FULL")
                    db.execute("PRAGMA journal_mode = WAL")
                    db.executescript(_TABLES)
            db.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            db.close()
            raise
        return db

    def _store_bulk(self, tiles: list[Any]) -> bool:
        try:
            return bool(super()._store_bulk(tiles))
        finally:
            self._let_go()

    def remove_tile(self, tile: Any, dimensions: Any = None) -> bool:
        try:
            return bool(super().remove_tile(tile))
        finally:
            self._let_go()

    def _let_go(self) -> None:
        if self.db.in_transaction:  # a failed statement leaves it open
            self.db.rollback()


class MBTilesEnd(End):
    """A folder of MBTiles."""

    kind = "mbtiles"
    faults = (sqlite3.Error, OSError, LockTimeout)

    def __init__(self, folder: Path) -> None:
        super().__init__(rest_s=0.0)
        self._folder = folder

    def _open(self, tileset: str, grid: str, suffix: str) -> MBTilesCache:
        return _Cache(os.fspath(self._file(tileset, grid, suffix)), timeout=TIMEOUT_S, wal=True)

    def _load(self, place: Place) -> bytes | None:
        if not self._file(place.tileset, place.grid, place.suffix).exists():
            return None
        return super()._load(place)

    def _file(self, tileset: str, grid: str, suffix: str) -> Path:
        return self._folder / f"{tileset}@{grid}.{suffix}.mbtiles"

    def _walk(self, tileset: str | None) -> Iterator[Kept]:
        for path in sorted(self._folder.glob("*.mbtiles")):
            found = _FILE.fullmatch(path.name)
            if found is not None and tileset in (None, found[1]):
                with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", timeout=TIMEOUT_S, uri=True)) as db:
                    yield from _tiles(db, *found.groups())


def _tiles(db: sqlite3.Connection, tileset: str, grid: str, suffix: str) -> Iterator[Kept]:
    if not db.execute(_IS_WHOLE).fetchone()[0]:
        return
    for z, x, y, size, head in db.execute(f"{_ALL} FROM tiles"):
        stored_at = frame.stored_at_of(bytes(head))
        if stored_at is not None:
            yield Kept(Place(tileset, grid, z, x, y, suffix), size - frame.HEAD_BYTES, stored_at)
