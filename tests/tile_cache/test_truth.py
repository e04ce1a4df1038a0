"""A stored tile is served if and only if no later change touches it."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from tests.tile_cache.conftest import HERE
from tile_cache.grid import tile_of
from tile_cache.keeping import ends
from tile_cache.keeping import stored as stores
from tile_cache.keeping.truth import Stamp

FAR = (139.40, 35.60)


@pytest.fixture
def stored_files(store):
    """The stored tiles and which writing they come from: equal again if and only if nothing was rendered."""
    return lambda: {path: path.stat().st_ino for path in store.rglob("*.mvt")}


def names(features) -> set:
    return {feature.properties["name"] for feature in features.get("shelters", [])}


def test_a_tile_is_rendered_once_while_nothing_changes(add, tile, stored_files):
    add("shelter", "s1", HERE, name="a")
    first = tile("shelters")
    files = stored_files()
    assert len(files) == 1
    assert tile("shelters") == first
    assert stored_files() == files


def test_a_change_elsewhere_leaves_the_stored_tile(add, tile, stored_files):
    add("shelter", "s1", HERE, name="a")
    tile("shelters")
    files = stored_files()
    add("shelter", "s2", FAR, name="b")
    add("facility", "f1", HERE, name="another layer")
    assert names(tile("shelters")) == {"a"}
    assert stored_files() == files


def test_a_change_within_is_in_the_next_tile(add, sql, tile):
    add("shelter", "s1", HERE, name="a")
    assert names(tile("shelters")) == {"a"}
    sql("UPDATE layers_shelter SET name = 'b'")
    assert names(tile("shelters")) == {"b"}
    sql("DELETE FROM layers_shelter")
    assert tile("shelters") == {}
    add("shelter", "s1", HERE, name="c")
    assert names(tile("shelters")) == {"c"}
    sql("TRUNCATE layers_shelter")
    assert tile("shelters") == {}


def test_a_feature_that_moves_leaves_the_old_tile_and_enters_the_new(add, sql, tile):
    add("shelter", "s1", HERE, name="a")
    add("shelter", "fixed", FAR, name="fixed")
    assert names(tile("shelters")) == {"a"}
    assert names(tile("shelters", at=FAR)) == {"fixed"}
    sql(
        "UPDATE layers_shelter SET geometry = ST_SetSRID(ST_Point(%(x)s, %(y)s), 4326) WHERE id = 's1'",
        x=FAR[0],
        y=FAR[1],
    )
    assert tile("shelters") == {}
    assert names(tile("shelters", at=FAR)) == {"a", "fixed"}


def test_a_change_in_the_margin_of_a_tile_touches_it(add, tile):
    place = tile_of(*HERE, 14)
    west, _, east, _ = place.buffered_lon_lat(0)
    add("shelter", "s1", HERE, name="a")
    assert names(tile("shelters")) == {"a"}
    add("shelter", "s2", (east + (east - west) / 64, HERE[1]), name="just outside")
    assert names(tile("shelters")) == {"a", "just outside"}


def test_a_change_that_is_not_committed_is_not_seen_and_once_it_is_it_is(add, tile):
    add("shelter", "s1", HERE, name="a")
    tile("shelters")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE layers_shelter SET name = 'b'")
    assert names(tile("shelters")) == {"b"}


def test_a_load_of_many_rows_is_seen(add, sql, tile):
    add("shelter", "s1", HERE, name="a")
    tile("shelters")
    sql(
        "INSERT INTO layers_shelter (id, name, geometry) SELECT 'n' || n, 'n', ST_SetSRID(ST_Point("
        "139.55 + n * 0.0001, 35.685), 4326) FROM generate_series(1, 300) n"
    )
    assert len(tile("shelters")["shelters"]) > 100


def test_the_base_map_follows_each_of_its_layers(add, tile, stored_files):
    add("baseroad", "r1", "LINESTRING(139.55 35.68, 139.57 35.69)", kind="main", name="本通り")
    assert set(tile("base")) == {"base-roads"}
    files = stored_files()
    assert set(tile("base")) == {"base-roads"}
    assert stored_files() == files
    add("baseplace", "p1", HERE, kind="quarter", name="まち")
    assert set(tile("base")) == {"base-roads", "base-places"}


def test_a_tile_of_another_database_is_not_taken_for_ours(add, tile, store):
    add("shelter", "s1", HERE, name="a")
    tile("shelters")
    (place,) = (each.place for each in ends.current().places())
    kept = stores.from_bytes(ends.current().load(place))
    foreign = Stamp("shelters", kept.stamps[0].revision, "1999-01-01 00:00:00+00")
    ends.current().save(place, stores.Stored(kept.fingerprint, (foreign,), b"not a tile").to_bytes())
    assert names(tile("shelters")) == {"a"}


def test_a_revision_of_the_future_is_not_believed(add, tile, store):
    add("shelter", "s1", HERE, name="a")
    tile("shelters")
    (place,) = (each.place for each in ends.current().places())
    kept = stores.from_bytes(ends.current().load(place))
    future = Stamp("shelters", kept.stamps[0].revision + 1000, "")
    ends.current().save(place, stores.Stored(kept.fingerprint, (future,), b"not a tile").to_bytes())
    assert names(tile("shelters")) == {"a"}


@pytest.mark.parametrize("damage", [b"", b"{", b"\x00\xff", b'{"fingerprint": 1}\n', b"[]\nabc"])
def test_a_damaged_file_is_rendered_anew(add, tile, store, damage):
    add("shelter", "s1", HERE, name="a")
    tile("shelters")
    (path,) = store.rglob("*.mvt")
    path.write_bytes(damage)
    assert names(tile("shelters")) == {"a"}
