"""The worker: imports, jobs of the API, and a round of upkeep every minute, until it is stopped."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, close_old_connections

from gis_server.command.upkeep import do_round
from gis_server.command.working import serve
from gis_server.imports.cleaning import remove_old_uploads
from gis_server.navigation.kept_routes import forget_old
from gis_server.seeding.upkeep import keep_packs
from ogc_api.processes import jobs

PAUSE_S = 60
LATEST_S = 5 * PAUSE_S


class Command(BaseCommand):
    """One process beside the web servers; several do no harm."""

    help = "Import what was uploaded, run jobs; renew statistics of changed layers, remove what is old."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is waiting, and one round of upkeep")
        parser.add_argument("--check", action="store_true", help="fail unless a round ended in the last minutes")

    def handle(self, *, once: bool, check: bool, **options: Any) -> None:
        sign = Path(settings.HOME) / "upkeep"
        if check:
            _check(sign)
            return
        stopped = threading.Event()
        if once:
            self._round({}, sign)
        else:
            threading.Thread(target=self._rounds, args=(sign, stopped), daemon=True).start()
        asyncio.run(serve(self.stderr.write, wait=not once))
        stopped.set()

    def _rounds(self, sign: Path, stopped: threading.Event) -> None:
        seen: dict[str, int] = {}
        while not stopped.is_set():
            seen = self._round(seen, sign)
            stopped.wait(PAUSE_S)

    def _round(self, seen: dict[str, int], sign: Path) -> dict[str, int]:
        """A database that is away for a while is no reason to end: the next round finds it again."""
        close_old_connections()
        try:
            seen = do_round(seen, Path(settings.TILE_STORE), Path(settings.HOME))
            remove_old_uploads()
            jobs.tidy_up()
            forget_old()
            keep_packs()
        except OperationalError as error:
            self.stderr.write(f"the database does not answer: {str(error).splitlines()[0]}")
            return seen
        sign.touch()
        return seen


def _check(sign: Path) -> None:
    age_s = time.time() - sign.stat().st_mtime if sign.exists() else None
    if age_s is None or age_s > LATEST_S:
        raise CommandError("no round of upkeep has ended in the last minutes")
