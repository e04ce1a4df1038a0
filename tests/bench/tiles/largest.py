"""The largest tile, uncompressed, of all that hold anything at zooms 8 to 16."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from gis_server.environment import CHECKOUT
from layers.query import quoted
from layers.spec import Audience, LayerSpec
from tests.bench import databases
from tests.bench.registry import Place, measurement
from tests.bench.rows import Row
from tests.bench.running import WorkFailedError, measured
from tests.bench.tiles import statements
from tests.bench.tiles.data import city
from tile_cache import tilesets
from tile_cache.grid import Tile

MOST_KB = 500.0
FIRST_ZOOM, LAST_ZOOM = 8, 16
_KB = 1000
REAL = "machigis_bench_real"


@dataclass(frozen=True, slots=True)
class Largest:
    """A tile of a tileset, its bytes, and how many tiles were looked at to find it."""

    tileset: str
    tile: Tile | None
    size: int
    count: int


@measurement("tiles.largest")
def largest(place: Place) -> Iterator[Row]:
    """A row for each tileset of the bench city that holds anything."""
    with city(place) as url:
        yield from _rows("tiles.largest", place, url, MOST_KB)


@measurement("tiles.largest-real")
def largest_of_real_files(place: Place) -> Iterator[Row]:
    """The same of the real files of Mitaka, and of the real ground of Liechtenstein, for information."""
    shared = Path(os.environ.get("GIS_REAL_DATA") or CHECKOUT.parent / "shared" / "data")
    files = [*sorted((shared / "mitaka").glob("*.*")), shared / "network" / "liechtenstein.osm.pbf"]
    if not all(path.exists() for path in files) or len(files) == 1:
        yield Row("tiles.largest-real", "kB", None, note=f"not measured: {shared} is not here (set GIS_REAL_DATA)")
        return
    with databases.new(REAL) as url:
        databases.make_tables(url)
        place.tell("tiles.largest-real: importing")
        for path in files:
            measured([CHECKOUT / "gis", "import", path, "--yes"], databases.in_database(url))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        yield from _rows("tiles.largest-real", place, url, None)


def _rows(name: str, place: Place, url: str, goal: float | None) -> Iterator[Row]:
    with psycopg.connect(url, autocommit=True, options="-c jit=off") as connection:
        for tileset in tilesets.every(Audience.PUBLIC):
            place.tell(f"{name}: {tileset.name}")
            found = largest_of(connection, tileset)
            if found.tile is not None:
                where = f"{found.tile.z}/{found.tile.x}/{found.tile.y}, of {found.count} tiles"
                yield Row(f"{name} {tileset.name}", "kB", found.size / _KB, goal=goal, note=where)


def largest_of(connection: psycopg.Connection[Any], tileset: tilesets.Tileset) -> Largest:
    """Walk the pyramid from above, and below a tile only where it holds a feature, whether it is drawn there or not.

    Raises:
        WorkFailedError: there are features, but no tile shows any.
    """
    best, count = Largest(tileset.name, None, 0, 0), 0
    filled = [layer for layer in tileset.layers if _holds_any(connection, layer)]
    for tile in _tiles_that_hold(connection, filled, _tiles_around(connection, filled)):
        size = _size(connection, tileset.name, tile)
        count += 1
        if size > best.size:
            best = Largest(tileset.name, tile, size, count)
    if filled and best.tile is None:
        raise WorkFailedError(f"tiles.largest: no tile of {tileset.name} shows anything")
    return Largest(best.tileset, best.tile, best.size, count)


def _size(connection: psycopg.Connection[Any], tileset: str, tile: Tile) -> int:
    """Bytes of the tile's parts together, which is what a client gets before compression."""
    size = 0
    for query in statements.ours(tileset, tile):
        counted = f"SELECT octet_length(({query.sql}))"
        row = connection.execute(counted.encode(), query.params, prepare=True).fetchone()
        size += row[0] if row else 0
    return size


def _tiles_around(connection: psycopg.Connection[Any], layers: Sequence[LayerSpec]) -> list[Tile]:
    every = [Tile(0, 0, 0)]
    for _ in range(FIRST_ZOOM):
        every = [child for tile in every for child in _children(tile) if _holds(connection, layers, child)]
    return every


def _tiles_that_hold(
    connection: psycopg.Connection[Any], layers: Sequence[LayerSpec], tiles: list[Tile]
) -> Iterator[Tile]:
    for tile in tiles:
        if _holds(connection, layers, tile):
            yield tile
            if tile.z < LAST_ZOOM:
                yield from _tiles_that_hold(connection, layers, _children(tile))


def _children(tile: Tile) -> list[Tile]:
    return [Tile(tile.z + 1, 2 * tile.x + right, 2 * tile.y + below) for below in (0, 1) for right in (0, 1)]


def _holds_any(connection: psycopg.Connection[Any], layer: LayerSpec) -> bool:
    row = connection.execute(f"SELECT EXISTS (SELECT 1 FROM {quoted(layer.table)})".encode()).fetchone()
    return bool(row and row[0])


def _holds(connection: psycopg.Connection[Any], layers: Sequence[LayerSpec], tile: Tile) -> bool:
    for layer in layers:
        within = "SELECT 1 FROM {} WHERE ST_Intersects(geometry, ST_MakeEnvelope(%s, %s, %s, %s, 4326))"
        words = f"SELECT EXISTS ({within.format(quoted(layer.table))})"
        row = connection.execute(words.encode(), tile.buffered_lon_lat(0)).fetchone()
        if row and row[0]:
            return True
    return False
