"""A layer as it was: at each time what was read at that time, whatever has been done to it since."""

from __future__ import annotations

import datetime
import struct
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from layers import history, reading, registry
from layers.bulk import BulkRow, Target, replacing
from layers.changes import Change
from layers.feature import Source
from layers.ordering import order_of, read_sorts
from layers.problems import Problem
from layers.reading import Form, Selection
from layers.spec import Audience
from tests.layers.rows import DAMAGE, SHELTERS
from tests.layers.test_changes import other_connection
from tests.ogc_api.rows import add

pytestmark = pytest.mark.usefixtures("committed")

TABLE = f'"{SHELTERS.table}"'
INSERT = f"INSERT INTO {TABLE} (id, name, geometry) VALUES (%s, %s, ST_SetSRID(ST_MakePoint(%s, 35.68), 4326))"
MANY = (
    f"INSERT INTO {TABLE} (id, name, geometry)"
    " SELECT 'n' || n, '多', ST_SetSRID(ST_MakePoint(139.5, 35.6), 4326) FROM generate_series(1, 3) n"
)


def execute(sql: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def now() -> datetime.datetime:
    """By the database's clock, later than anything before and earlier than anything after."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def picture(as_of: datetime.datetime | None = None, **selected: Any) -> list[str]:
    selection = Selection(SHELTERS, Audience.ADMIN, as_of=as_of, **selected)
    features = [row[1] for row in reading.rows(reading.features_query(selection))]
    if "limit" not in selected:
        assert next(reading.rows(reading.count_query(selection)))[0] == len(features)
    return features


def load(*names: str, lon: float = 139.56) -> None:
    """A file of one source, brought in whole: rows by their names."""
    with replacing(Source(key="file"), [Target(SHELTERS, ("name",))], "hanako") as bulk:
        wkb = struct.pack("<BIdd", 1, 1, lon, 35.68)
        bulk.stage("shelters", [BulkRow(name, f"file-{name[0]}", "", wkb, (name,)) for name in names])
        bulk.merge()


def steps() -> Iterator[None]:
    """One change after the other."""
    yield execute(INSERT, "a", "甲", 139.56)
    yield execute(MANY)
    yield execute(f"UPDATE {TABLE} SET name = '乙', capacity_people = 5 WHERE id = 'a'")
    yield execute(f"UPDATE {TABLE} SET geometry = ST_SetSRID(ST_MakePoint(139.57, 35.69), 4326) WHERE id = 'a'")
    yield load("あ", "い", "う")
    yield load("あ", "い二", "え")
    yield execute(f"DELETE FROM {TABLE} WHERE id = 'a'")
    yield execute(INSERT, "a", "戻", 139.58)
    yield execute(f"UPDATE {TABLE} SET name = name || '!'")
    yield load("あ", "う", lon=139.59)
    yield execute(f"UPDATE {TABLE} SET id = 'b' WHERE id = 'a'")
    yield execute(f"TRUNCATE {TABLE}")
    yield load("う", "お")
    yield execute(INSERT, "a", "甲", 139.56)


def test_the_picture_at_each_time_is_what_was_read_at_that_time():
    read = [(now(), picture())]
    for _ in steps():
        read.append((now(), picture()))
    assert len({tuple(features) for _, features in read}) == len(read) - 1  # empty at first and when truncated
    for moment, features in read:
        assert picture(moment) == features
    assert picture(datetime.datetime(1990, 1, 1, tzinfo=datetime.UTC)) == []


def test_conditions_orders_forms_and_pages_work_on_the_past_as_on_the_present():
    load("あ", "い", "う")
    plain = reading.select(SHELTERS, Audience.PUBLIC, equals={"name": "い"}, bbox=(139.5, 35.6, 139.6, 35.7))
    sorts = read_sorts(SHELTERS, Audience.PUBLIC, "-name")
    ways = [
        {"bbox": plain.bbox, "equals": plain.equals},
        {"order": order_of(sorts), "limit": 2},
        {"order": order_of(sorts, ("い", "file-い")), "limit": 2},
        {"after_id": "file-い", "limit": 1},
        {"form": Form(names=frozenset({"name", "version"}), has_geometry=False)},
    ]
    then, before = now(), [picture(**way) for way in ways]
    execute(f"UPDATE {TABLE} SET name = 'ん', geometry = ST_SetSRID(ST_MakePoint(0, 0), 4326)")
    assert [picture(then, **way) for way in ways] == before
    assert [picture(**way) for way in ways] != before


def test_one_feature_as_of_a_time_is_found_by_its_id_alone():
    execute(INSERT, "a", "甲", 139.56)
    query = reading.feature_query(SHELTERS, Audience.PUBLIC, "a")
    then, before = now(), list(reading.rows(query))
    execute(f"UPDATE {TABLE} SET name = '乙'")
    execute(f"DELETE FROM {TABLE}")
    assert list(reading.rows(reading.feature_query(SHELTERS, Audience.PUBLIC, "a", as_of=then))) == before
    assert not list(reading.rows(reading.feature_query(SHELTERS, Audience.PUBLIC, "a", as_of=now())))


def test_a_transaction_that_takes_long_is_seen_whole_or_not_at_all():
    moments = [now()]
    with transaction.atomic():
        execute(INSERT, "a", "甲", 139.56)
        moments.append(now())
        execute(INSERT, "b", "乙", 139.56)
        with other_connection() as psql:
            psql.execute(INSERT, ["c", "丙", 139.56])
        moments.append(now())
        execute(INSERT, "d", "丁", 139.56)
    assert [picture(moment) for moment in moments[:2]] == [[], []]
    assert ['"c"' in "".join(picture(moment)) for moment in moments] == [False, False, True]
    assert ['"a"' in "".join(picture(moment)) for moment in moments] == [False] * 3
    assert len(picture(now())) == 4


def test_rows_of_a_file_that_is_being_loaded_are_not_there_before_the_rest_of_it():
    load("あ")
    with transaction.atomic():
        execute("SELECT 1")
        began = now()
        load("い", "う")
    assert ["あ" in text for text in picture(began)] == [True]
    assert len(picture(now())) == 2


def test_a_change_that_is_not_committed_yet_is_no_past():
    execute(INSERT, "a", "甲", 139.56)
    done, go = threading.Event(), threading.Event()

    def write() -> None:
        with other_connection() as psql:
            psql.execute(f"UPDATE {TABLE} SET name = '乙'")
            done.set()
            go.wait(30)

    thread = threading.Thread(target=write)
    thread.start()
    done.wait(30)
    then = now()
    assert picture(then) == picture()
    go.set()
    thread.join()
    assert "乙" in picture(now())[0]


def test_whoever_may_not_see_every_row_may_not_look_back():
    posts = registry.get("community-posts")
    assert [history.is_offered(posts, who) for who in (Audience.PUBLIC, Audience.STAFF)] == [False, True]
    assert history.is_offered(DAMAGE, Audience.PUBLIC)
    with pytest.raises(Problem, match="not shown as of a past time"):
        reading.select(posts, Audience.PUBLIC, as_of=now())


def test_a_field_of_every_kind_comes_back_from_the_log_as_it_was():
    for layer in registry.every():
        add(layer, "one")
        selection = Selection(layer, Audience.ADMIN)
        then, before = now(), list(reading.rows(reading.features_query(selection)))
        execute(f'DELETE FROM "{layer.table}"')
        past = Selection(layer, Audience.ADMIN, as_of=then)
        assert list(reading.rows(reading.features_query(past))) == before, layer.name


def test_the_log_says_when_each_transaction_began():
    with transaction.atomic():
        execute(INSERT, "a", "甲", 139.56)
        execute(INSERT, "b", "乙", 139.56)
    began = set(Change.objects.values_list("began_at", flat=True))
    assert len(began) == 1
    assert began.pop() < Change.objects.earliest("at").at
