"""Files into layers, beside GDAL's ogr2ogr and osm2pgsql: the same file, the same server, whole processes."""

from __future__ import annotations

import os
import statistics
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from gis_server.environment import CHECKOUT
from layers import registry as layers
from tests.bench import databases, facilities
from tests.bench.registry import Place, measurement
from tests.bench.rows import Row
from tests.bench.running import MEGABYTE, Run, WorkFailedError, measured

POINTS = 1_000_000
MOST_OF_OGR2OGR = 2.0
MOST_OF_OSM2PGSQL = 3.0
MOST_MEMORY_MB = 1000.0

Work = Callable[[str], Run]
"""One run of one side in the database at that address."""


@measurement("etl.csv")
def csv_points(place: Place) -> Iterator[Row]:
    """A table of points into `facilities`."""
    rows = _points(place)
    path = facilities.csv_file(place.home / "files", rows)
    yield from _points_beside_ogr2ogr("etl.csv", place, path, rows, facilities.POINTS_OF_TABLE)


@measurement("etl.geopackage")
def geopackage_points(place: Place) -> Iterator[Row]:
    """The same points from a GeoPackage."""
    rows = _points(place)
    path = facilities.geopackage_file(place.home / "files", rows)
    yield from _points_beside_ogr2ogr("etl.geopackage", place, path, rows, ())


@measurement("etl.osm")
def extract(place: Place) -> Iterator[Row]:
    """The walking network and the base map of an OpenStreetMap extract."""
    shared = Path(os.environ.get("GIS_REAL_DATA") or CHECKOUT.parent / "shared" / "data")
    path = shared / "network" / "liechtenstein.osm.pbf"
    if not path.exists():
        yield Row("etl.osm", "s", None, note=f"not measured: {path} is not here (set GIS_REAL_DATA)")
        return

    def ours(url: str) -> Run:
        run = _import(url, path)
        _check(databases.count(url, _table("pedestrian-links")) > 1000, "./gis import stored no walking network")
        return run

    def peer(url: str) -> Run:
        run = measured(["osm2pgsql", "--create", "--latlong", "-d", url, path], os.environ)
        _check(databases.count(url, "planet_osm_line") > 1000, "osm2pgsql stored no lines")
        return run

    yield from _beside("etl.osm", place, ours, "osm2pgsql", peer, MOST_OF_OSM2PGSQL)


@measurement("etl.again")
def again(place: Place) -> Iterator[Row]:
    """The same table once more into a layer that holds it already: nothing changes."""
    rows = _points(place)
    path = facilities.csv_file(place.home / "files", rows)
    with _tables() as tables, databases.new(databases.OURS, tables) as url:
        place.tell("etl.again: a first import")
        _import(url, path, "--layer", "facilities")
        runs = []
        for number in range(place.rounds):
            place.tell(f"etl.again: round {number + 1}")
            runs.append(_import(url, path, "--layer", "facilities"))
        _check(databases.count(url, _table("facilities")) == rows, "importing again changed the number of rows")
    yield Row("etl.again", "s", _median(runs), note="for information")


def _points(place: Place) -> int:
    return max(1, round(POINTS * place.scale))


def _points_beside_ogr2ogr(name: str, place: Place, path: Path, rows: int, options: Sequence[str]) -> Iterator[Row]:
    def ours(url: str) -> Run:
        run = _import(url, path, "--layer", "facilities")
        _check(databases.count(url, _table("facilities")) == rows, "./gis import stored another number of rows")
        return run

    def peer(url: str) -> Run:
        server = make_conninfo("", **conninfo_to_dict(url))
        to_server = ["-f", "PostgreSQL", f"PG:{server}", path, "--config", "PG_USE_COPY", "YES"]
        columns = ["-nln", "facilities", "-lco", "GEOMETRY_NAME=geometry", "-lco", "FID=ogc_fid"]
        run = measured(["ogr2ogr", *to_server, *columns, *options], os.environ)
        _check(databases.count(url, "facilities") == rows, "ogr2ogr stored another number of rows")
        return run

    yield from _beside(name, place, ours, "ogr2ogr", peer, MOST_OF_OGR2OGR)


def _beside(name: str, place: Place, ours: Work, peer_name: str, peer: Work, goal: float) -> Iterator[Row]:
    """Both sides in turns, each run in a new database."""
    our_runs, peer_runs = [], []
    with _tables() as tables:
        for number in range(place.rounds):
            place.tell(f"{name}: round {number + 1}")
            with databases.new(databases.OURS, tables) as url:
                our_runs.append(ours(url))
            with databases.new(databases.PEERS) as url:
                peer_runs.append(peer(url))
            place.tell(f"{name}: ours {our_runs[-1].seconds:.2f} s, {peer_name} {peer_runs[-1].seconds:.2f} s")
    yield Row(name, "s", _median(our_runs), {peer_name: _median(peer_runs)}, goal)
    peak = max(run.peak_bytes for run in our_runs) / MEGABYTE
    yield Row(f"{name} memory", "MB", peak, goal=MOST_MEMORY_MB)


@contextmanager
def _tables() -> Iterator[str]:
    """A database with the product's empty tables, to copy new ones from; its name."""
    with databases.new(databases.TABLES) as url:
        databases.make_tables(url)
        yield databases.TABLES


def _import(url: str, path: Path, *options: str) -> Run:
    yes = ["--yes"] if _asks() else []
    return measured([CHECKOUT / "gis", "import", path, *options, *yes], databases.in_database(url))


@cache
def _asks() -> bool:
    """Whether the command asks before it stores."""
    answer = subprocess.run([CHECKOUT / "gis", "import", "--help"], capture_output=True, text=True, check=True)
    return "--yes" in answer.stdout


def _table(layer: str) -> str:
    return layers.get(layer).table


def _check(is_right: bool, otherwise: str) -> None:
    if not is_right:
        raise WorkFailedError(otherwise)


def _median(runs: Sequence[Run]) -> float:
    return statistics.median(run.seconds for run in runs)
