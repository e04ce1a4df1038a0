"""Render tiles before anybody asks for them: ``./gis seed``."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gis_server.seeding.command_line import INTERRUPTED, Interrupt, add_area, database_faults, wanted_of, wrong_use
from gis_server.seeding.models import SeedRun
from gis_server.seeding.tasks import start
from layers.progress import Countdown
from tile_cache.seeding import running
from tile_cache.seeding.plan import build_plan
from tile_cache.seeding.running import Outcome
from tile_cache.seeding.wanted import Wanted


class Command(BaseCommand):
    help = "Render into the store what is not stored, or not true any more; started again it goes on where it was."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--layer", nargs="+", action="extend", default=[], metavar="L", help="layers (all public)")
        parser.add_argument("--set", action="append", default=[], metavar="A,B", help="layers asked for in one tile")
        add_area(parser, "those that each layer is offered at")
        parser.add_argument("--maps", action="store_true", help="the pictures of WMTS and TMS as well")
        parser.add_argument("--background", action="store_true", help="let the worker do it; /seeding/ shows it")
        parser.add_argument("--json", action="store_true", help="say the outcome as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        with wrong_use(), database_faults():
            wanted = wanted_of([*options["layer"], *options["set"]], options, maps=options["maps"])
            if options["background"]:
                run = start(SeedRun.Kind.SEED, wanted)
                self._say({"run": run.pk, "state": run.state}, f"run {run.pk} waits for the worker", options)
                return
            self._seed(wanted, options)

    def _seed(self, wanted: Wanted, options: dict[str, Any]) -> None:
        with running.turn(wait=False) as is_ours:
            if not is_ours:
                raise CommandError("another seeding is under way; wait for its end, or cancel it at /seeding/")
            began_at = time.monotonic()
            with Interrupt() as interrupt:
                plan = build_plan(wanted)
                progress = Countdown("tiles", len(plan))
                outcome = running.seed(plan, progress, interrupt.is_wanted)
            progress.done()
        seconds = round(time.monotonic() - began_at, 1)
        self._say(_document(outcome, seconds), _sentence(outcome, seconds), options)
        if not outcome.is_whole:
            raise CommandError("stopped; the same command goes on from here", returncode=INTERRUPTED)
        if outcome.failed:
            raise CommandError(f"{outcome.failed:,} tiles could not be made; the log says why")

    def _say(self, document: dict[str, Any], sentence: str, options: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(document) if options["json"] else sentence)


def _document(outcome: Outcome, seconds: float) -> dict[str, Any]:
    return {
        "done": outcome.done,
        "total": outcome.total,
        "rendered": outcome.rendered,
        "failed": outcome.failed,
        "seconds": seconds,
    }


def _sentence(outcome: Outcome, seconds: float) -> str:
    share = f"{outcome.done:,} of {outcome.total:,} tiles are stored and true"
    return f"{share}: {outcome.rendered:,} were rendered, the others were there ({seconds:g} s)"
