"""The bench city: 100,000 points and 50,000 buildings, imported once and kept in the home; each use has a copy.

The same rows are in two added layers besides, since the declared ones are not drawn at the lowest zooms.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.db import connection

from gis_server.environment import CHECKOUT
from layers import registry
from layers.added import adding, current
from layers.query import quoted
from tests.bench import databases, facilities
from tests.bench.api.data import BUILDINGS, FACILITIES, POINTS, POLYGONS, buildings_file, load, scaled
from tests.bench.registry import Place
from tests.bench.tiles.asks import WIDE

KEPT = "machigis_bench_tiles"


@contextmanager
def city(place: Place) -> Iterator[str]:
    """The address of a database with the city; what is changed in it is gone afterwards."""
    _keep(place)
    with databases.new(databases.OURS, KEPT) as url, _known_here(databases.OURS):
        yield url


@contextmanager
def _known_here(name: str) -> Iterator[None]:
    """Have this process work in a database, and know the layers that were added to it."""
    before = connection.settings_dict["NAME"]
    _go_to(name)
    try:
        yield
    finally:
        _go_to(before)


def _go_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    current.forget()


def _keep(place: Place) -> None:
    """Import the city, unless the database that is kept was made of the same files with the same tables."""
    points, polygons = scaled(POINTS, place), scaled(POLYGONS, place)
    files = {
        FACILITIES: (facilities.csv_file(place.home / "files", points), points),
        BUILDINGS: (buildings_file(place.home / "files", polygons), polygons),
    }
    made_of = " ".join([*(path.name for path, _ in files.values()), _recipe_digest()])
    if databases.find_note(KEPT) == made_of:
        return
    place.tell(f"tiles: {points} points, {polygons} buildings")
    url = databases.make(KEPT)
    databases.make_tables(url)
    for layer, (path, rows) in files.items():
        load(url, layer, path, rows)
    with _known_here(KEPT):
        for layer, twin in WIDE.items():
            _add_twin(url, layer, twin)
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")
    databases.note(KEPT, made_of)


_FIELDS = {FACILITIES: ("name", "name_kana", "category", "address", "phone"), BUILDINGS: ("name",)}


def _add_twin(url: str, layer: str, twin: str) -> None:
    """A layer with the same rows as another, added as the office adds one."""
    spec = registry.get(layer)
    names = _FIELDS[layer]
    title = {"ja": spec.title.ja, "en": spec.title.en}
    fields = [{"name": name, "kind": "text"} for name in names]
    made = adding.add(twin, {"title": title, "geometry": spec.geometry_type, "label": "name", "fields": fields})
    columns = ", ".join(quoted(name) for name in ("id", *names, "geometry"))
    words = f"INSERT INTO {quoted(made.table)} ({columns}) SELECT {columns} FROM {quoted(spec.table)} ORDER BY id"
    with psycopg.connect(url) as owner:
        owner.execute(words.encode())


def _recipe_digest() -> str:
    """Differs where this file or a migration does."""
    digest = hashlib.sha256()
    for path in (Path(__file__), *sorted(CHECKOUT.glob("*/migrations/*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
