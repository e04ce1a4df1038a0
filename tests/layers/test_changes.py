"""The log is kept by the database, whoever writes; revisions appear in order, however slow a writer is."""

import threading

import psycopg
import pytest
from django.contrib.gis.geos import Polygon
from django.db import connection, transaction

from layers import editing
from layers.changes import Change, ChangedRow, revision_of
from tests.layers.rows import DAMAGE, HANAKO, draw, square

pytestmark = pytest.mark.usefixtures("committed")


def execute(sql: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def other_connection() -> psycopg.Connection:
    """A client that is not the application, as psql or QGIS would be."""
    settings = connection.settings_dict
    return psycopg.connect(
        dbname=settings["NAME"],
        user=settings["USER"] or None,
        password=settings["PASSWORD"] or None,
        host=settings["HOST"] or None,
        port=settings["PORT"] or None,
    )


INSERT = (
    "INSERT INTO layers_damagearea (id, description, geometry) VALUES (%s, 'psql',"
    " ST_Multi(ST_MakeEnvelope(139.57, 35.69, 139.571, 35.691, 4326)))"
)


def test_a_saved_feature_is_logged_with_its_actor_and_area():
    before = revision_of("damage-areas")
    draw("a", description="倒木")
    change = Change.objects.get(layer="damage-areas")
    assert (change.revision, change.operation, change.actor, change.row_count) == (before + 1, "insert", "hanako", 1)
    assert change.area.extent == pytest.approx((139.56, 35.68, 139.561, 35.681))
    row = ChangedRow.objects.get(change=change)
    assert row.before is None
    assert row.after["description"] == "倒木"
    assert row.geometry_after.geom_type == "MultiPolygon"


def test_a_row_inserted_past_the_application_is_logged_like_any_other():
    before = revision_of("damage-areas")
    with other_connection() as psql:
        psql.execute(INSERT, ["from-psql"])
    change = Change.objects.get(layer="damage-areas")
    assert change.revision == revision_of("damage-areas") == before + 1
    assert change.actor
    assert change.actor != "hanako"


def test_an_update_is_logged_with_old_and_new_place_and_raises_the_version():
    feature = draw("a")
    saved = editing.update(DAMAGE, HANAKO, feature, {}, square(lon=139.58), version=1)
    assert saved.version == 2
    change = Change.objects.get(operation="update")
    west, _, east, _ = change.area.extent
    assert (west, east) == pytest.approx((139.56, 139.581))
    assert change.area.num_geom == 2, "two places apart, not the box around both"


def test_what_lies_between_two_crowds_is_not_touched_by_either():
    two_crowds = (
        "SELECT n::text, ST_Multi(ST_MakeEnvelope(x, 35.68, x + 0.001, 35.681, 4326)) FROM generate_series(1, 300) n,"
        " LATERAL (SELECT CASE WHEN mod(n, 2) = 0 THEN 139.5 ELSE 139.7 END + n * 0.00001 AS x) place"
    )
    execute(f"INSERT INTO layers_damagearea (id, geometry) {two_crowds}")
    execute("UPDATE layers_damagearea SET description = 'x'")
    execute("DELETE FROM layers_damagearea WHERE id < '290'")
    execute("TRUNCATE layers_damagearea")
    between = Polygon.from_bbox((139.55, 35.6, 139.65, 35.7))
    for change in Change.objects.filter(layer="damage-areas"):
        west, _, east, _ = change.area.extent
        assert (west, east) == pytest.approx((139.5, 139.704), abs=0.002), change
        assert not change.area.intersects(between), change


def test_version_and_times_cannot_be_forged_by_an_update():
    draw("a")
    execute("UPDATE layers_damagearea SET version = 99, entered_at = '2000-01-01Z', changed_at = '2000-01-01Z'")
    row = DAMAGE.model.objects.get(pk="a")
    assert row.version == 2
    assert row.entered_at.year > 2000
    assert row.changed_at >= row.entered_at


def test_a_deleted_feature_stays_in_the_log_as_it_was():
    feature = draw("a", description="倒木")
    editing.delete(DAMAGE, HANAKO, feature, version=1)
    row = ChangedRow.objects.get(change__operation="delete")
    assert row.before["description"] == "倒木"
    assert row.geometry_before is not None
    assert row.after is None


def test_emptying_a_table_is_logged_row_by_row():
    draw("a")
    draw("b")
    execute("TRUNCATE layers_damagearea")
    change = Change.objects.get(operation="delete")
    assert change.row_count == 2
    assert {row.feature_id for row in change.rows.all()} == {"a", "b"}


def test_a_statement_that_touches_nothing_is_no_change():
    before = revision_of("damage-areas")
    execute("UPDATE layers_damagearea SET kind = 'fire'")
    execute("DELETE FROM layers_damagearea")
    execute("TRUNCATE layers_damagearea")
    assert revision_of("damage-areas") == before


def test_a_bulk_load_is_one_entry_without_rows():
    with transaction.atomic():
        execute("SELECT set_config('machigis.bulk', 'on', true)")
        execute(
            "INSERT INTO layers_damagearea (id, entered_at, geometry) SELECT n::text, now(),"
            " ST_Multi(ST_MakeEnvelope(139.5 + n * 0.0001, 35.6, 139.5 + n * 0.0001 + 0.00005, 35.7, 4326))"
            " FROM generate_series(1, 300) n"
        )
    change = Change.objects.get(layer="damage-areas")
    assert change.row_count == 300
    assert change.is_bulk
    assert not change.rows.exists()
    draw("after")
    assert Change.objects.get(revision=change.revision + 1).is_bulk is False


def test_an_old_row_that_a_bulk_load_brings_back_is_logged_since_its_moment_does_not_tell():
    with transaction.atomic():
        execute("SELECT set_config('machigis.bulk', 'on', true)")
        execute(INSERT.replace("(id,", "(entered_at, id,").replace("(%s,", "('2024-01-01', %s,"), "old")
    assert ChangedRow.objects.get().after["id"] == "old"


def test_what_is_rolled_back_leaves_no_trace():
    before = revision_of("damage-areas")

    class ChangedMyMindError(Exception):
        pass

    with pytest.raises(ChangedMyMindError), transaction.atomic():
        draw("a")
        raise ChangedMyMindError
    assert revision_of("damage-areas") == before
    assert not Change.objects.exists()


def test_a_fast_writer_does_not_wait_for_a_slow_one_and_the_slow_one_is_not_missed():
    """The slow writer began first and has the lower entry number, yet commits last: it must get the later revision."""
    start = revision_of("damage-areas")
    with other_connection() as slow:
        slow.execute(INSERT, ["slow"])
        with other_connection() as fast:
            fast.execute(INSERT, ["fast"])
        seen = revision_of("damage-areas")
        assert seen == start + 1, "the fast writer is visible"
        assert not Change.objects.filter(revision=None).exists()
    fresh = Change.objects.filter(layer="damage-areas", revision__gt=seen)
    assert [row.feature_id for change in fresh for row in change.rows.all()] == ["slow"]


def test_revisions_become_visible_in_order_under_many_writers():
    """A reader that remembers the highest revision it saw never misses one, while writers of all speeds commit."""
    start = revision_of("damage-areas")
    writers, rows_each = 6, 15
    failures: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for row in range(rows_each):
                with other_connection() as client:
                    client.execute(INSERT, [f"{number}-{row}"])
                    if (number + row) % 3 == 0:  # some transactions stay open while others pass
                        client.execute("SELECT count(*) FROM layers_change a, layers_change b")
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    seen = consumed(start, start + writers * rows_each, threads)
    for thread in threads:
        thread.join()
    assert not failures
    assert seen == list(range(start + 1, start + writers * rows_each + 1))


def consumed(last: int, end: int, writers: list[threading.Thread]) -> list[int]:
    """The revisions that a consumer sees which asks again and again for what is newer than the last it saw."""
    seen: list[int] = []
    while last < end:
        alive = any(writer.is_alive() for writer in writers)
        fresh = list(
            Change.objects.filter(layer="damage-areas", revision__gt=last)
            .order_by("revision")
            .values_list("revision", flat=True)
        )
        seen += fresh
        last = fresh[-1] if fresh else last
        if not alive and not fresh:
            break
    return seen


def test_two_writers_of_the_same_two_layers_do_not_wait_for_one_another_in_a_circle():
    facility = "INSERT INTO layers_facility (id, name, geometry) VALUES (%s, 'x', ST_Point(139.5, 35.6, 4326))"
    with other_connection() as one, other_connection() as two:
        one.execute(INSERT, ["1"])
        two.execute(facility, ["2"])
        one.execute(facility, ["1"])
        two.execute(INSERT, ["2"])
        committing = threading.Thread(target=one.commit)
        committing.start()
        two.commit()
        committing.join(timeout=60)
        assert not committing.is_alive()
    assert Change.objects.count() == 4


def test_a_broken_shape_cannot_be_stored_even_past_the_application():
    bow_tie = "POLYGON((139.56 35.68,139.57 35.69,139.57 35.68,139.56 35.69,139.56 35.68))"
    with other_connection() as psql, pytest.raises(psycopg.errors.CheckViolation):
        psql.execute(
            "INSERT INTO layers_damagearea (id, geometry) VALUES ('x', ST_Multi(ST_GeomFromText(%s, 4326)))", [bow_tie]
        )
    with other_connection() as psql, pytest.raises(psycopg.errors.CheckViolation):
        psql.execute("INSERT INTO layers_facility (id, name, geometry) VALUES ('x', 'x', ST_Point(35.6, 139.5, 4326))")
