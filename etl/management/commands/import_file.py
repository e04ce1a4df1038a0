"""Bring one file into the layers."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from etl.management.options import add_options, read_options
from etl.pipeline import import_opened, open_file
from etl.readers import Options
from etl.record import UnreadableFileError
from etl.report import Report
from layers.progress import Progress


class Command(BaseCommand):
    help = "Import files into the layers: recognised by their contents, all or nothing, with a report of every row."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = read_options(options)
        failed = 0
        for path in options["files"]:
            try:
                report = _import(path, chosen, options["reader"], keep=not options["dry_run"])
            except UnreadableFileError as error:
                self.stderr.write(f"{path}: {error}")
                failed += 1
            except KeyboardInterrupt:
                raise CommandError(f"{path}: stopped; nothing of this file has been stored", returncode=130) from None
            else:
                self.stdout.write(report.text())
        if failed:
            raise SystemExit(1)


def _import(path: Path, options: Options, reader: str, *, keep: bool) -> Report:
    progress = Progress(path.name)
    try:
        return import_opened(open_file(path, options, reader), options, progress, keep=keep)
    finally:
        progress.done()
