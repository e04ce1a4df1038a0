"""Whether a tile is still true is found out by an index, however long the log is."""

from __future__ import annotations

import itertools
import re

import pytest
from django.db import connection, transaction

from tile_cache.grid import tile_of
from tile_cache.keeping import truth
from tile_cache.keeping.truth import Ground, Stamp

CHANGES = 40_000
TOUCHED = tile_of(139.56, 35.685, 16)
UNTOUCHED = tile_of(139.0, 35.0, 16)
MOST_PAGES = 60
"""Of eight kilobytes, that one question may look at; the log has thousands."""


@pytest.fixture
def long_log(committed: None) -> None:
    """A nation's edits: points all over, each a change of its own; few of them in the tile."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO layers_change (layer, revision, operation, actor, at, transaction, row_count, is_bulk, area)"
            " SELECT 'shelters', n, 'update', 'x', to_timestamp(n), 0, 1, false,"
            " ST_SetSRID(ST_Point(139.1 + mod(n * 7919, 10000) * 0.0001, 35.2 + mod(n * 104729, 9973) * 0.0001), 4326)"
            " FROM generate_series(1::bigint, %s) n",
            [CHANGES],
        )
        cursor.execute(
            "INSERT INTO layers_revision VALUES ('shelters', %s)"
            " ON CONFLICT (layer) DO UPDATE SET revision = excluded.revision",
            [CHANGES],
        )
        cursor.execute("ANALYZE layers_change")


@pytest.mark.parametrize("behind", [0, 3, 1_000, CHANGES - 1])
@pytest.mark.parametrize("tile", [TOUCHED, UNTOUCHED], ids=["a town's tile", "a tile of untouched ground"])
def test_a_question_looks_at_few_pages_however_far_behind_the_tile_is(long_log, behind, tile):
    ground = Ground((_stamp(CHANGES - behind),), tile.buffered_lon_lat(128))
    assert (truth.renewed(ground) is None) == (tile == TOUCHED and _was_touched_since(CHANGES - behind))
    assert _pages(ground) < MOST_PAGES


def _stamp(revision: int) -> Stamp:
    with connection.cursor() as cursor:
        at = truth.AT_SQL.format("c")
        cursor.execute(f"SELECT {at} FROM layers_change c WHERE layer = 'shelters' AND revision = %s", [revision])
        return Stamp("shelters", revision, cursor.fetchone()[0])


def _was_touched_since(revision: int) -> bool:
    box = TOUCHED.buffered_lon_lat(128)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM layers_change WHERE revision > %s"
            " AND ST_Intersects(area, ST_MakeEnvelope(%s, %s, %s, %s, 4326))",
            [revision, *box],
        )
        return cursor.fetchone()[0] > 0


def _pages(ground: Ground) -> int:
    """What the statement itself looked at, by the database's own count, with the plan that serves all values."""
    numbers = itertools.count(1)
    prepared = re.sub("%s", lambda _: f"${next(numbers)}", truth.CHECK_SQL)
    types = "float8, float8, float8, float8, text[], bigint[], text[]"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute(f"PREPARE question ({types}) AS {prepared}".replace("%", "%%"))
        holes = ", ".join(["%s"] * 7)
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE question({holes})", truth.check_params(ground))
        plan = cursor.fetchone()[0][0]["Plan"]
        cursor.execute("DEALLOCATE question")
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
