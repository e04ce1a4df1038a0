"""A store of one's own for each test, and rows written with plain SQL, as a GIS office might."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from wsgiref.util import setup_testing_defaults

import pytest
from django.db import connection
from django.test import Client, RequestFactory

from layers.spec import Audience
from tests.tile_cache.mvt import Decoded, decode
from tile_cache import views
from tile_cache.grid import tile_of
from tile_cache.keeping.watch import WATCH
from tile_cache.maps import application as maps

HERE = (139.56, 35.685)
"""Longitude and latitude of what most tests draw."""

SPREAD = (
    "INSERT INTO layers_facility (id, name, category, geometry) SELECT 'f' || n, '施設' || n,"
    " CASE WHEN n %% 3 = 0 THEN 'library' ELSE 'aed' END, ST_SetSRID(ST_Point("
    " 139.46 + (n * 7919 %% 1000) * 0.0002, 35.60 + (n * 104729 %% 997) * 0.0002), 4326)"
    " FROM generate_series(1, %(rows)s) n ORDER BY {order}"
)
"""Facilities spread evenly over some tiles of zoom 12, always at the same places, inserted in any order."""


@pytest.fixture
def store(tmp_path, settings):
    settings.TILE_STORE = tmp_path / "tiles"
    WATCH.forget()  # what the process remembers of the test before
    return settings.TILE_STORE


@pytest.fixture
def sql(committed: None, store) -> Callable[..., None]:
    """Runs a statement and commits it."""

    def run(statement: str, **params: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, params)

    return run


@pytest.fixture
def add(sql):
    """Inserts a row: ``add("shelter", "s1", HERE, name="…")``; a place or well-known text."""

    def insert(table: str, feature_id: str, where: tuple[float, float] | str, **columns: object) -> None:
        wkt = where if isinstance(where, str) else f"POINT({where[0]} {where[1]})"
        names = "".join(f", {name}" for name in columns)
        values = "".join(f", %({name})s" for name in columns)
        sql(
            f"INSERT INTO layers_{table} (id, geometry{names}) VALUES (%(id)s, ST_GeomFromText(%(wkt)s, 4326){values})",
            id=feature_id,
            wkt=wkt,
            **columns,
        )

    return insert


@pytest.fixture
def tile(store):
    """The features of a tile as a client decodes it: ``tile("shelters", 14)`` around HERE."""
    client = Client()

    def fetch(tileset: str, zoom: int = 14, at: tuple[float, float] = HERE) -> dict[str, list[Decoded]]:
        place = tile_of(*at, zoom)
        answer = client.get(f"/tiles/{tileset}/{place.z}/{place.x}/{place.y}.mvt")
        assert answer.status_code in {200, 204}, answer.content
        return decode(answer.content)

    return fetch


@pytest.fixture
def staff_tile(store):
    """The same, and the answer's headers, for an audience."""

    def fetch(tileset: str, audience: Audience, zoom: int = 14) -> SimpleNamespace:
        place = tile_of(*HERE, zoom)
        request = RequestFactory().get("/tiles/x")
        request.audience = audience
        answer = views.tile(request, tileset, str(place.z), str(place.x), str(place.y))
        return SimpleNamespace(layers=decode(answer.content), headers=answer.headers)

    return fetch


@pytest.fixture
def ask_maps(store):
    """An address below /maps, asked of the WSGI application itself."""

    def fetch(address: str, **more: str) -> SimpleNamespace:
        path, _, query = address.partition("?")
        environ: dict = {"SCRIPT_NAME": "/maps", "PATH_INFO": path, "QUERY_STRING": query, **more}
        setup_testing_defaults(environ)
        begun: list = []
        body = maps.application(environ, lambda status, headers, exc_info=None: begun.append((status, dict(headers))))
        status, headers = begun[0]
        return SimpleNamespace(status=int(status[:3]), headers=headers, content=b"".join(body))

    return fetch


@pytest.fixture(scope="session", autouse=True)
def mapnik_lets_go(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """Mapnik keeps its own connections as long as the process lives; the test database could not be dropped."""
    yield
    with django_db_blocker.unblock():
        end_other_connections()
        connection.close()


def end_other_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user"
        )


@pytest.fixture
def spread(sql):
    def insert(rows: int, order: str = "n") -> None:
        sql(SPREAD.format(order=order), rows=rows)

    return insert
