"""What the worker does with an upload: look (recognise and try), or load. The same as the command does."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from etl.pipeline import Opened, import_opened, open_file
from etl.readers import Options
from etl.record import Item, RawBatch, RawRow, UndecidedError, UnreadableFileError
from etl.report import Report, recognition_members
from gis_server.accounts.roles import audience_of
from gis_server.imports.access import forbidden_part
from gis_server.imports.models import Upload, move
from gis_server.imports.preview import Preview
from gis_server.imports.raster_uploads import holds_raster, load_raster, look_at_raster

SAMPLE_ROWS = 8
MOST_ENTRIES_SHOWN = 500
LONGEST_CELL = 200
_EVERY_S = 0.5

State = Upload.State


def work_on(upload_id: str) -> None:
    """Do what the state of an upload asks for; nothing where it asks for nothing.

    A worker that died may have left a process that is still at it, so each upload has one process at a time.
    """
    with _alone_with(upload_id):
        upload = Upload.objects.select_related("owner").filter(pk=upload_id).first()
        if upload is None:
            return
        if upload.state in {State.RECEIVED, State.LOOKING}:
            look(upload)
        elif upload.state == State.LOADING:
            load(upload)


def look(upload: Upload) -> None:
    """Recognise the file and try it, storing nothing of it."""
    if not move(upload, (State.RECEIVED, State.LOOKING), State.LOOKING):
        return
    found: dict[str, Any] = {"recognition": {}, "sample": [], "report": {}, "message": ""}
    after = State.READY
    try:
        _try(upload, found)
    except UndecidedError as question:
        found["recognition"] = {"question": str(question), "candidates": list(question.layers)}
    except UnreadableFileError as error:
        after, found["message"] = State.FAILED, str(error)
    move(upload, (State.LOOKING,), after, **found)


def _try(upload: Upload, found: dict[str, Any]) -> None:
    options = options_of(upload)
    if holds_raster(upload.path):
        look_at_raster(upload, options, found)
        return
    opened = _opened(upload, options)
    data_set = opened.data_set
    found["recognition"] = _recognition(opened)
    preview = Preview(list(data_set.columns), audience_of(upload.owner))
    watched = replace(
        data_set,
        rows=_sampled(data_set.rows, found["sample"]),
        cross_checks=(*data_set.cross_checks, preview.take),
    )
    progress = FileProgress(upload.progress_path, data_set.row_count)
    name = upload.owner.get_username()
    report = import_opened(replace(opened, data_set=watched), options, progress, keep=False, actor=name)
    found["report"] = _shown(report)
    preview.add_refused(report.entries)
    preview.write(upload.preview_path)


def load(upload: Upload) -> None:
    """Load the file. The upload's state changes in the transaction of the load: both have happened, or neither."""
    options = options_of(upload)
    if "raster" in upload.recognition:
        load_raster(upload, options)
        return
    with transaction.atomic():
        try:
            opened = _opened(upload, options)
            progress = FileProgress(upload.progress_path, opened.data_set.row_count)
            report = import_opened(opened, options, progress, actor=upload.owner.get_username())
        except UnreadableFileError as error:
            move(upload, (State.LOADING,), State.FAILED, message=str(error))
            return
        shown = _shown(report)
        if not move(upload, (State.LOADING,), State.LOADED, report=shown, run_number=report.run, message=""):
            transaction.set_rollback(True)  # cancelled in the meantime


def options_of(upload: Upload) -> Options:
    """What the owner has said, as the command would be told."""
    return Options(city=settings.CITY, **upload.options)


def _opened(upload: Upload, options: Options) -> Opened:
    if not upload.path.exists():
        raise UnreadableFileError("the file is no longer here: it was removed after some days")
    opened = open_file(upload.path, options)
    forbidden = forbidden_part(opened.data_set.columns, audience_of(upload.owner))
    if forbidden:
        raise UnreadableFileError(f"{upload.owner.get_username()} may not write {forbidden}")
    return opened


def _recognition(opened: Opened) -> dict[str, Any]:
    data_set = opened.data_set
    members = recognition_members(data_set, opened.recognised.reason)
    return members | {
        "reader": opened.recognised.reader.title,
        "filled": {layer: list(fields) for layer, fields in data_set.columns.items()},
        "attribution": data_set.source.attribution,
        "licence": data_set.source.licence,
    }


def _sampled(rows: Iterable[Item], sample: list[dict[str, Any]]) -> Iterator[Item]:
    for item in rows:
        missing = SAMPLE_ROWS - len(sample)
        if missing > 0 and isinstance(item, RawRow | RawBatch):
            first = [item] if isinstance(item, RawRow) else item.rows(range(min(missing, len(item))))
            sample.extend(_cells(row) for row in first)
        yield item


def _cells(row: RawRow) -> dict[str, Any]:
    cells = {str(name): _cell(value) for name, value in row.values.items()}
    return {"place": row.place, "layer": row.layer, "cells": cells}


def _cell(value: Any) -> str:
    text = "" if value is None else str(value).replace("\x00", "�")
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def _shown(report: Report) -> dict[str, Any]:
    """The report's members, with as many findings as a page shows; a run keeps the others."""
    document = report.document()
    left_out = document["entries"][MOST_ENTRIES_SHOWN:]
    document["entries"] = document["entries"][:MOST_ENTRIES_SHOWN]
    document["entries_left_out"] += len(left_out)
    return document


class FileProgress:
    """Writes how many rows are through where the pages find it: the load's own transaction shows nothing outside."""

    def __init__(self, path: Path, total: int | None) -> None:
        self.path, self.total = path, total
        self.told_at = 0.0
        self(0)

    def __call__(self, rows: int) -> None:
        now = time.monotonic()
        if now - self.told_at >= _EVERY_S:
            self.told_at = now
            fresh = self.path.with_suffix(".new")
            fresh.write_text(json.dumps({"rows": rows, "total": self.total}))
            fresh.replace(self.path)


@contextmanager
def _alone_with(upload_id: str) -> Iterator[None]:
    """One process for each upload. The server looks every second whether we are still there, and rolls back if not."""
    with connection.cursor() as cursor:
        cursor.execute("SET client_connection_check_interval = '1s'")
        cursor.execute("SELECT pg_advisory_lock(hashtextextended('machigis upload ' || %s, 0))", [upload_id])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended('machigis upload ' || %s, 0))", [upload_id])
