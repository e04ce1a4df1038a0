"""The worker of a larger installation: does a round of upkeep every minute until it is stopped."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, close_old_connections

from gis_server.command.upkeep import do_round

PAUSE_S = 60
LATEST_S = 5 * PAUSE_S


class Command(BaseCommand):
    """Upkeep, as one process beside the web servers."""

    help = "Renew statistics of changed layers, remove old tiles and sessions, every minute."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round")
        parser.add_argument("--check", action="store_true", help="fail unless a round ended in the last minutes")

    def handle(self, *, once: bool, check: bool, **options: Any) -> None:
        sign = Path(settings.HOME) / "upkeep"
        if check:
            _check(sign)
            return
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        seen: dict[str, int] = {}
        while not stopped.is_set():
            seen = self._round(seen, sign)
            if once:
                return
            stopped.wait(PAUSE_S)

    def _round(self, seen: dict[str, int], sign: Path) -> dict[str, int]:
        """A database that is away for a while is no reason to end: the next round finds it again."""
        close_old_connections()
        try:
            seen = do_round(seen, Path(settings.TILE_STORE))
        except OperationalError as error:
            self.stderr.write(f"the database does not answer: {str(error).splitlines()[0]}")
            return seen
        sign.touch()
        return seen


def _check(sign: Path) -> None:
    age_s = time.time() - sign.stat().st_mtime if sign.exists() else None
    if age_s is None or age_s > LATEST_S:
        raise CommandError("no round of upkeep has ended in the last minutes")
