"""Bring files into the layers: recognised by their contents, shown, and loaded once somebody says so."""

from __future__ import annotations

import gc
import json
import os
import sys
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from etl.contents import open_contents
from etl.management.asking import ask_layer, described, says_yes, shown
from etl.management.options import add_options, read_options
from etl.pipeline import Opened, import_opened, open_file
from etl.raster_kinds import is_raster
from etl.readers import Options
from etl.record import UndecidedError, UnreadableFileError
from etl.report import Report, recognition_members
from layers.progress import Progress

_INTERRUPTED = 130
_COLLECT_RARELY = (200_000, 50, 100)


class Command(BaseCommand):
    # They look at every page of the site, which loads more than an import needs; ./gis up and the tests make them.
    requires_system_checks = ()
    help = "Import files into the layers: recognised by their contents, all or nothing, with a report of every row."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        add_options(parser)
        parser.add_argument("--yes", action="store_true", help="load what was recognised without asking")
        parser.add_argument("--dry-run", action="store_true", help="try and report everything, store nothing")
        parser.add_argument("--dask", action="store_true", help="for data larger than memory: in parts, on every core")
        parser.add_argument("--json", action="store_true", help="print the report as one JSON object (of one FILE)")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = read_options(options)
        self._check_manner(options)
        # Rows come by the million and hold no cycles; looking for some takes a tenth of the time.
        gc.set_threshold(*_COLLECT_RARELY)
        failed = 0
        for path in options["files"]:
            try:
                self._import(path, chosen, options)
            except UnreadableFileError as error:
                failed += 1
                self.stderr.write(f"{shown(path)}: {error}")
                if options["json"]:
                    self.stdout.write(json.dumps({"file": shown(path), "error": str(error)}, ensure_ascii=False))
            except KeyboardInterrupt:
                message = f"{path}: stopped; nothing of this file has been stored"
                raise CommandError(message, returncode=_INTERRUPTED) from None
        if failed:
            raise SystemExit(1)

    def _check_manner(self, options: dict[str, Any]) -> None:
        if options["json"] and len(options["files"]) > 1:
            raise CommandError("--json: one FILE at a time", returncode=2)
        if not (options["yes"] or options["dry_run"] or self._can_ask(options)):
            message = "nobody can be asked here: --yes loads what is recognised, --dry-run only reports"
            raise CommandError(message, returncode=2)

    def _can_ask(self, options: dict[str, Any]) -> bool:
        return sys.stdin.isatty() and not options["json"]

    def _import(self, path: Path, chosen: Options, options: dict[str, Any]) -> None:
        if not os.path.isdir(path) and is_raster(open_contents(path)):
            self._import_raster(path, chosen, options)
        else:
            self._import_rows(path, chosen, options)

    def _import_raster(self, path: Path, chosen: Options, options: dict[str, Any]) -> None:
        from etl.rasters import inspect, store  # loads GDAL, which rows do not need

        plan = inspect(path, chosen)
        members: dict[str, Any] = {"file": str(path), "recognised": {"kind": plan.form, "reasons": list(plan.reasons)}}
        lines = [f"{path.name}: {plan.form} → raster {plan.row['key']}"]
        lines += [*(f"  because    {reason}" for reason in plan.reasons), *(f"  notice     {n}" for n in plan.notices)]
        if not (options["yes"] or options["dry_run"]):
            self.stdout.write("\n".join(lines))
            if not says_yes("Store it?"):
                self.stdout.write(f"{path}: left as it is; nothing has been stored")
                return
        is_kept = not options["dry_run"]
        if is_kept:
            store(plan)
        done = "nothing has changed: it is stored already" if plan.is_known else f"{plan.valid_cells} cells stored"
        if options["json"]:
            notices = [{"type": "notice", "place": path.name, "reason": notice} for notice in plan.notices]
            members |= {"trial": not is_kept, "accepted": 1, "repaired": 0, "refused": 0, "entries": notices}
            self.stdout.write(json.dumps(members, ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join([*lines, f"  {done if is_kept else 'trial run: nothing has been stored'}"]))

    def _import_rows(self, path: Path, chosen: Options, options: dict[str, Any]) -> None:
        opened, chosen = self._opened(path, chosen, options)
        if not (options["yes"] or options["dry_run"]):
            self.stdout.write("\n".join(described(opened)))
            if not says_yes(f"Load it into {', '.join(opened.data_set.columns)}?"):
                self.stdout.write(f"{path}: left as it is; nothing has been stored")
                return
        progress = Progress(path.name, opened.data_set.row_count)
        try:
            keep, in_parallel = not options["dry_run"], options["dask"]
            report = import_opened(opened, chosen, progress, keep=keep, in_parallel=in_parallel)
        finally:
            progress.done()
        self._tell(path, opened, report, options)

    def _opened(self, path: Path, chosen: Options, options: dict[str, Any]) -> tuple[Opened, Options]:
        """The file, opened; where only its owner can tell the layer, and can be asked, with the layer they name."""
        try:
            return open_file(path, chosen, options["reader"]), chosen
        except UndecidedError as undecided:
            if options["yes"] or not self._can_ask(options):
                raise
            self.stdout.write(f"{path}: {undecided}")
            layer = ask_layer(undecided.layers)
            if not layer:
                raise
            chosen = replace(chosen, layer=layer)
            return open_file(path, chosen, options["reader"]), chosen

    def _tell(self, path: Path, opened: Opened, report: Report, options: dict[str, Any]) -> None:
        if not options["json"]:
            lines = described(opened) if options["dry_run"] else []
            self.stdout.write("\n".join([*lines, report.text()]))
            return
        recognised = recognition_members(opened.data_set, opened.recognised.reason)
        document = {"file": str(path), "recognised": recognised, **report.document()}
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=1))
