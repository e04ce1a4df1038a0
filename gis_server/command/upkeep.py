"""What keeps an installation in shape while nobody looks: statistics of changed tables, old tiles, old sessions."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from layers import registry
from layers.changes import revisions_of
from tile_cache.keeping import sweeping
from tile_cache.keeping.ends.end import EndAwayError
from tile_cache.keeping.sweeping import SweepingAlreadyError

# A stored tile that is rendered again after a month costs nothing; one that is kept for ever fills the disk.
TILE_LIFETIME_S = 30 * 24 * 3600.0
RECOUNT_EVERY_S = 3600.0
_log = logging.getLogger(__name__)


def analyze_changed(seen: Mapping[str, int]) -> dict[str, int]:
    """Renew PostgreSQL's statistics of every layer that changed since ``seen``; the revisions as they are now.

    The planner chooses its spatial indexes by them, and autovacuum may come long after an import.
    """
    tables = {layer.name: layer.table for layer in registry.every()}
    now = revisions_of(tables)
    for name in (name for name, revision in now.items() if seen.get(name) != revision):
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(tables[name])}")
    return now


def remove_old_tiles(folder: Path, now_s: float) -> int:
    """Delete stored tiles that were rendered longer than `TILE_LIFETIME_S` ago; how many there were."""
    removed = 0
    for path in _files(folder):
        try:
            if now_s - path.stat().st_mtime > TILE_LIFETIME_S:
                path.unlink()
                removed += 1
        except FileNotFoundError:  # rendered anew, or removed, by somebody else meanwhile
            continue
    return removed


def sweep_tiles(home: Path, now_s: float) -> None:
    """Keep the store of tiles within its bound; count it anew every `RECOUNT_EVERY_S`, whichever worker comes first."""
    sign = home / "tiles-counted"
    is_due = not sign.exists() or now_s - sign.stat().st_mtime > RECOUNT_EVERY_S
    try:
        sweeping.sweep(recount=is_due)
    except (SweepingAlreadyError, EndAwayError) as error:
        _log.warning("the tiles were not swept: %s", error)
        return
    if is_due:
        sign.touch()


def do_round(seen: Mapping[str, int], tiles: Path, home: Path) -> dict[str, int]:
    """One round of everything; the revisions that were seen."""
    revisions = analyze_changed(seen)
    remove_old_tiles(tiles, time.time())
    sweep_tiles(home, time.time())
    call_command("clearsessions")
    return revisions


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else iter(())
