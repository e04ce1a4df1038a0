"""Take an import back."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from etl.models import ImportRun
from etl.undoing import UndoRefused, undo


class Command(BaseCommand):
    help = "Take an import back: the layers as they were before it; rows changed since stay. Without RUN: list them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", nargs="?", type=int, metavar="RUN", help="number of the import")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["run"] is None:
            self._list()
            return
        run = ImportRun.objects.filter(pk=options["run"]).first()
        if run is None:
            raise CommandError(f"there is no import {options['run']}; without a number they are listed", returncode=2)
        try:
            done = undo(run, "undo_import", keep=not options["dry_run"])
        except UndoRefused as refusal:
            raise CommandError(str(refusal)) from None
        for one in done:
            parts = {
                "removed": one.removed,
                "restored": one.restored,
                "brought back": one.brought_back,
                "changed since and kept": one.kept,
            }
            said = ", ".join(f"{count} {what}" for what, count in parts.items() if count)
            self.stdout.write(f"{one.layer}: {said or 'nothing to do'}")
        if options["dry_run"]:
            self.stdout.write("trial run: nothing has been changed")

    def _list(self) -> None:
        for run in ImportRun.objects.order_by("pk"):
            rows = f"{run.accepted} rows, {run.refused} refused"
            self.stdout.write(f"{run.pk}  {run.began_at:%Y-%m-%d %H:%M}  {run.state}  {run.file_name}  {rows}")
