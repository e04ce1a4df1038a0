"""Many at once, and deaths in the middle: one rendering, and nothing left behind."""

from __future__ import annotations

import asyncio
import gzip
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection

from layers.spec import Audience
from tests.running import RunningCity, beside
from tests.tile_cache.conftest import HERE
from tests.tile_cache.other_process import other_process
from tile_cache import rendering, tilesets
from tile_cache.grid import tile_of
from tile_cache.rendering import Rendered
from tile_cache.tilesets import Tileset

CLIENTS = 500
PLACE = tile_of(*HERE, 13)
ADDRESS = f"/tiles/shelters/{PLACE.z}/{PLACE.x}/{PLACE.y}.mvt"


@pytest.mark.server
def test_five_hundred_clients_that_ask_for_one_cold_tile_cause_one_rendering(city: RunningCity):
    city.sql(
        "INSERT INTO layers_shelter (id, name, geometry) SELECT 'many-' || n, '避難所' || n,"
        " ST_SetSRID(ST_Point(139.54 + mod(n, 200) * 0.0001, 35.68 + n * 0.000002), 4326)"
        " FROM generate_series(1, 5000) n"
    )
    try:
        answers = asyncio.run(_ask_at_once(city.url, ADDRESS))
    finally:
        city.sql("DELETE FROM layers_shelter WHERE id LIKE 'many-%%'")
    assert Counter(status for status, _, _ in answers) == {200: CLIENTS}
    assert len({body for _, _, body in answers}) == 1
    told = Counter(headers["cache-status"] for _, headers, _ in answers)
    assert told["machigis; fwd=miss; stored"] == 1, told


async def _ask_at_once(url: str, path: str) -> list[tuple[int, dict[str, str], bytes]]:
    """All connections are open before the first request is sent."""
    host, port = urlsplit(url).hostname, urlsplit(url).port
    opened = await asyncio.gather(*(asyncio.open_connection(host, port) for _ in range(CLIENTS)))
    request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"
    for _, writer in opened:
        writer.write(request.encode())
    return [_read(raw) for raw in await asyncio.gather(*(reader.read() for reader, _ in opened))]


def _read(raw: bytes) -> tuple[int, dict[str, str], bytes]:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return int(first.split()[1]), dict(line.lower().split(": ", 1) for line in lines), body


@pytest.fixture
def locked_table(add) -> Iterator[psycopg.Connection]:
    """A shelter whose table somebody holds, so that whoever renders it gets stuck in the middle."""
    add("shelter", "s1", HERE, name="第一小学校")
    with psycopg.connect(_database_url()) as somebody:
        somebody.execute("LOCK TABLE layers_shelter IN ACCESS EXCLUSIVE MODE")
        yield somebody


def _database_url() -> str:
    return beside(os.environ["DATABASE_URL"], connection.settings_dict["NAME"])


STUCK = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    " AND query LIKE %s"
)
ADVISORY = (
    "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
    " WHERE l.locktype = 'advisory' AND d.datname = current_database()"
)


def _wait_for(count: int, sql: str, *params: object) -> None:
    deadline = time.monotonic() + 60
    with psycopg.connect(_database_url(), autocommit=True) as watcher:
        while watcher.execute(sql, params or None).fetchone() != (count,):
            assert time.monotonic() < deadline, "it never came to that"


def test_a_renderer_that_is_killed_leaves_no_lock_and_no_half_tile(locked_table, store):
    with other_process(_database_url(), store) as first, other_process(_database_url(), store) as second:
        second.ask("/tiles/towns.json")  # it is there, and ready
        first.send(ADDRESS)
        _wait_for(1, STUCK, "%ST_AsMVT%")
        second.send(ADDRESS)
        _wait_for(1, STUCK, "%pg_advisory_xact_lock%")
        first.process.kill()
        first.process.wait()
        assert not list(store.rglob("*.mvt"))
        locked_table.commit()
        told = second.receive()
    assert told.status == 200
    assert "第一小学校".encode() in gzip.decompress(told.body)
    _wait_for(0, ADVISORY)


def test_a_connection_that_is_cut_in_the_middle_is_made_anew_and_the_tile_comes(locked_table, store):
    with other_process(_database_url(), store) as renderer:
        renderer.send(ADDRESS)
        _wait_for(1, STUCK, "%ST_AsMVT%")
        with psycopg.connect(_database_url(), autocommit=True) as watcher:
            watcher.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                " AND query LIKE '%ST_AsMVT%' AND datname = current_database()"
            )
        locked_table.commit()
        told = renderer.receive()
    assert (told.status, "第一小学校".encode() in gzip.decompress(told.body)) == (200, True)


def test_two_processes_that_want_one_tile_render_it_once(locked_table, store):
    with other_process(_database_url(), store) as first, other_process(_database_url(), store) as second:
        for process in (first, second):
            process.send(ADDRESS)
        _wait_for(1, STUCK, "%ST_AsMVT%")
        _wait_for(1, STUCK, "%pg_advisory_xact_lock%")
        locked_table.commit()
        told = [first.receive(), second.receive()]
    assert told[0].body == told[1].body
    assert sorted(each.headers["cache-status"] for each in told) == [
        "machigis; fwd=miss; stored",
        "machigis; hit",
    ]


@pytest.mark.parametrize(("seconds", "outcome"), [(3600.0, "previous"), (0.0, "awaited")])
def test_who_would_wait_gets_the_previous_tile_while_it_is_hardly_old(add, sql, store, monkeypatch, seconds, outcome):
    monkeypatch.setattr(rendering, "PREVIOUS_S", seconds)
    add("shelter", "s1", HERE, name="まえ")
    shelters = tilesets.get("shelters", Audience.PUBLIC)
    rendering.render(shelters, PLACE)
    sql("UPDATE layers_shelter SET name = 'あと'")
    with psycopg.connect(_database_url()) as somebody, ThreadPoolExecutor() as pool:
        somebody.execute("LOCK TABLE layers_shelter IN ACCESS EXCLUSIVE MODE")
        first = pool.submit(_rendered, shelters)
        _wait_for(1, STUCK, "%ST_AsMVT%")
        second = pool.submit(_rendered, shelters)
        if outcome == "previous":
            assert "まえ".encode() in gzip.decompress(second.result().gzipped)
        somebody.commit()
        assert first.result().outcome == "rendered"
        assert second.result().outcome in {outcome, "store"} - ({"store"} if outcome == "previous" else set())
        assert "あと".encode() in gzip.decompress(first.result().gzipped)


def _rendered(tileset: Tileset) -> Rendered:
    try:
        return rendering.render(tileset, PLACE)
    finally:
        connection.close()
