"""Staged rows into a layer's table, inside the transaction of a bulk load (see `layers.bulk`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from layers.indexes import index_built_afterwards
from layers.reading import quoted
from layers.spec import LayerSpec

KEYS = ("id", "city_code", "geometry")
_MANY_TO_LOOK_UP = 1_000
MOST_REFUSED = 10_000
"""Refused rows that are handed back one by one; the others are counted."""


@dataclass(frozen=True, slots=True)
class Target:
    """A layer and the columns that the data set fills. All other columns keep what staff wrote in them.

    Where `source` is among the columns, each row names its own; such rows are merged by id alone, whatever source
    they had before, and none is removed.
    """

    layer: LayerSpec
    columns: tuple[str, ...]

    @property
    def rows_name_sources(self) -> bool:
        return "source" in self.columns

    @property
    def stage(self) -> str:
        return f"machigis_stage_{self.layer.table}"


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that the layer's table would not take, with a point that shows where it lies, where it has one."""

    place: str
    id: str
    reason: str
    wkb: bytes | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """What a load did to one layer, in rows. Of the rows that were refused, `refused` holds the first ones only."""

    layer: str
    inserted: int
    updated: int
    deleted: int
    unchanged: int
    refused: tuple[Refused, ...] = ()
    refused_count: int = 0

    @property
    def changed(self) -> int:
        return self.inserted + self.updated + self.deleted


def create_stage(target: Target) -> str:
    columns = ", ".join(f"t.{quoted(name)}" for name in (*KEYS, *target.columns))
    return (
        f"CREATE TEMPORARY TABLE {quoted(target.stage)} ON COMMIT DROP AS"
        f" SELECT ''::text AS place, {columns} FROM {quoted(target.layer.table)} t WITH NO DATA;"
        f" ALTER TABLE {quoted(target.stage)} ADD ordinal bigint GENERATED ALWAYS AS IDENTITY"
    )


def merge(source: str, target: Target, staged: int, *, is_trial: bool = False) -> Merged:
    """Bring the target's table to the `staged` rows that wait for it; a trial keeps no reader waiting."""
    stage, table = quoted(target.stage), quoted(target.layer.table)
    columns = tuple(quoted(name) for name in (*KEYS[1:], *target.columns))
    named_source = [] if target.rows_name_sources else [source]
    with connection.cursor() as cursor:
        refused = _Refusals(cursor)
        if target.layer.geometry_type != "Point":  # a point within range is sound; range is the table's own check
            _take_out_unsound(refused, stage)
        _take_out_twins(refused, stage)
        cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")
        deleted = updated = 0
        if cursor.fetchone()[0]:
            cursor.execute(f"ANALYZE {stage}")
            _plan_for_many(cursor, staged)
            if named_source:
                _take_out_others(refused, stage, table, source)
                deleted = _delete_missing(cursor, stage, table, source)
            cursor.execute(_update(table, stage, columns))
            updated = cursor.rowcount
            cursor.execute(_insert(table, stage, columns, named_source, new_only=True), named_source)
            inserted = cursor.rowcount
        else:
            with index_built_afterwards(cursor, target.layer.table, 0 if is_trial else staged):
                cursor.execute(_insert(table, stage, columns, named_source, new_only=False), named_source)
                inserted = cursor.rowcount
    unchanged = staged - refused.count - inserted - updated
    return Merged(target.layer.name, inserted, updated, deleted, unchanged, tuple(refused.first), refused.count)


def _plan_for_many(cursor: Any, staged: int) -> None:
    """Statistics of a table that has just grown are of yesterday; a loop over it for each of many rows takes hours."""
    if staged > _MANY_TO_LOOK_UP:
        cursor.execute("SET LOCAL enable_nestloop = off")


class _Refusals:
    """Rows that leave the staging table, each with the reason."""

    def __init__(self, cursor: Any) -> None:
        self.cursor, self.count = cursor, 0
        self.first: list[Refused] = []

    def take_out(self, delete: str, reason: str, values: list[str]) -> None:
        """Run a DELETE on the staging table ``s``; `reason` is the SQL of the text that says why."""
        self.cursor.execute(
            f"WITH gone AS ({delete} RETURNING s.ordinal, s.place, s.id, {reason} AS reason, s.geometry)"
            " SELECT place, id, reason, CASE WHEN machigis_sound(geometry) THEN"
            " ST_AsBinary(ST_PointOnSurface(geometry)) END, (SELECT count(*) FROM gone) FROM gone"
            f" ORDER BY ordinal LIMIT {MOST_REFUSED}",
            values,
        )
        rows = self.cursor.fetchall()
        self.count += rows[0][4] if rows else 0
        room = MOST_REFUSED - len(self.first)
        self.first += [Refused(place, key, why, wkb and bytes(wkb)) for place, key, why, wkb, _ in rows[:room]]


def _take_out_unsound(refused: _Refusals, stage: str) -> None:
    """Rows whose shapes the table would not take leave the staging table."""
    refused.take_out(
        f"DELETE FROM {stage} s WHERE s.geometry IS NULL OR NOT machigis_sound(s.geometry)",
        "coalesce('the geometry is not sound: ' || ST_IsValidReason(s.geometry), 'there is no geometry')",
        [],
    )


def _take_out_twins(refused: _Refusals, stage: str) -> None:
    """Of rows with the same id, all but the first leave the staging table."""
    twice = f"SELECT id, min(ordinal) AS first FROM {stage} GROUP BY id HAVING count(*) > 1"
    refused.take_out(
        f"DELETE FROM {stage} s USING ({twice}) d WHERE s.id = d.id AND s.ordinal > d.first",
        "'an earlier row has the same id'",
        [],
    )


def _take_out_others(refused: _Refusals, stage: str, table: str, source: str) -> None:
    """Rows whose ids are held by other sources leave the staging table."""
    refused.take_out(
        f"DELETE FROM {stage} s USING {table} t WHERE t.id = s.id AND t.source <> %s",
        "'the id belongs to ' || coalesce(nullif(t.source, ''), 'a row entered by hand')",
        [source],
    )


def _update(table: str, stage: str, columns: tuple[str, ...]) -> str:
    """Only rows that differ, so that an equal data set leaves no trace."""
    now = ", ".join(f"t.{name}" for name in columns)
    new = ", ".join(f"s.{name}" for name in columns)
    assignments = ", ".join(f"{name} = s.{name}" for name in columns)
    return f"UPDATE {table} t SET {assignments} FROM {stage} s WHERE s.id = t.id AND ({now}) IS DISTINCT FROM ({new})"


def _delete_missing(cursor: Any, stage: str, table: str, source: str) -> int:
    """Rows of the source that are no longer in its data set."""
    cursor.execute(
        f"DELETE FROM {table} t WHERE t.source = %s AND NOT EXISTS (SELECT FROM {stage} s WHERE s.id = t.id)",
        [source],
    )
    return int(cursor.rowcount)


def _insert(table: str, stage: str, columns: tuple[str, ...], source: list[str], *, new_only: bool) -> str:
    """The statement, with one parameter for the source; without a source, each row brings its own among its columns.

    All rows that one load brings are entered at the moment of its transaction: by that an import is undone.
    """
    names = ", ".join(["id", "entered_at", *(["source"] if source else []), *columns])
    values = ", ".join(["s.id", "now()", *(["%s"] if source else []), *(f"s.{name}" for name in columns)])
    where = f" WHERE NOT EXISTS (SELECT FROM {table} t WHERE t.id = s.id)" if new_only else ""
    return f"INSERT INTO {table} ({names}) SELECT {values} FROM {stage} s{where}"
