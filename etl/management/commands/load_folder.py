"""Bring a folder of real files in: those that belong to the city of this installation."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from etl import sources
from etl.belonging import find_foreign_reason
from etl.loading import remove
from etl.management.asking import shown
from etl.pipeline import ACTOR, Opened, import_opened, open_file
from etl.readers import Options
from etl.record import UnreadableFileError
from layers.feature import Source
from layers.progress import Progress
from layers.raster import Raster


class Command(BaseCommand):
    help = "Load every file of a folder that belongs to this city; says of every other file why it was left."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"{folder}: no such folder", returncode=2)
        own = list(self._own_files(folder))
        if not own:
            raise CommandError(f"{folder}: no file in it belongs to {settings.CITY.name.ja} ({settings.CITY.code})")
        self._clear_sample()
        # Outlines come first: the others are looked at against them.
        failed = [opened for opened in sorted(own, key=_order) if not self._load(opened)]
        if failed:
            raise SystemExit(1)

    def _own_files(self, folder: Path) -> Iterator[Opened]:
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and not _is_hidden(path, folder)):
            try:
                opened = open_file(path, Options(settings.CITY))
            except UnreadableFileError as error:
                self.stdout.write(f"left out {shown(path.relative_to(folder))}: {error}")
                continue
            reason = find_foreign_reason(opened.data_set, settings.CITY)
            if reason is None:
                yield opened
            else:
                hint = f"./gis import {path} loads it all the same"
                self.stdout.write(f"left out {path.relative_to(folder)}: {reason}; {hint}")

    def _clear_sample(self) -> None:
        """Invented shelters beside real ones would be a danger: the made-up city makes way."""
        source = Source.objects.filter(key=sources.sample().key).first()
        if source is not None:
            rows = sum(one.deleted for one in remove(source, ACTOR))
            self.stdout.write(f"the made-up sample city makes way for the real files: {rows} rows removed")
        if Raster.objects.filter(key__in=sources.SAMPLE_RASTERS).exists():
            self._remove_sample_rasters()

    def _remove_sample_rasters(self) -> None:
        from etl.raster_store import remove as remove_raster  # loads GDAL, which rows do not need

        gone = [key for key in sources.SAMPLE_RASTERS if remove_raster(key)]
        self.stdout.write(f"the made-up sample city makes way for the real files: {', '.join(gone)} removed")

    def _load(self, opened: Opened) -> bool:
        progress = Progress(opened.path.name)
        try:
            report = import_opened(opened, Options(settings.CITY), progress)
        except UnreadableFileError as error:
            self.stderr.write(f"{opened.path}: {error}")
            return False
        finally:
            progress.done()
        self.stdout.write(report.text())
        return True


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _order(opened: Opened) -> tuple[bool, str]:
    return "boundaries" not in opened.data_set.columns, str(opened.path)
