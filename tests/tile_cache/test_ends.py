"""Back ends of the store, on real servers: bytes come back whole or not at all, no failure reaches a request."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import boto3
import pytest

from tests.tile_cache.servers import KEYS, Server, free_port, redis_server, s3_server, stopped
from tile_cache.keeping import ends
from tile_cache.keeping.ends import frame, guard
from tile_cache.keeping.ends.end import End, EndAwayError
from tile_cache.keeping.ends.place import Place

CHECKOUT = Path(__file__).resolve().parents[2]
KINDS = ("file", "mbtiles", "redis", "s3")
PLACE = Place("shelters", "webmercator", 14, 14543, 6451, "mvt")
LONGEST_S = 2.0
"""Twice the time that an end is waited for, and room for a busy machine."""


@pytest.fixture(scope="module", autouse=True)
def keys() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def redis(tmp_path_factory) -> Iterator[Server]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="module")
def s3(tmp_path_factory) -> Iterator[Server]:
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{server.port}")
        client.create_bucket(Bucket="tiles", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
        yield server


@pytest.fixture
def addresses(tmp_path, redis, s3) -> dict[str, str]:
    """An empty store of each kind."""
    mine = uuid4().hex
    return {
        "file": f"file://{tmp_path}/三鷹",
        "mbtiles": f"mbtiles://{tmp_path}/packed",
        "redis": f"redis://127.0.0.1:{redis.port}/0?prefix={mine}:",
        "s3": f"s3://tiles/{mine}?endpoint=http://127.0.0.1:{s3.port}",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_of_any_kind_come_back_as_they_went_in(addresses, kind):
    end = ends.open_end(addresses[kind])
    assert end.load(PLACE) is None
    for content in (b"", bytes(range(256)) * 2000, b"\x00later"):
        assert end.save(PLACE, content)
        assert ends.open_end(addresses[kind]).load(PLACE) == content
    assert end.remove(PLACE)
    assert end.remove(PLACE), "removing what is not there is no failure"
    assert end.load(PLACE) is None


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_stored_can_be_listed(addresses, kind):
    end = ends.open_end(addresses[kind])
    several = Place("base,shelters", "plane-9", 0, 0, 0, "png")
    began = time.time()
    for place in (PLACE, several):
        end.save(place, b"tile")
    kept = list(end.places("shelters"))
    assert [(each.place, each.size) for each in kept] == [(PLACE, 4)]
    assert abs(kept[0].stored_at - began) < 60
    assert {each.place for each in end.places()} == {PLACE, several}
    assert list(end.places("roads")) == []


WRITER = """
import sys, threading
from tile_cache.keeping import ends
from tile_cache.keeping.ends.place import Place

def write(address):
    end, place = ends.open_end(address), Place("shelters", "webmercator", 14, 14543, 6451, "mvt")
    for number in range(10**6):
        end.save(place, bytes([number % 256]) * 3_000_000)
        print(address, flush=True)

threads = [threading.Thread(target=write, args=[address]) for address in sys.argv[1:]]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


def start(program: str, *words: str) -> subprocess.Popen:
    env = os.environ | KEYS | {"PYTHONPATH": str(CHECKOUT)}
    return subprocess.Popen([sys.executable, "-c", program, *words], stdout=subprocess.PIPE, env=env, text=True)


def test_a_process_that_is_killed_while_it_stores_leaves_no_half_tile_and_no_lock(addresses):
    writer = start(WRITER, *addresses.values())
    unseen = set(addresses.values())
    while unseen:
        unseen.discard(writer.stdout.readline().strip())
    stopped(writer)
    for address in addresses.values():
        end = ends.open_end(address)
        content = end.load(PLACE)
        assert content is not None, address
        assert len(content) == 3_000_000, address
        assert len(set(content)) == 1, address
        assert end.save(PLACE, b"by another"), address
        assert end.load(PLACE) == b"by another", address


def test_files_of_a_killed_process_are_tidied_away(tmp_path):
    end = ends.open_end(f"file://{tmp_path}")
    end.save(PLACE, b"tile")
    left = (tmp_path / PLACE.path).with_name("6451.mvt.tmp-12345")
    left.write_bytes(b"til")
    end.tidy(time.time())
    assert left.exists(), "it may be of a process that is still at it"
    end.tidy(time.time() + 2 * 3600)
    assert not left.exists()
    assert end.load(PLACE) == b"tile"


FILLER = """
import sys
from tile_cache.keeping import ends
from tile_cache.keeping.ends.place import Place

end = ends.open_end(sys.argv[1])
print([end.save(Place("shelters", "webmercator", 12, int(sys.argv[2]), row, "mvt"), b"t" * 5000) for row in range(40)])
"""


def test_several_processes_store_into_one_mbtiles_file(addresses):
    writers = [start(FILLER, addresses["mbtiles"], str(column)) for column in range(3)]
    assert [writer.communicate()[0].count("True") for writer in writers] == [40, 40, 40]
    assert len(list(ends.open_end(addresses["mbtiles"]).places("shelters"))) == 120


def test_a_tile_that_was_cut_short_is_none(tmp_path):
    end = ends.open_end(f"file://{tmp_path}")
    end.save(PLACE, b"a whole tile")
    stored = (tmp_path / PLACE.path).read_bytes()
    for broken in (stored[:-1], stored[: frame.HEAD_BYTES - 1], b"", stored[:-1] + b"X", b"something else"):
        (tmp_path / PLACE.path).write_bytes(broken)
        assert end.load(PLACE) is None


def assert_holds_nothing(end: End) -> None:
    """It answers that nothing is there and nothing was stored, and at once."""
    began = time.monotonic()
    assert end.load(PLACE) is None
    assert not end.save(PLACE, b"tile")
    assert not end.remove(PLACE)
    assert time.monotonic() - began < 3 * LONGEST_S
    began = time.monotonic()
    for _ in range(100):
        assert end.load(PLACE) is None
    assert time.monotonic() - began < LONGEST_S, "one that is away is left alone for a while"
    with pytest.raises(EndAwayError):
        list(end.places())


def until_it_works(end: End) -> None:
    """Ask until it stores again; fails where it never does."""
    until = time.monotonic() + 30
    while not end.save(PLACE, b"again"):
        assert time.monotonic() < until


def test_redis_may_die_and_come_back(tmp_path, caplog):
    with redis_server(tmp_path) as server:
        end = ends.open_end(f"redis://127.0.0.1:{server.port}")
        assert end.save(PLACE, b"tile")
        server.kill()
        with caplog.at_level(logging.WARNING, logger=guard.__name__):
            assert_holds_nothing(end)
        assert len([r for r in caplog.records if r.name == guard.__name__]) == 1, "one line, not one a tile"
        server.start()
        until_it_works(end)
        assert end.load(PLACE) == b"again"


def test_a_full_redis_still_gives_what_it_has(tmp_path):
    with redis_server(tmp_path, "--maxmemory", "3mb") as server:
        end = ends.open_end(f"redis://127.0.0.1:{server.port}")
        assert end.save(PLACE, b"tile")
        full = Place("shelters", "webmercator", 1, 0, 0, "mvt")
        for _ in range(3):
            end.save(full, b"t" * 4_000_000)
        assert not end.save(full, b"tile")
        assert end.load(PLACE) == b"tile"


@pytest.mark.parametrize("form", ["redis://127.0.0.1:{port}", "s3://tiles?endpoint=http://127.0.0.1:{port}"])
def test_a_server_that_does_not_answer_is_waited_for_half_a_second_at_most(form):
    with closing(socket.create_server(("127.0.0.1", 0))) as deaf:
        assert_holds_nothing(ends.open_end(form.format(port=deaf.getsockname()[1])))


def test_many_that_ask_a_deaf_server_at_once_wait_beside_one_another():
    places = [Place(f"layer-{number}", "webmercator", 1, 0, 0, "mvt") for number in range(12)]
    with closing(socket.create_server(("127.0.0.1", 0))) as deaf, ThreadPoolExecutor(len(places)) as threads:
        end = ends.open_end(f"s3://tiles?endpoint=http://127.0.0.1:{deaf.getsockname()[1]}")
        assert end._client is not None  # made beforehand: that takes the processor, not the network
        began = time.monotonic()
        assert list(threads.map(end.load, places)) == [None] * len(places)
        assert time.monotonic() - began < len(places) * 0.5 / 2


@pytest.mark.parametrize(
    "form", ["s3://tiles?endpoint=http://127.0.0.1:{free}", "s3://no-such-bucket?endpoint=http://127.0.0.1:{s3}"]
)
def test_a_bucket_that_cannot_be_reached_holds_nothing(form, s3):
    assert_holds_nothing(ends.open_end(form.format(free=free_port(), s3=s3.port)))


def test_a_folder_that_cannot_be_written_holds_nothing(tmp_path):
    (tmp_path / "file").write_text("no folder")
    for kind in ("file", "mbtiles"):
        end = ends.open_end(f"{kind}://{tmp_path}/file/below")
        assert end.load(PLACE) is None
        assert not end.save(PLACE, b"tile")


FULL = """
import resource, sys
from tile_cache.keeping import ends
from tile_cache.keeping.ends.place import Place

end, place = ends.open_end(sys.argv[1]), Place("shelters", "webmercator", 14, 14543, 6451, "mvt")
assert end.save(place, b"before")
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))  # as a full disk: the write fails in its middle
print(end.save(place, b"t" * 200_000), end.load(place))
"""


@pytest.mark.parametrize("kind", ["file", "mbtiles"])
def test_a_full_disk_leaves_the_tile_that_was_there(addresses, kind, tmp_path):
    filler = start(FULL, addresses[kind])
    assert filler.communicate()[0].strip() == "False b'before'"
    assert ends.open_end(addresses[kind]).load(PLACE) == b"before"
    assert not list(tmp_path.rglob("*.tmp-*"))


def test_a_password_is_never_said(redis, caplog):
    end = ends.open_end(f"redis://me:open-sesame@127.0.0.1:{redis.port}", "")
    with caplog.at_level(logging.DEBUG, logger="tile_cache"):
        assert end.load(PLACE) is None
    assert "redis" in caplog.text
    said = caplog.text + repr(ends.parse_address("redis://me:open-sesame@host/1"))
    assert "open-sesame" not in said


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "no tile store of the kind ''"),
        ("/var/tiles", "no tile store of the kind ''"),
        ("ftp://host/tiles", "'ftp'"),
        ("file://var/tiles", "file:///path"),
        ("file:///var/tiles?prefix=a", "no option 'prefix'"),
        ("redis:///0", "redis://host:port/db"),
        ("redis://host:port/0", "cannot be read"),
        ("redis://host/tiles", "db being a number"),
        ("redis://host?ttl=3", "there are: prefix"),
        ("redis://:a#b@host", "%23"),
        ("s3:///tiles", "s3://bucket/prefix"),
        ("s3://key:secret@tiles/x", "from the environment"),
        ("s3://tiles?endpoint=store:9000", "http://"),
    ],
)
def test_an_address_that_names_no_store_is_refused_in_words(address, said):
    with pytest.raises(ends.AddressFault) as fault:
        ends.open_end(address)
    assert said in str(fault.value)
    assert "secret" not in str(fault.value)


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "a\n", "三鷹", "a" * 201])
def test_names_that_are_not_safe_in_paths_are_no_places(name):
    with pytest.raises(ValueError, match="cannot be stored"):
        Place(name, "webmercator", 1, 0, 0, "mvt")


def test_a_wrong_address_is_said_in_one_line_when_anything_starts():
    env = os.environ | {"GIS_TILE_STORE": "ftp://host/tiles"}
    program = [sys.executable, "-m", "gis_server.command", "tiles", "info"]
    said = subprocess.run(program, cwd=CHECKOUT, env=env, capture_output=True, text=True, check=False)
    assert said.returncode == 2
    assert said.stderr.startswith("gis: GIS_TILE_STORE: there is no tile store of the kind 'ftp'")
    assert said.stderr.count("\n") == 1
