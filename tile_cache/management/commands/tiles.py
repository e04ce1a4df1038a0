"""``./gis tiles info``, ``sweep`` and ``clear``: the store of tiles."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from tile_cache.keeping import ledger, recipes, sweeping
from tile_cache.keeping.ends import current
from tile_cache.keeping.ends.end import EndAwayError
from tile_cache.keeping.sweeping import MEGABYTE, SweepingAlreadyError


class Command(BaseCommand):
    """What is stored, and how to make room."""

    help = "The store of tiles: info (what is there), sweep (keep it within its bound), clear (remove tiles)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="act", required=True, metavar="info|sweep|clear")
        commands.add_parser("info", help="tilesets, tiles and bytes")
        sweep = commands.add_parser("sweep", help="remove what is of no use, then what was not used for longest")
        sweep.add_argument("--to", type=int, metavar="MB", help="below so many megabytes (GIS_TILE_STORE_MB)")
        clear = commands.add_parser("clear", help="remove the tiles of one tileset, or all; they are rendered again")
        clear.add_argument("tileset", nargs="?", help="name of the tileset")
        clear.add_argument("--all", action="store_true", dest="everything", help="every tileset")

    def handle(self, *, act: str, **options: Any) -> None:
        try:
            {"info": self._info, "sweep": self._sweep, "clear": self._clear}[act](options)
        except (SweepingAlreadyError, EndAwayError) as error:
            raise CommandError(str(error)) from error

    def _info(self, options: dict[str, Any]) -> None:
        end = current()
        for row in per_tileset():
            self.stdout.write(f"{row[0]:<40} {row[1]:>9} tiles {row[2] / MEGABYTE:>9.1f} MB {row[3]:>11} hits")
        total = ledger.total_bytes(end.block_bytes) / MEGABYTE
        self.stdout.write(f"{end.kind}: {total:.1f} of {settings.TILE_STORE_MB} MB")

    def _sweep(self, options: dict[str, Any]) -> None:
        megabytes = options["to"]
        if megabytes is not None and megabytes < 0:
            raise CommandError(f"--to must be 0 or more megabytes, not {megabytes}", returncode=2)
        swept = sweeping.sweep(most_bytes=None if megabytes is None else megabytes * MEGABYTE)
        self.stdout.write(
            f"{swept.removed} tiles removed, {swept.found} not known before, {swept.lost} known but gone;"
            f" {swept.left_bytes / MEGABYTE:.1f} MB are left"
        )

    def _clear(self, options: dict[str, Any]) -> None:
        tileset, everything = options["tileset"], options["everything"]
        if bool(tileset) == everything:
            raise CommandError("name one tileset, or say --all", returncode=2)
        stored = [row[0] for row in per_tileset()]
        if tileset and tileset not in stored and not recipes.is_offered(tileset):
            there_are = ", ".join(stored) or "none"
            raise CommandError(f"there is no tileset {tileset}; stored are: {there_are}", returncode=2)
        self.stdout.write(f"{sweeping.clear(tileset)} tiles removed")


def per_tileset() -> list[tuple[Any, ...]]:
    """Name, tiles, bytes and hits of each stored tileset."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tileset, count(*), sum(bytes)::bigint, sum(hits)::bigint"
            f" FROM {ledger.TABLE} GROUP BY tileset ORDER BY tileset"
        )
        return list(cursor.fetchall())
