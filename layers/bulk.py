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

import pyarrow as pa
from django.db import connection, transaction
from django.utils import timezone

from layers.copying import BackgroundCopy, hexadecimal
from layers.feature import Source
from layers.merging import KEYS, Merged, Refused, Target, create_stage, merge
from layers.reading import quoted
from layers.spec import LayerSpec

__all__ = ["BulkLoad", "BulkRow", "Merged", "Refused", "Target", "add_missing", "refresh_statistics", "replacing"]

_WORK_MEMORY_MB = 256
"""For the one server process that merges: the rows on their way through the triggers need not touch the disk."""


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


@dataclass(slots=True)
class BulkLoad:
    """A load under way, inside its transaction (see `replacing`)."""

    source: Source
    targets: Mapping[str, Target]
    staged: dict[str, int] = field(default_factory=dict)
    is_trial: bool = False
    copy: BackgroundCopy = field(default_factory=BackgroundCopy)

    def stage(self, layer: str, rows: Iterable[BulkRow]) -> None:
        """Copy rows into the layer's staging table."""
        self.copy.wait()
        target = self.targets[layer]
        columns = ", ".join(quoted(name) for name in ("place", *KEYS, *target.columns))
        count = 0
        with connection.cursor() as cursor, cursor.copy(f"COPY {quoted(target.stage)} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row((row.place, row.id, row.city_code, row.wkb.hex(), *row.values))
                count += 1
        self.staged[layer] = self.staged.get(layer, 0) + count

    def stage_columns(self, layer: str, columns: Mapping[str, pa.Array], wkb: pa.Array) -> None:
        """Copy whole columns into the layer's staging table, while the caller goes on to read the next.

        Args:
            columns: ``place``, ``id``, ``city_code`` and those of the target; a missing one is staged as null.
        """
        target = self.targets[layer]
        names = ["place", "id", "city_code", *(name for name in target.columns if name in columns)]
        listed = ", ".join(quoted(name) for name in (*names, "geometry"))
        statement = f"COPY {quoted(target.stage)} ({listed}) FROM STDIN"
        self.copy.start(connection.connection, statement, [*(columns[name] for name in names), hexadecimal(wkb)])
        self.staged[layer] = self.staged.get(layer, 0) + len(wkb)

    def merge(self) -> tuple[Merged, ...]:
        """Bring the layers to what was staged."""
        self.copy.wait()
        done = tuple(
            merge(self.source.key, target, self.staged.get(name, 0), is_trial=self.is_trial)
            for name, target in self.targets.items()
        )
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
def entering_in_bulk(actor: str, source: str) -> Iterator[None]:
    """Inside a transaction: what is written is logged as a bulk load of `actor`.

    Two loads of the same source wait for one another.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('machigis.bulk', 'on', true), set_config('machigis.actor', %s, true),"
            f" set_config('work_mem', '{_WORK_MEMORY_MB}MB', true),"
            " pg_advisory_xact_lock(hashtextextended('machigis source ' || %s, 0))",
            [actor, source],
        )
        yield
        cursor.execute("SELECT set_config('machigis.bulk', '', true)")


@contextmanager
def replacing(source: Source, targets: Iterable[Target], actor: str, *, is_trial: bool = False) -> Iterator[BulkLoad]:
    """A transaction in which the rows of `source` are replaced. Leaving it by an exception changes nothing.

    Args:
        is_trial: the caller will take everything back; nobody is to wait for that longer than needed.
    """
    load = BulkLoad(source, {target.layer.name: target for target in targets}, is_trial=is_trial)
    with transaction.atomic(), entering_in_bulk(actor, source.key), connection.cursor() as cursor:
        for target in load.targets.values():
            cursor.execute(create_stage(target))
        try:
            yield load
        finally:
            load.copy.close()
        for target in load.targets.values():
            cursor.execute(f"DROP TABLE IF EXISTS {quoted(target.stage)}")


def refresh_statistics(layers: Iterable[LayerSpec]) -> None:
    """Tell the planner about rows that have just come in; without it the first queries are slow ones."""
    with connection.cursor() as cursor:
        for layer in layers:
            cursor.execute(f"ANALYZE {quoted(layer.table)}")


def add_missing(sources: Iterable[Source]) -> None:
    """Write down data sets that rows name and that are not known yet; known ones stay as they are."""
    Source.objects.bulk_create(sources, ignore_conflicts=True)
