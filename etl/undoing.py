"""Taking an import back: the layers as they were before it, except where somebody has changed a row since.

What was inserted is known by the moment of the import's transaction; what was changed or removed lies in the log as
it was before (`layers.changes`). A row whose version is no longer the one that the import left stays as it is.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from etl.models import ImportRun
from layers import registry
from layers.bulk import entering_in_bulk
from layers.changes import Change
from layers.feature import Source
from layers.reading import quoted
from layers.spec import LayerSpec


class UndoRefused(Exception):  # noqa: N818 - a refusal, with what to do instead
    """The import cannot be taken back; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What taking an import back did to one layer, in rows; `kept` were changed since and stay as they are."""

    layer: str
    removed: int
    restored: int
    brought_back: int
    kept: int


def undo(run: ImportRun, actor: str, *, keep: bool = True) -> tuple[Undone, ...]:
    """Take an import back, in one transaction.

    Args:
        keep: False tries it and leaves everything as it is, to show what would happen.

    Raises:
        UndoRefused: where there is nothing to take back, or a later import of the same source comes first.
    """
    with transaction.atomic():
        with entering_in_bulk(actor, run.source_key):
            run = ImportRun.objects.select_for_update().get(pk=run.pk)
            _check_undoable(run)
            done = tuple(_undo_layer(run, name) for name in _changed_layers(run))
            _restore_source(run)
        run.state, run.undone_at, run.undone_by = ImportRun.State.UNDONE, timezone.now(), actor[:150]
        run.save()
        if not keep:
            transaction.set_rollback(True)
    return done


def _check_undoable(run: ImportRun) -> None:
    if run.state != ImportRun.State.LOADED:
        raise UndoRefused(f"import {run.pk} is {run.state}: there is nothing to take back")
    later = ImportRun.objects.filter(source_key=run.source_key, state=ImportRun.State.LOADED, pk__gt=run.pk)
    last = later.order_by("-pk").first()
    if last is not None:
        raise UndoRefused(f"import {last.pk} of the same source came later: take that back first")


def _changes(run: ImportRun, **chosen: str) -> Any:
    """The entries that the import left in the log. Numbers of transactions may come again after a restore."""
    return Change.objects.filter(
        transaction=run.transaction, at__gte=run.began_at, at__lte=run.ended_at + datetime.timedelta(hours=1), **chosen
    )


def _changed_layers(run: ImportRun) -> list[str]:
    return list(_changes(run).order_by("layer").values_list("layer", flat=True).distinct())


def _undo_layer(run: ImportRun, name: str) -> Undone:
    layer = registry.get(name)
    columns = ", ".join(quoted(column) for column in _columns(layer))
    numbers = {operation: _numbers(run, name, operation) for operation in ("insert", "update", "delete")}
    with connection.cursor() as cursor:
        removed, kept = _remove_inserted(cursor, layer, run) if numbers["insert"] else (0, 0)
        brought_back = _run(cursor, _bring_back(layer, columns), numbers["delete"])
        restored = _run(cursor, _restore(layer, columns), numbers["update"])
        cursor.execute(
            "SELECT count(*) FROM layers_changedrow WHERE change_id = ANY(%s)", [numbers["update"] + numbers["delete"]]
        )
        kept += cursor.fetchone()[0] - restored - brought_back
    return Undone(name, removed, restored, brought_back, kept)


def _numbers(run: ImportRun, layer: str, operation: str) -> list[int]:
    return list(_changes(run, layer=layer, operation=operation).values_list("pk", flat=True))


def _columns(layer: LayerSpec) -> list[str]:
    """Every column that an import can have filled."""
    kept_by_database = {"id", "version", "entered_at", "changed_at"}
    return [field.column for field in layer.model._meta.concrete_fields if field.column not in kept_by_database]


def _remove_inserted(cursor: Any, layer: LayerSpec, run: ImportRun) -> tuple[int, int]:
    table = quoted(layer.table)
    whose = [run.moment, run.source_key, run.source_key]
    entered = f"FROM {table} WHERE entered_at = %s AND (%s = '' OR source = %s)"
    cursor.execute(f"DELETE {entered} AND version = 1", whose)
    removed = cursor.rowcount
    cursor.execute(f"SELECT count(*) {entered}", whose)
    return removed, cursor.fetchone()[0]


def _restore(layer: LayerSpec, columns: str) -> str:
    table = quoted(layer.table)
    values = ", ".join("r.geometry_before" if name == "geometry" else f"b.{quoted(name)}" for name in _columns(layer))
    return (
        f"UPDATE {table} t SET ({columns}) = (SELECT {values} FROM jsonb_populate_record(NULL::{table}, r.before) b)"
        " FROM layers_changedrow r WHERE r.change_id = ANY(%s) AND t.id = r.feature_id"
        " AND t.version = (r.before->>'version')::int + 1"
    )


def _bring_back(layer: LayerSpec, columns: str) -> str:
    """Removed rows, one version on, since the row of that version is history."""
    table = quoted(layer.table)
    values = ", ".join("r.geometry_before" if name == "geometry" else f"b.{quoted(name)}" for name in _columns(layer))
    return (
        f"INSERT INTO {table} (id, version, entered_at, {columns})"
        f" SELECT b.id, b.version + 1, b.entered_at, {values} FROM layers_changedrow r,"
        f" jsonb_populate_record(NULL::{table}, r.before) b"
        f" WHERE r.change_id = ANY(%s) AND NOT EXISTS (SELECT FROM {table} t WHERE t.id = b.id)"
    )


def _run(cursor: Any, statement: str, changes: list[int]) -> int:
    if not changes:
        return 0
    cursor.execute(statement, [changes])
    return int(cursor.rowcount)


def _restore_source(run: ImportRun) -> None:
    """The list of sources as it was; a source that the import brought goes, unless rows of it stay."""
    if run.source_before is not None:
        Source.objects.filter(key=run.source_key).update(**run.source_before)
        return
    stays = any(layer.model.objects.filter(source=run.source_key).exists() for layer in registry.every())
    if not stays:
        Source.objects.filter(key=run.source_key).delete()
