"""Whatever is written, by whom and in which order: no process gives a tile that is not as the data are."""

from __future__ import annotations

import gzip
import itertools
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from layers.reading import rows
from layers.spec import Audience
from tests.conftest import empty_layers
from tests.running import beside
from tests.tile_cache.other_process import OtherProcess, Told, other_process
from tile_cache import tilesets
from tile_cache.content import vector
from tile_cache.grid import Tile, tile_of

TILESETS = ("shelters", "damage-areas", "shelters,damage-areas", "base")
TABLES = {"shelters": "layers_shelter", "damage-areas": "layers_damagearea", "base-places": "layers_baseplace"}
NAMES = {"shelters": "name", "damage-areas": "description", "base-places": "name"}
FURTHER = {
    "shelters": (", name", ", 'a'"),
    "damage-areas": ("", ""),
    "base-places": (", kind, name", ", 'quarter', 'a'"),
}
_POINT = "ST_SetSRID(ST_Point(%s + n * 0.0001, %s), 4326)"
SHAPES = {
    "shelters": _POINT,
    "damage-areas": f"ST_Multi(ST_Expand({_POINT}, 0.0002))",
    "base-places": _POINT,
}
ZOOMS = (8, 14)

Place = tuple[float, float]
"""Longitude and latitude."""

places = st.sampled_from([(139.5 + 0.0137 * column, 35.66 + 0.0113 * row) for column in range(3) for row in range(2)])
tables = st.sampled_from(sorted(TABLES))


@pytest.fixture(scope="module")
def processes(django_db_setup: None, django_db_blocker, tmp_path_factory) -> Iterator[list[OtherProcess]]:
    """Three processes of the product, with one store and one database."""
    tiles = tmp_path_factory.mktemp("tiles")
    with django_db_blocker.unblock(), ExitStack() as stack:
        yield [stack.enter_context(other_process(_database_url(), tiles)) for _ in range(3)]


def _database_url() -> str:
    return beside(os.environ["DATABASE_URL"], connection.settings_dict["NAME"])


@pytest.mark.parametrize("examples", [12, pytest.param(300, marks=pytest.mark.heavy)])
def test_any_order_of_changes_and_requests_gives_tiles_as_the_data_are(committed, processes, examples):
    class Machine(Editors):
        asked = processes

    health = [HealthCheck.too_slow, HealthCheck.data_too_large]
    wanted = settings(max_examples=examples, stateful_step_count=20, deadline=None, suppress_health_check=health)
    run_state_machine_as_test(Machine, settings=wanted)


class Editors(RuleBasedStateMachine):
    """People who write, past the application, and clients that ask three processes."""

    asked: list[OtherProcess]

    def __init__(self) -> None:
        super().__init__()
        empty_layers()
        self.numbers = itertools.count()
        self.untouched: set[tuple[str, Tile]] = set()
        for table in TABLES:  # what was emptied past the log is told to nobody: the next revision is
            self.insert(table, (0.0, 0.0), 1)
            self.truncate(table)

    @rule(table=tables, place=places, count=st.sampled_from([1, 2, 150]))
    def insert(self, table: str, place: Place, count: int) -> None:
        """So many in one statement, on a line to the east."""
        columns, values = FURTHER[table]
        selected = f"SELECT %s || n, {SHAPES[table]}{values} FROM generate_series(1, %s) n"
        sql = f"INSERT INTO {TABLES[table]} (id, geometry{columns}) {selected}"
        params = [f"{next(self.numbers)}-", *place, count]
        self._write(table, [place, _east_of(place, count)], sql, params)

    @rule(table=tables, old=places, new=places)
    def move(self, table: str, old: Place, new: Place) -> None:
        """Whatever lies within a box goes elsewhere."""
        shift = new[0] - old[0], new[1] - old[1]
        touched = [(x + far * shift[0], y + far * shift[1]) for x, y in self._within(table, old) for far in (0, 1)]
        sql = f"UPDATE {TABLES[table]} SET geometry = ST_Translate(geometry, %s, %s) WHERE geometry && {BOX}"
        self._write(table, touched, sql, [*shift, *_box(old)])

    @rule(table=tables, place=places)
    def delete(self, table: str, place: Place) -> None:
        sql = f"DELETE FROM {TABLES[table]} WHERE geometry && {BOX}"
        self._write(table, self._within(table, place), sql, _box(place))

    @rule(table=tables)
    def rename(self, table: str) -> None:
        sql = f"UPDATE {TABLES[table]} SET {NAMES[table]} = %s"
        self._write(table, self._within(table), sql, [str(next(self.numbers))])

    @rule(table=tables)
    def truncate(self, table: str) -> None:
        self._write(table, self._within(table), f"TRUNCATE {TABLES[table]}", [])

    @rule(tileset=st.sampled_from(TILESETS), place=places, zoom=st.sampled_from(ZOOMS))
    def ask(self, tileset: str, place: Place, zoom: int) -> None:
        """Each process has a memory of its own."""
        tile = tile_of(*place, zoom)
        for process in self.asked:
            told = process.ask(f"/tiles/{tileset}/{tile.z}/{tile.x}/{tile.y}.mvt")
            _check_content(told, tileset, tile)
            if (tileset, tile) in self.untouched:
                assert told.is_hit, "nothing has touched it since it was rendered"
            self.untouched.add((tileset, tile))

    @rule(process=st.integers(0, 2), tileset=st.sampled_from(TILESETS), place=places, zoom=st.sampled_from(ZOOMS))
    def ask_for_a_revision(self, process: int, tileset: str, place: Place, zoom: int) -> None:
        tile = tile_of(*place, zoom)
        address = f"/tiles/{tileset}/{{}}/{tile.z}/{tile.x}/{tile.y}.mvt"
        refused = self.asked[process].ask(address.format("0-00000000"), accept_encoding="identity")
        assert refused.status == 404
        told = self.asked[process].ask(address.format(json.loads(refused.body)["revision"]))
        assert "immutable" in told.headers["cache-control"]
        _check_content(told, tileset, tile)

    def _write(self, table: str, touched: list[Place], sql: str, params: Sequence[object]) -> None:
        """A statement, committed. The tiles of other ground are to stay as they are."""
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
        if touched:
            self.untouched = {known for known in self.untouched if not _may_touch(table, touched, *known)}

    def _within(self, table: str, place: Place | None = None) -> list[Place]:
        where, params = ("true", ()) if place is None else (f"geometry && {BOX}", _box(place))
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT ST_XMin(geometry), ST_YMin(geometry) FROM {TABLES[table]} WHERE {where}", params)
            return cursor.fetchall()


BOX = "ST_MakeEnvelope(%s, %s, %s, %s, 4326)"
EDGE = 0.0005
"""Of a damage area, degrees."""


def _box(place: Place) -> tuple[float, float, float, float]:
    return place[0] - 0.005, place[1] - 0.005, place[0] + 0.005, place[1] + 0.005


def _east_of(place: Place, count: int) -> Place:
    return place[0] + count * 0.0001, place[1]


def _may_touch(table: str, touched: list[Place], tileset: str, tile: Tile) -> bool:
    layers = tilesets.get(tileset, Audience.PUBLIC).layers
    west, south, east, north = tile.buffered_lon_lat(vector.buffer_units(layers))
    xs, ys = zip(*touched, strict=True)
    is_near = min(xs) <= east and west <= max(xs) + EDGE and min(ys) <= north and south <= max(ys) + EDGE
    return is_near and table in {layer.name for layer in layers}


def _check_content(told: Told, tileset: str, tile: Tile) -> None:
    content = gzip.decompress(told.body) if told.body else b""
    assert told.status == (200 if content else 204)
    assert content == _afresh(tileset, tile)


def _afresh(tileset: str, tile: Tile) -> bytes:
    """The tile as this process renders it, from nothing but the database."""
    parts = tilesets.get(tileset, Audience.PUBLIC).parts
    return b"".join(bytes(next(rows(vector.tile_query(part.layers, tile, Audience.PUBLIC)))[0]) for part in parts)
