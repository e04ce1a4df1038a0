"""The bulk door in: a whole data set at once, merged by id within its source, all or nothing.

Rows go by COPY into staging tables of the transaction. What the layer's table would refuse is sorted out there; the
rest is merged: new ids are inserted, changed rows updated, rows of the same source that are no longer in the data
set removed; equal rows are not touched, nor are rows of other sources. So importing a file again changes
nothing, and the log gets one entry for each kind of change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from layers.feature import Source
from layers.reading import quoted
from layers.spec import LayerSpec

_KEYS = ("id", "city_code", "geometry")


@dataclass(frozen=True, slots=True)
class BulkRow:
    """One feature on its way in.

    Args:
        place: where it stands in the file, for the report ("12", "way 4711").
        wkb: the geometry in EPSG:4326, x = longitude, as well-known binary.
        values: one for each column of the `Target`, in its order.
    """

    place: str
    id: str
    city_code: str
    wkb: bytes
    values: tuple[Any, ...]


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
    """A row that the layer's table would not take."""

    place: str
    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Merged:
    """What a load did to one layer, in rows."""

    layer: str
    inserted: int
    updated: int
    deleted: int
    unchanged: int
    refused: tuple[Refused, ...] = ()

    @property
    def changed(self) -> int:
        return self.inserted + self.updated + self.deleted


@dataclass(slots=True)
class BulkLoad:
    """A load under way, inside its transaction (see `replacing`)."""

    source: Source
    targets: Mapping[str, Target]
    staged: dict[str, int] = field(default_factory=dict)

    def stage(self, layer: str, rows: Iterable[BulkRow]) -> None:
        """Copy rows into the layer's staging table."""
        target = self.targets[layer]
        columns = ", ".join(quoted(name) for name in ("place", *_KEYS, *target.columns))
        count = 0
        with connection.cursor() as cursor, cursor.copy(f"COPY {quoted(target.stage)} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row((row.place, row.id, row.city_code, row.wkb.hex(), *row.values))
                count += 1
        self.staged[layer] = self.staged.get(layer, 0) + count

    def merge(self) -> tuple[Merged, ...]:
        """Bring the layers to what was staged."""
        done = tuple(_merge(self.source.key, target) for target in self.targets.values())
        if not self.source.key:  # the rows name theirs
            return done
        Source.objects.update_or_create(
            key=self.source.key,
            defaults={
                "title": self.source.title,
                "attribution": self.source.attribution,
                "licence": self.source.licence,
                "url": self.source.url,
                "imported_at": timezone.now(),
            },
        )
        return done


@contextmanager
def replacing(source: Source, targets: Iterable[Target], actor: str) -> Iterator[BulkLoad]:
    """A transaction in which the rows of `source` are replaced. Leaving it by an exception changes nothing.

    Two loads of the same source wait for one another.
    """
    load = BulkLoad(source, {target.layer.name: target for target in targets})
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('machigis.bulk', 'on', true), set_config('machigis.actor', %s, true),"
                " pg_advisory_xact_lock(hashtextextended('machigis source ' || %s, 0))",
                [actor, source.key],
            )
            for target in load.targets.values():
                cursor.execute(_create_stage(target))
        yield load
        with connection.cursor() as cursor:
            for target in load.targets.values():
                cursor.execute(f"DROP TABLE IF EXISTS {quoted(target.stage)}")
            cursor.execute("SELECT set_config('machigis.bulk', '', true)")


def refresh_statistics(layers: Iterable[LayerSpec]) -> None:
    """Tell the planner about rows that have just come in; without it the first queries are slow ones."""
    with connection.cursor() as cursor:
        for layer in layers:
            cursor.execute(f"ANALYZE {quoted(layer.table)}")


def _create_stage(target: Target) -> str:
    columns = ", ".join(f"t.{quoted(name)}" for name in (*_KEYS, *target.columns))
    return (
        f"CREATE TEMPORARY TABLE {quoted(target.stage)} ON COMMIT DROP AS"
        f" SELECT ''::text AS place, {columns} FROM {quoted(target.layer.table)} t WITH NO DATA;"
        f" ALTER TABLE {quoted(target.stage)} ADD ordinal bigint GENERATED ALWAYS AS IDENTITY"
    )


def _merge(source: str, target: Target) -> Merged:
    stage, table = quoted(target.stage), quoted(target.layer.table)
    columns = tuple(quoted(name) for name in (*_KEYS[1:], *target.columns))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX ON {stage} (id)")
        cursor.execute(f"ANALYZE {stage}")
        refused = _take_out_refused(cursor, stage)
        deleted = 0
        if not target.rows_name_sources:
            refused += _take_out_others(cursor, stage, table, source)
            cursor.execute(
                f"DELETE FROM {table} t WHERE t.source = %s AND NOT EXISTS (SELECT FROM {stage} s WHERE s.id = t.id)",
                [source],
            )
            deleted = cursor.rowcount
        cursor.execute(_update(table, stage, columns))
        updated = cursor.rowcount
        cursor.execute(*_insert(table, stage, columns, [] if target.rows_name_sources else [source]))
        inserted = cursor.rowcount
        cursor.execute(f"SELECT count(*) FROM {stage}")
        unchanged = cursor.fetchone()[0] - inserted - updated
    return Merged(target.layer.name, inserted, updated, deleted, unchanged, refused)


def _take_out_refused(cursor: Any, stage: str) -> tuple[Refused, ...]:
    """Rows that cannot enter leave the staging table: broken shapes, ids used twice."""
    cursor.execute(
        f"DELETE FROM {stage} WHERE geometry IS NULL OR NOT machigis_sound(geometry) RETURNING place, id,"
        " coalesce('the geometry is not sound: ' || ST_IsValidReason(geometry), 'there is no geometry')"
    )
    refused = [Refused(*row) for row in cursor.fetchall()]
    cursor.execute(
        f"DELETE FROM {stage} s USING (SELECT id, min(ordinal) AS first FROM {stage} GROUP BY id HAVING count(*) > 1) d"
        " WHERE s.id = d.id AND s.ordinal > d.first RETURNING s.place, s.id, 'an earlier row has the same id'"
    )
    return tuple(refused + [Refused(*row) for row in cursor.fetchall()])


def _take_out_others(cursor: Any, stage: str, table: str, source: str) -> tuple[Refused, ...]:
    """Rows whose ids are held by other sources leave the staging table."""
    cursor.execute(
        f"DELETE FROM {stage} s USING {table} t WHERE t.id = s.id AND t.source <> %s"
        " RETURNING s.place, s.id, 'the id belongs to ' || coalesce(nullif(t.source, ''), 'a row entered by hand')",
        [source],
    )
    return tuple(Refused(*row) for row in cursor.fetchall())


def _update(table: str, stage: str, columns: tuple[str, ...]) -> str:
    """Only rows that differ, so that an equal data set leaves no trace."""
    now = ", ".join(f"t.{name}" for name in columns)
    new = ", ".join(f"s.{name}" for name in columns)
    assignments = ", ".join(f"{name} = s.{name}" for name in columns)
    return f"UPDATE {table} t SET {assignments} FROM {stage} s WHERE s.id = t.id AND ({now}) IS DISTINCT FROM ({new})"


def _insert(table: str, stage: str, columns: tuple[str, ...], source: list[str]) -> tuple[str, list[str]]:
    """The statement and its parameters; without a source, each row brings its own among its columns."""
    names = ", ".join(["id", *(["source"] if source else []), *columns])
    values = ", ".join(["s.id", *(["%s"] if source else []), *(f"s.{name}" for name in columns)])
    return (
        f"INSERT INTO {table} ({names}) SELECT {values} FROM {stage} s"
        f" WHERE NOT EXISTS (SELECT FROM {table} t WHERE t.id = s.id) ORDER BY s.ordinal",
        source,
    )


def add_missing(sources: Iterable[Source]) -> None:
    """Write down data sets that rows name and that are not known yet; known ones stay as they are."""
    Source.objects.bulk_create(sources, ignore_conflicts=True)
