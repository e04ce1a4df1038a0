"""The rows that all servers read: points in `facilities`, polygons in `base-buildings`, through our own import."""

from __future__ import annotations

import hashlib
import json
import math
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from gis_server.environment import CHECKOUT
from layers import registry
from tests.bench import databases, facilities
from tests.bench.registry import Place
from tests.bench.running import WorkFailedError, measured

FACILITIES, BUILDINGS = "facilities", "base-buildings"
POINTS, POLYGONS = 100_000, 50_000
CITY = facilities.BOUNDS
_SEED = 132047
_LETTERS = {FACILITIES: "F", BUILDINGS: "B"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """A database with both layers, and how many rows they have.

    Args:
        url: the database.
        prefixes: what our import wrote before the ids of each layer's file, so that two files never share an id.
    """

    url: str
    points: int
    polygons: int
    prefixes: Mapping[str, str] = field(default_factory=dict)

    def id_of(self, layer: str, number: int) -> str:
        """The id of a row, counted from 1; in the order of ids the rows before it are as many as the number, less one.

        >>> Loaded("", 20, 0, {FACILITIES: "table-"}).id_of(FACILITIES, 12)
        'table-F0000012'
        """
        return f"{self.prefixes.get(layer, '')}{_LETTERS[layer]}{number:07}"


@contextmanager
def loaded(place: Place, points: int, polygons: int) -> Iterator[Loaded]:
    """A database of its own with so many rows, its statistics fresh."""
    with databases.new(databases.OURS) as url:
        databases.make_tables(url)
        place.tell(f"api: {points} points, {polygons} polygons")
        files = place.home / "files"
        load(url, FACILITIES, facilities.csv_file(files, points), points)
        if polygons:
            load(url, BUILDINGS, buildings_file(files, polygons), polygons)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            prefixes = {layer: _prefix(connection, layer) for layer in (FACILITIES, BUILDINGS)}
        yield Loaded(url, points, polygons, prefixes)


def scaled(rows: int, place: Place) -> int:
    return max(1, round(rows * place.scale))


def load(url: str, layer: str, path: Path, rows: int) -> None:
    """A file into a layer by `./gis import`; it is an error when not every row comes in."""
    measured([CHECKOUT / "gis", "import", path, "--layer", layer, "--yes"], databases.in_database(url))
    stored = databases.count(url, registry.get(layer).table)
    if stored != rows:
        raise WorkFailedError(f"{stored} of {rows} rows came into {layer}")


def _prefix(connection: psycopg.Connection[Any], layer: str) -> str:
    first = connection.execute(f'SELECT min(id) FROM "{registry.get(layer).table}"').fetchone()
    return first[0][: -len("F0000001")] if first and first[0] else ""


def buildings_file(folder: Path, rows: int) -> Path:
    """Made-up buildings as GeoJSON, generated where they are not in the folder yet."""
    path = folder / f"buildings-{rows}-{hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8]}.geojson"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".new")
        with unfinished.open("w", encoding="utf-8") as file:
            file.write('{"type":"FeatureCollection","features":[\n')
            file.writelines(_separated(_buildings(rows)))
            file.write("]}\n")
        unfinished.rename(path)
    return path


def _separated(documents: Iterator[dict[str, Any]]) -> Iterator[str]:
    for number, document in enumerate(documents):
        yield (",\n" if number else "") + json.dumps(document, ensure_ascii=False)


def _buildings(rows: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(_SEED)  # noqa: S311 - not for secrets
    west, south, east, north = CITY
    for number in range(1, rows + 1):
        town = chance.choice(facilities.TOWNS)[0]
        centre = chance.uniform(west, east), chance.uniform(south, north)
        yield {
            "type": "Feature",
            "id": f"{_LETTERS[BUILDINGS]}{number:07}",
            "properties": {"name": f"{town}第{number}ビル" if number % 3 == 0 else ""},
            "geometry": {"type": "MultiPolygon", "coordinates": [[_outline(chance, *centre)]]},
        }


def _outline(chance: random.Random, lon: float, lat: float) -> list[list[float]]:
    """Four to ten corners around a centre, each farther round than the last, so the ring never crosses itself."""
    corners = chance.randint(4, 10)
    size, turn = chance.uniform(4e-5, 2e-4), chance.uniform(0, math.tau)
    ring = []
    for corner in range(corners):
        angle, radius = turn + math.tau * corner / corners, size * chance.uniform(0.7, 1.0)
        ring.append([round(lon + radius * math.cos(angle), 8), round(lat + radius * math.sin(angle), 8)])
    return [*ring, ring[0]]
