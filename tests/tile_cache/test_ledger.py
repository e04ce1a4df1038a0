"""The ledger of stored tiles, and the sweep that keeps the store within its bound."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from tile_cache.keeping import ends, ledger, recipes, sweeping
from tile_cache.keeping.ends.end import End, EndAwayError
from tile_cache.keeping.ends.place import Place
from tile_cache.models import StoredTile

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def book(committed: None) -> Iterator[None]:
    """An empty ledger."""
    ledger.forget_news()
    StoredTile.objects.all().delete()
    yield
    ledger.forget_news()
    StoredTile.objects.all().delete()


@pytest.fixture
def end(tmp_path: Path) -> End:
    return ends.open_end(f"file://{tmp_path}/store")


def place(x: int, tileset: str = "shelters", z: int = 14) -> Place:
    return Place(tileset, "webmercator", z, x, 5, "mvt")


def store(end: End, where: Place, size: int = 100, *, days_ago: float = 0.0, **told: object) -> Place:
    """A tile in the store and in the ledger, used so long ago."""
    end.save(where, b"t" * size)
    ledger.stored(where, size, 0.01, **told)
    ledger.flush()
    past = datetime.datetime.now(UTC) - datetime.timedelta(days=days_ago)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {ledger.TABLE} SET used_at = %s, rendered_at = least(rendered_at, %s) WHERE x = %s",
            [past, past, where.x],
        )
    return where


def in_store(end: End) -> set[int]:
    return {kept.place.x for kept in end.places()}


def in_ledger() -> set[int]:
    return set(StoredTile.objects.values_list("x", flat=True))


def test_what_was_stored_and_used_is_known_after_a_flush(book):
    ledger.stored(place(1), 1000, 0.25)
    ledger.used(place(1), 2)
    ledger.used(place(1))
    assert in_ledger() == set(), "nothing is written while somebody waits"
    assert ledger.flush()
    ledger.used(place(1), 4)
    ledger.used(place(99), 4)
    ledger.flush()
    row = StoredTile.objects.get()
    assert (row.x, row.bytes, row.hits, row.render_ms) == (1, 1000, 7, 250.0)
    ledger.stored(place(1), 500, 0.5)
    ledger.flush()
    row.refresh_from_db()
    assert (row.bytes, row.hits, row.render_ms) == (500, 7, 500.0)
    assert ledger.total_bytes() == 500 + 20
    assert ledger.total_bytes(block_bytes=4096) == 4096


def test_the_hottest_come_first(book):
    for x, hits in ((1, 5), (2, 9), (3, 0), (4, 7)):
        ledger.stored(place(x), 10)
        ledger.used(place(x), hits)
    ledger.stored(place(5, "roads"), 10)
    ledger.used(place(5, "roads"), 100)
    ledger.flush()
    assert [each.x for each in ledger.hottest("shelters", 2)] == [2, 4]
    assert [each.x for each in ledger.hottest("shelters", 10)] == [2, 4, 1]


def test_with_the_database_away_news_are_gathered_up_to_a_bound_and_written_later(book, monkeypatch):
    monkeypatch.setattr(ledger, "MOST_GATHERED", 10)
    ledger.stored(place(1), 1000)
    ledger.used(place(1), 2)
    true_port, connections["default"].settings_dict["PORT"] = connections["default"].settings_dict["PORT"], "1"
    true_host, connections["default"].settings_dict["HOST"] = connections["default"].settings_dict["HOST"], "127.0.0.1"
    connection.close()
    try:
        assert not ledger.flush()
        ledger.used(place(1), 3)
        for x in range(2, 100):
            ledger.stored(place(x), 10)
        assert not ledger.flush()
    finally:
        connections["default"].settings_dict |= {"PORT": true_port, "HOST": true_host}
        connection.close()
    assert ledger.flush()
    assert len(in_ledger()) == 10
    assert StoredTile.objects.get(x=1).hits == 5


WRITER = """
import sys, django
django.setup()
from django.conf import settings
settings.TILE_FLUSH_S = float(sys.argv[1])
from tile_cache.keeping import ledger
from tile_cache.keeping.ends.place import Place
for round in range(20):
    for x in (range(60) if sys.argv[2] == "up" else reversed(range(60))):
        where = Place("shelters", "webmercator", 14, x, 5, "mvt")
        ledger.stored(where, 10) if round == 0 else ledger.used(where)
    assert sys.argv[1] != "0" or ledger.flush()
"""


def start(*words: str) -> subprocess.Popen:
    known = connection.settings_dict
    url = f"postgresql://{known['USER']}:{known['PASSWORD']}@/{known['NAME']}?host={known['HOST']}&port={known['PORT']}"
    env = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "gis_server.settings"}
    return subprocess.Popen([sys.executable, "-c", WRITER, *words], cwd=CHECKOUT, env=env)


def test_processes_that_write_the_same_tiles_in_other_orders_add_up(book):
    writers = [start("0", "up"), start("1", "down")]
    assert [writer.wait() for writer in writers] == [0, 0]
    hits = set(StoredTile.objects.values_list("hits", flat=True))
    assert hits == {2 * 19}, "the second gathers and writes in the background, and the rest before it ends"


def test_a_sweep_removes_the_least_recently_used_until_there_is_room(book, end):
    for x in range(10):
        store(end, place(x), 1000, days_ago=x)
    assert sweeping.sweep(end, 10 * 4096).removed == 0
    swept = sweeping.sweep(end, 7 * 4096)
    assert swept.removed == 4, "to below 90 % of the bound"
    assert swept.left_bytes == 6 * 4096
    assert in_store(end) == in_ledger() == {0, 1, 2, 3, 4, 5}


def test_a_recount_finds_unknown_tiles_and_strikes_lost_ones_out(book, end):
    store(end, place(1), days_ago=1)
    store(end, place(2), days_ago=1)
    end.remove(place(1))
    end.save(place(3), b"by somebody else")
    swept = sweeping.sweep(end, 10**9)
    assert (swept.found, swept.lost, swept.removed) == (1, 1, 0)
    assert in_ledger() == {2, 3}
    assert StoredTile.objects.get(x=3).bytes == 16


def test_tiles_that_no_request_gets_any_more_go(book, end):
    here = recipes.present_recipe(place(1))
    store(end, place(1), recipe=here)
    store(end, place(2), recipe="of-the-past")
    store(end, place(3))
    store(end, place(4), days_ago=31)
    store(end, place(5, "no-such-layer"))
    sweeping.sweep(end, 10**9)
    assert in_store(end) == in_ledger() == {1, 3}


def test_a_tileset_is_cleared_whether_the_ledger_knows_its_tiles_or_not(book, end):
    store(end, place(1))
    store(end, place(2, "roads"))
    end.save(place(3), b"unknown")
    assert sweeping.clear("shelters", end) == 2
    assert in_store(end) == in_ledger() == {2}
    assert sweeping.clear(None, end) == 1
    assert in_store(end) == in_ledger() == set()


def test_two_sweeps_at_once_are_one(book, end):
    store(end, place(1))
    known = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(**{name: known[name] for name in names if name in known}, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [sweeping._LOCK])
        with pytest.raises(sweeping.SweepingAlreadyError):
            sweeping.sweep(end, 0)
        assert in_store(end) == {1}
        other.execute("SELECT pg_advisory_unlock(%s)", [sweeping._LOCK])
    assert sweeping.sweep(end, 0).removed == 1


def test_a_back_end_that_is_away_leaves_the_ledger_as_it_is(book):
    gone = ends.open_end("redis://127.0.0.1:1")
    ledger.stored(place(1), 10)
    with pytest.raises(EndAwayError):
        sweeping.sweep(gone, 0)
    with pytest.raises(EndAwayError):
        sweeping.sweep(gone, 0, recount=False)
    assert in_ledger() == {1}


@pytest.fixture
def told(book, tmp_path, settings, capsys):
    """What ``./gis tiles`` says."""
    settings.TILE_STORE = tmp_path
    for x, tileset in ((1, "shelters"), (2, "roads")):
        store(ends.current(), place(x, tileset))

    def call(*words: str) -> str:
        call_command("tiles", *words)
        return capsys.readouterr().out

    return call


def test_the_command_tells_sweeps_and_clears(told, settings):
    assert "shelters" in told("info")
    assert "roads" in told("clear", "shelters") or "shelters" not in told("info")
    assert told("sweep", "--to", "0").startswith("1 tiles removed")
    assert told("clear", "--all") == "0 tiles removed\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("clear",), "name one tileset"),
        (("clear", "shelters", "--all"), "name one tileset"),
        (("clear", "no-such"), "there is no tileset no-such; stored are: roads, shelters"),
        (("sweep", "--to", "-1"), "0 or more"),
        (("polish",), "invalid choice"),
        ((), "required"),
    ],
)
def test_the_command_refuses_what_it_cannot_do_in_one_line(told, words, said):
    with pytest.raises(CommandError, match=said):
        told(*words)
