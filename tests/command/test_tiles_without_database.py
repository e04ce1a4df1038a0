"""With the database dead, what is stored is still given, and says that it may be outdated."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from gis_server.command.console import Console
from gis_server.command.database import own_database
from gis_server.command.places import Home
from tests.command.test_cluster import kill_group
from tests.tile_cache.conftest import HERE
from tests.tile_cache.other_process import CHECKOUT, OtherProcess, Told, other_process
from tile_cache.grid import tile_of

PLACE = tile_of(*HERE, 14)
TILE = f"/tiles/shelters/{PLACE.z}/{PLACE.x}/{PLACE.y}.mvt"
ELSEWHERE = f"/tiles/shelters/{PLACE.z}/{PLACE.x + 5}/{PLACE.y}.mvt"
PICTURE = f"/maps/tiles/shelters/webmercator/{PLACE.z}/{PLACE.x}/{PLACE.y}.png"
INSERT = "INSERT INTO layers_shelter (id, name, geometry) VALUES (%s, %s, ST_SetSRID(ST_Point(%s, %s), 4326))"
POSSIBLY_OUTDATED = 'machigis; hit; detail="possibly outdated"'


def test_stored_tiles_outlive_the_database(home: Home, env: dict[str, str], console: Console, tmp_path: Path):
    with ExitStack() as processes:
        with own_database(home, env, console, is_durable=False) as running:
            _make_tables(running.url, env)
            _insert(running.url, "s1")
            warm, cold = (
                processes.enter_context(other_process(running.url, tmp_path / "tiles", env=env)) for _ in range(2)
            )
            before, immutable = warm.ask(TILE), _revisioned(warm)
            kept_for_ever = warm.ask(immutable)
            cold.ask("/tiles/towns.json")
            drawn = [warm.ask(PICTURE) for _ in range(3)][-1]
            cold.ask(PICTURE.replace("/14/", "/13/"))
            kill_group(running.server.pid)

        for process, from_where in ((warm, "memory"), (cold, "the store")):
            outdated = process.ask(TILE)
            assert outdated.body == before.body, from_where
            assert outdated.headers["cache-status"] == POSSIBLY_OUTDATED, from_where
            assert outdated.headers["warning"].startswith("111 "), from_where
            assert "immutable" not in outdated.headers["cache-control"], from_where
            picture = process.ask(PICTURE)
            assert (picture.status, picture.body) == (200, drawn.body), from_where
            assert picture.headers["cache-status"] == POSSIBLY_OUTDATED, from_where
        assert warm.ask(immutable) == kept_for_ever, "a revision is what it was, whatever has happened since"
        refused = warm.ask(ELSEWHERE, accept_encoding="identity")
        assert refused.status == 503
        assert "ask again" in refused.body.decode()

        with own_database(home, env, console, is_durable=False) as again:
            assert again.url == running.url
            _insert(again.url, "s2")
            for process in (warm, cold):
                fresh = _ask_until_sure(process)
                assert fresh.status == 200
                assert fresh.body != before.body


def _make_tables(url: str, env: dict[str, str]) -> None:
    argv = [sys.executable, "-m", "gis_server.manage", "migrate", "--verbosity", "0"]
    subprocess.run(argv, env=env | {"DATABASE_URL": url}, cwd=CHECKOUT, check=True)
    with psycopg.connect(url) as connection:
        connection.execute("SELECT 1")


def _insert(url: str, name: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(INSERT, [name, name, *HERE])


def _revisioned(process: OtherProcess) -> str:
    document = json.loads(process.ask("/tiles/shelters.json", accept_encoding="identity").body)
    return urlsplit(document["tiles"][0]).path.format(z=PLACE.z, x=PLACE.x, y=PLACE.y)


def _ask_until_sure(process: OtherProcess) -> Told:
    """A database that was away is asked again a second later."""
    while (told := process.ask(TILE)).headers["cache-status"] == POSSIBLY_OUTDATED:
        pass
    return told
