"""A pack as a file: PMTiles 3 or MBTiles 1.3. Equal tiles are stored once.

Sources: PMTiles version 3 (github.com/protomaps/PMTiles), MBTiles 1.3 (github.com/mapbox/mbtiles-spec).
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from tile_cache.degrees import Bounds
from tile_cache.grid import Tile
from tile_cache.packs.metadata import build_rows

MBTILES_APPLICATION_ID: Final = 0x4D504258


@dataclass(frozen=True, slots=True)
class Frame:
    """What the formats have places of their own for. Degrees; the centre is longitude, latitude, zoom."""

    bounds: Bounds
    centre: tuple[float, float, int]
    first_zoom: int
    last_zoom: int


Tiles = Iterable[tuple[Tile, bytes]]
Write = Callable[[Path, Tiles, Frame, Mapping[str, Any]], int]
"""Writes the file, and says how many tiles are in it."""


@dataclass(frozen=True, slots=True)
class PackFormat:
    """A kind of file: how its name ends, what it is called in HTTP, how a style names it, how it is written."""

    extension: str
    media_type: str
    write: Write

    def address(self, file_name: str) -> str:
        """The address of a file beside the style, in the protocol of the format."""
        return f"{self.extension}://{file_name}"


def write_pmtiles(path: Path, tiles: Tiles, frame: Frame, metadata: Mapping[str, Any]) -> int:
    """PMTiles; the tiles come along the format's own curve, so that neighbours lie together in the file."""
    with path.open("wb") as file:
        writer = Writer(file)
        for tile, body in tiles:
            writer.write_tile(zxy_to_tileid(tile.z, tile.x, tile.y), body)
        west, south, east, north = (_e7(degrees) for degrees in frame.bounds)
        header = {
            "tile_type": TileType.MVT,
            "tile_compression": Compression.GZIP,
            "min_lon_e7": west, "min_lat_e7": south, "max_lon_e7": east, "max_lat_e7": north,
            "center_lon_e7": _e7(frame.centre[0]),
            "center_lat_e7": _e7(frame.centre[1]),
            "center_zoom": frame.centre[2],
        }  # fmt: skip
        writer.finalize(header, dict(metadata))
        return int(writer.addressed_tiles)


def write_mbtiles(path: Path, tiles: Tiles, frame: Frame, metadata: Mapping[str, Any]) -> int:
    """MBTiles: rows counted from the south, as in TMS; the view ``tiles`` joins places with images."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(_MBTILES_TABLES)
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO metadata VALUES (?, ?)", build_rows(metadata, _facts(frame)).items())
        count = 0
        for count, (tile, body) in enumerate(tiles, 1):  # noqa: B007 - the last one is the number of all
            key = hashlib.blake2b(body, digest_size=12).hexdigest()
            south_row = 2**tile.z - 1 - tile.y
            connection.execute("INSERT OR IGNORE INTO images VALUES (?, ?)", (key, body))
            connection.execute("INSERT INTO map VALUES (?, ?, ?, ?)", (tile.z, tile.x, south_row, key))
        connection.execute("COMMIT")
        return count


FORMATS: Final = (
    PackFormat("pmtiles", "application/vnd.pmtiles", write_pmtiles),
    PackFormat("mbtiles", "application/vnd.sqlite3", write_mbtiles),
)

_MBTILES_TABLES: Final = f"""
PRAGMA application_id = {MBTILES_APPLICATION_ID};
PRAGMA journal_mode = OFF;
CREATE TABLE metadata (name TEXT, value TEXT);
CREATE UNIQUE INDEX metadata_name ON metadata (name);
CREATE TABLE images (tile_id TEXT NOT NULL PRIMARY KEY, tile_data BLOB NOT NULL);
CREATE TABLE map (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_id TEXT NOT NULL,
                  PRIMARY KEY (zoom_level, tile_column, tile_row)) WITHOUT ROWID;
CREATE VIEW tiles AS SELECT m.zoom_level, m.tile_column, m.tile_row, i.tile_data
  FROM map m JOIN images i ON i.tile_id = m.tile_id;
"""


def _facts(frame: Frame) -> dict[str, str]:
    return {
        "format": "pbf",
        "bounds": ",".join(f"{degrees:.6f}" for degrees in frame.bounds),
        "center": ",".join(str(number) for number in frame.centre),
        "minzoom": str(frame.first_zoom),
        "maxzoom": str(frame.last_zoom),
    }


def _e7(degrees: float) -> int:
    return round(degrees * 1e7)
