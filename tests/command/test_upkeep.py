"""The worker's rounds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from gis_server.command.upkeep import TILE_LIFETIME_S, analyze_changed, remove_old_tiles, sweep_tiles
from layers import registry
from layers.changes import revisions_of
from tile_cache.keeping import ends
from tile_cache.keeping.ends.place import Place


def test_tiles_older_than_their_lifetime_are_removed(tmp_path: Path):
    now_s = 2_000_000_000.0
    for name, age_s in {"old.mvt": TILE_LIFETIME_S + 1, "new.mvt": TILE_LIFETIME_S - 1}.items():
        (tmp_path / "roads" / "3").mkdir(parents=True, exist_ok=True)
        path = tmp_path / "roads" / "3" / name
        path.write_bytes(b"tile")
        os.utime(path, (now_s - age_s, now_s - age_s))
    assert remove_old_tiles(tmp_path, now_s) == 1
    assert [path.name for path in tmp_path.rglob("*.mvt")] == ["new.mvt"]


def test_a_store_that_is_not_there_yet_is_fine(tmp_path: Path):
    assert remove_old_tiles(tmp_path / "none", 0) == 0


def test_statistics_of_a_changed_layer_are_renewed(committed: None):
    layer = registry.get("towns")
    seen = analyze_changed({})
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {connection.ops.quote_name(layer.table)} (id, city_code, name, geometry)"
            " SELECT n::text, '132047', '架空町', ST_Point(139.5, 35.6, 4326)"
            " FROM generate_series(1, 7) n"
        )
    assert analyze_changed(seen)["towns"] == revisions_of(["towns"])["towns"] > seen["towns"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [layer.table])
        assert cursor.fetchone()[0] == 7


def test_a_round_leaves_the_sign_that_the_health_check_looks_for(committed: None, settings, tmp_path: Path):
    settings.HOME = tmp_path
    with pytest.raises(CommandError):
        call_command("work", "--check")
    call_command("work", "--once")
    call_command("work", "--check")


def test_a_round_keeps_the_store_of_tiles_within_its_bound(committed: None, settings, tmp_path: Path):
    settings.TILE_STORE = settings.HOME = tmp_path
    where = Place("shelters", "webmercator", 14, 3, 5, "mvt")
    ends.current().save(where, b"tile")
    settings.TILE_STORE_MB = 1
    sweep_tiles(tmp_path, 0.0)
    assert ends.current().load(where) == b"tile"
    settings.TILE_STORE_MB = 0
    sweep_tiles(tmp_path, 0.0)
    assert ends.current().load(where) is None
    settings.TILE_STORE_ADDRESS = "redis://127.0.0.1:1"
    sweep_tiles(tmp_path, 2**40)  # a back end that is away is waited for
