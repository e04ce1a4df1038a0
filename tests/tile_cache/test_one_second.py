"""While somebody writes without a pause, no process of the running city gives a tile that is a second behind."""

from __future__ import annotations

import gzip
import re
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import psycopg
import pytest

from tests.running import RunningCity
from tests.tile_cache.conftest import HERE
from tile_cache.grid import tile_of

SECONDS = 3.0
READERS = 4
PLACE = tile_of(*HERE, 15)


@pytest.mark.server
def test_a_tile_is_never_a_second_behind_what_is_committed(city: RunningCity):
    city.sql(
        "INSERT INTO layers_shelter (id, name, geometry) VALUES ('busy', 'n0n', ST_SetSRID(ST_Point(%s, %s), 4326))",
        *HERE,
    )
    end = time.monotonic() + SECONDS
    try:
        with ThreadPoolExecutor(READERS + 1) as pool:
            writer = pool.submit(_write_until, end, city)
            readers = [pool.submit(_read_until, end, city) for _ in range(READERS)]
            committed = writer.result()
            seen = [each for reader in readers for each in reader.result()]
    finally:
        city.sql("DELETE FROM layers_shelter WHERE id = 'busy'")
    assert len({number for _, number in seen}) > 10, "the readers saw it move"
    for asked_at, number in seen:
        settled = max((n for n, at in committed if at <= asked_at - 1), default=0)
        assert number >= settled


def _write_until(end: float, city: RunningCity) -> list[tuple[int, float]]:
    """Numbers, and when each was surely committed."""
    committed = []
    with psycopg.connect(city.database_url, autocommit=True) as connection:
        for number in count(1):
            connection.execute("UPDATE layers_shelter SET name = %s WHERE id = 'busy'", [f"n{number}n"])
            committed.append((number, time.monotonic()))
            if committed[-1][1] > end:
                return committed
    raise AssertionError


def _read_until(end: float, city: RunningCity) -> list[tuple[float, int]]:
    """When each tile was asked for, and the number in it."""
    address = f"{city.url}/tiles/shelters/{PLACE.z}/{PLACE.x}/{PLACE.y}.mvt"
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})  # noqa: S310 - loopback
    seen = []
    while (asked_at := time.monotonic()) < end:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - loopback
            (number,) = re.findall(rb"n(\d+)n", gzip.decompress(answer.read()))
        seen.append((asked_at, int(number)))
    return seen
