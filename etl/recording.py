"""Imports are written down: what was recognised, what happened to which row, and what it takes to undo it."""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.db import connection
from django.utils import timezone

from etl.models import ImportEntry, ImportRun
from etl.readers import Options
from etl.record import DataSet, Rejection
from etl.report import Finding, Report, entry_members
from layers.feature import Source

_BLOCK_BYTES = 1 << 20
_SOURCE_MEMBERS = ("title", "attribution", "licence", "url", "imported_at")


class Recorder:
    """Writes down one import, from before its loading to its end."""

    def __init__(self, path: Path, options: Options, actor: str) -> None:
        self.run = ImportRun(
            file_name=path.name[:255],
            actor=actor[:150],
            began_at=timezone.now(),
            options={name: value for name, value in asdict(options).items() if name != "city" and value},
        )
        self.path = path

    def recognised(self, data_set: DataSet, members: dict[str, Any]) -> None:
        """Take down what the file is."""
        self.run.source_key = data_set.source.key
        self.run.recognition = members

    def remember_source(self) -> None:
        """Keep how the list of sources names this one now; inside the transaction, before it is replaced."""
        before = Source.objects.filter(key=self.run.source_key).values(*_SOURCE_MEMBERS).first()
        if before is not None:
            self.run.source_before = {**before, "imported_at": before["imported_at"].isoformat()}

    def loaded(self, report: Report) -> None:
        """Store the run and its findings, inside the transaction of the loading."""
        document = report.document()
        run = self.run
        run.state = ImportRun.State.LOADED if report.changed else ImportRun.State.UNCHANGED
        run.layers = document["layers"]
        run.accepted, run.repaired, run.refused = report.accepted, report.repaired_rows, report.refused_rows
        run.entries_left_out = document["entries_left_out"]
        run.transaction, run.moment = _this_transaction()
        self._store()
        entries = (_entry(run, finding) for finding in report.entries)
        ImportEntry.objects.bulk_create(entries, batch_size=2_000)
        report.run = run.pk

    def failed(self, message: str, state: ImportRun.State = ImportRun.State.FAILED) -> None:
        """Store that nothing came of it, and why."""
        self.run.state, self.run.message = state, message
        self._store()

    def _store(self) -> None:
        self.run.file_bytes, self.run.file_sha256 = digest_of(self.path)
        self.run.save()


def digest_of(path: Path) -> tuple[int, str]:
    """Size in bytes and SHA-256 of a file; of a folder, of its files in the order of their names."""
    digest, size = hashlib.sha256(), 0
    try:
        for part in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if part.is_file():
                with part.open("rb") as file:
                    while block := file.read(_BLOCK_BYTES):
                        digest.update(block)
                        size += len(block)
    except OSError:
        return 0, ""
    return size, digest.hexdigest()


def _this_transaction() -> tuple[int, datetime.datetime]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint, now()")
        number, moment = cursor.fetchone()
    return number, moment


def _entry(run: ImportRun, finding: Finding) -> ImportEntry:
    members = entry_members(finding)
    wkb = finding.wkb if isinstance(finding, Rejection) else None
    return ImportEntry(
        run=run,
        kind=members["type"],
        place=members["place"][:200],
        layer=members.get("layer", ""),
        feature_id=members.get("id", "").replace("\x00", "�")[:200],
        field=members.get("field", "")[:200],
        value=members.get("value") or "",
        after=members.get("after") or "",
        reason=members["reason"],
        expected=members.get("expected", ""),
        point=GEOSGeometry(memoryview(wkb)) if wkb else None,
    )
