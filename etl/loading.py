"""Records into layers: batches through the bulk door, one transaction a data set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from django.db import transaction

from etl.crosschecks import far_from_city
from etl.record import (
    Checked,
    CheckedBatch,
    DataSet,
    NothingUsableError,
    Notice,
    Record,
    Rejection,
    UnreadableFileError,
)
from layers import registry
from layers.bulk import BulkLoad, BulkRow, Merged, Target, add_missing, refresh_statistics, replacing
from layers.feature import Source
from layers.values import column_of

BATCH_ROWS = 5_000
_NOTHING_USABLE = "no row of the file can be used; nothing has been changed"

Progress = Callable[[int], None]


@dataclass(slots=True)
class Tray:
    """Rows of each layer that wait for the next COPY, so that memory is bounded whatever the file's size."""

    load: BulkLoad
    waiting: dict[str, list[BulkRow]] = field(default_factory=dict)
    accepted: dict[str, int] = field(default_factory=dict)

    def put(self, record: Record) -> None:
        columns = self.load.targets[record.layer].columns
        values = tuple(record.values.get(name) for name in columns)
        rows = self.waiting.setdefault(record.layer, [])
        rows.append(BulkRow(record.place, record.id, record.city_code, record.wkb, values))
        self.accepted[record.layer] = self.accepted.get(record.layer, 0) + 1
        if len(rows) >= BATCH_ROWS:
            self.empty(record.layer)

    def put_batch(self, batch: CheckedBatch) -> None:
        if self.waiting.get(batch.layer):
            self.empty(batch.layer)
        columns = {"place": batch.places, "id": batch.ids, "city_code": batch.city_codes, **batch.columns}
        self.load.stage_columns(batch.layer, columns, batch.wkb)
        self.accepted[batch.layer] = self.accepted.get(batch.layer, 0) + len(batch)

    def empty(self, layer: str) -> None:
        self.load.stage(layer, self.waiting.pop(layer, []))


@dataclass(frozen=True, slots=True)
class Hooks:
    """What is told about a load while it happens.

    Args:
        tell: called with everything that is not a record (repairs, rejections, notices).
        progress: called with the number of rows so far.
        before: called inside the transaction, before anything is replaced.
        after: called inside the transaction with what was done; a fault in it takes the load back.
    """

    tell: Callable[[Checked], None]
    progress: Progress = field(default=lambda _: None)
    before: Callable[[], None] = field(default=lambda: None)
    after: Callable[[tuple[Merged, ...]], None] = field(default=lambda _: None)


def load(
    data_set: DataSet, items: Iterable[Checked], actor: str, hooks: Hooks, *, keep: bool = True
) -> tuple[Merged, ...]:
    """Bring the layers to what `items` say; nothing changes unless all of it succeeds.

    Args:
        keep: False tries everything and leaves the database as it was.

    Raises:
        NothingUsableError: where no row at all is usable.
    """
    targets = [Target(registry.get(layer), columns) for layer, columns in data_set.columns.items()]
    for target in targets:
        _check_complete(target)
    with transaction.atomic():
        with replacing(data_set.source, targets, actor, is_trial=not keep) as bulk:
            hooks.before()
            total = _stage_all(Tray(bulk), items, hooks)
            if total == 0:
                raise NothingUsableError(_NOTHING_USABLE)
            merged = bulk.merge()
            if any(one.deleted for one in merged) and not any(_held(one) for one in merged):
                _tell_refused(merged, hooks)
                raise NothingUsableError(_NOTHING_USABLE)
            add_missing(data_set.sources)
            for notice in _noticed(data_set, targets):
                hooks.tell(notice)
        hooks.after(merged)
        if not keep:
            transaction.set_rollback(True)
    if keep and any(one.changed for one in merged):
        refresh_statistics(target.layer for target in targets)
    return merged


def _noticed(data_set: DataSet, targets: Iterable[Target]) -> Iterator[Notice]:
    """What only shows once the rows lie beside others."""
    for check in data_set.cross_checks:
        yield from check(data_set.source.key)
    for target in targets:
        if target.layer.name != "boundaries" and not target.rows_name_sources:
            yield from far_from_city(target.layer, data_set.source.key)


def _held(one: Merged) -> int:
    return one.inserted + one.updated + one.unchanged


def _tell_refused(merged: Iterable[Merged], hooks: Hooks) -> None:
    for one in merged:
        for row in one.refused:
            hooks.tell(Rejection(row.place, "id", row.id, row.reason, "", one.layer, row.id, row.wkb))


def _check_complete(target: Target) -> None:
    """A column that may not be empty and has no value of its own must be filled by the file."""
    for declared in target.layer.fields:
        column = column_of(target.layer, declared)
        if declared.name not in target.columns and not column.null and not column.has_db_default():
            names = " / ".join((*declared.source, declared.name))
            raise UnreadableFileError(f"{target.layer.name} needs {declared.title.ja}: a column called {names}")


def _stage_all(tray: Tray, items: Iterable[Checked], hooks: Hooks) -> int:
    count = told = 0
    for item in items:
        if isinstance(item, Record):
            tray.put(item)
            count += 1
        elif isinstance(item, CheckedBatch):
            tray.put_batch(item)
            count += len(item)
        else:
            hooks.tell(item)
        if count - told >= BATCH_ROWS:
            hooks.progress(count)
            told = count
    for layer in list(tray.waiting):
        tray.empty(layer)
    return sum(tray.accepted.values())


def remove(source: Source, actor: str) -> tuple[Merged, ...]:
    """Take every row of a data set out of every layer, and the data set out of the list of sources."""
    with transaction.atomic():
        with replacing(source, [Target(layer, ()) for layer in registry.every()], actor) as bulk:
            merged = bulk.merge()
        Source.objects.filter(key=source.key).delete()
    return tuple(one for one in merged if one.deleted)
