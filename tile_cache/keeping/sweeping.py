"""Keeping the store within its bound: what is of no use goes, then what was not used for longest.

Several processes and hosts may sweep; one does, the others find it at work.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC
from itertools import batched
from typing import Any, Final

from django.conf import settings
from django.db import connection

from tile_cache.keeping import ledger, recipes
from tile_cache.keeping.ends import current
from tile_cache.keeping.ends.end import End, EndAwayError
from tile_cache.keeping.ends.place import Place

BATCH: Final = 500
FULL_SHARE: Final = 0.9
"""A sweep ends below this share of the bound, so that the next is not needed at once."""

LIFETIME: Final = datetime.timedelta(days=30)
"""A tile that is rendered again after a month costs nothing; the ground or the fonts may have changed unseen."""

MEGABYTE: Final = 1_000_000

# Any number will do that no other part of the product locks.
_LOCK: Final = 0x74696C6573


class SweepingAlreadyError(Exception):
    """Another process is sweeping."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did.

    Args:
        removed: tiles that were removed.
        found: tiles that were in the store and not in the ledger.
        lost: tiles that were in the ledger and not in the store.
        left_bytes: what the store holds now.
    """

    removed: int = 0
    found: int = 0
    lost: int = 0
    left_bytes: int = 0


def bound_bytes() -> int:
    """The most that stored tiles may take."""
    return int(settings.TILE_STORE_MB) * MEGABYTE


def sweep(end: End | None = None, most_bytes: int | None = None, *, recount: bool = True) -> Swept:
    """Bring the store below its bound.

    Args:
        recount: also compare the ledger with what is in the store, tile by tile, and remove what is of no use.

    Raises:
        SweepingAlreadyError: another process or host is at it.
        EndAwayError: the back end does not answer; the ledger still knows what is left.
    """
    end = current() if end is None else end
    most = bound_bytes() if most_bytes is None else most_bytes
    with _alone():
        ledger.flush()
        swept = _recounted(end) if recount else Swept()
        useless = _remove_useless(end) if recount else 0
        removed = useless + _remove_least_used(end, most)
        return replace(swept, removed=removed, left_bytes=ledger.total_bytes(end.block_bytes))


def clear(tileset: str | None = None, end: End | None = None) -> int:
    """Remove every stored tile of a tileset, or of all; how many there were.

    Raises:
        SweepingAlreadyError, EndAwayError: as `sweep`.
    """
    end = current() if end is None else end
    with _alone():
        ledger.flush()
        return sum(_remove(end, places) for places in batched((kept.place for kept in end.places(tileset)), BATCH)) + (
            _strike_out(tileset)
        )


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise SweepingAlreadyError("the tile store is being swept by another process")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _recounted(end: End) -> Swept:
    """Enter what the ledger does not know, strike out what is not there."""
    began = datetime.datetime.now(UTC)
    end.tidy(time.time())
    with ledger.seen_places() as seen:
        found = 0
        for kept in batched(end.places(), BATCH):
            found += ledger.enter(kept)
            seen.add([each.place for each in kept])
        return Swept(found=found, lost=seen.forget_others(unless_since=began))


def _remove_useless(end: End) -> int:
    """Tiles that no request can get any more: of tilesets that are not offered, of recipes of the past, too old."""
    removed = sum(_remove(end, places) for places in _pages("rendered_at < now() - %(lifetime)s", lifetime=LIFETIME))
    for tileset, grid, z, suffix, recipe in _groups():
        place = Place(tileset, grid, z, 0, 0, suffix)
        offered = tileset in settings.TILE_STORE_KEEPS or recipes.is_offered(tileset)
        present = recipes.present_recipe(place) if offered else None
        if not offered or (recipe and present is not None and present != recipe):
            same = "tileset = %(tileset)s AND grid = %(grid)s AND z = %(z)s AND suffix = %(suffix)s"
            which = {"tileset": tileset, "grid": grid, "z": z, "suffix": suffix, "recipe": recipe}
            removed += sum(_remove(end, places) for places in _pages(f"{same} AND recipe = %(recipe)s", **which))
    return removed


def _remove_least_used(end: End, most_bytes: int) -> int:
    total = ledger.total_bytes(end.block_bytes)
    if total <= most_bytes:
        return 0
    surplus = total - int(most_bytes * FULL_SHARE)
    rows = _rows(
        f"SELECT {ledger.KEYS} FROM (SELECT {ledger.KEYS}, sum({ledger.TAKEN}) OVER ("
        f" ORDER BY used_at, rendered_at, {ledger.KEYS}) - {ledger.TAKEN} AS before FROM {ledger.TABLE}) t"
        " WHERE before < %(surplus)s",
        {"block": end.block_bytes, "surplus": surplus},
    )
    return sum(_remove(end, [Place(*row) for row in some]) for some in batched(rows, BATCH))


def _remove(end: End, places: Sequence[Place]) -> int:
    """Remove tiles from the store, then from the ledger; one that is stored again meanwhile is found by a recount."""
    began = datetime.datetime.now(UTC)
    for number, place in enumerate(places):
        if not end.remove(place):
            ledger.forget(places[:number], unless_since=began)
            raise EndAwayError(f"the tile store ({end.kind}) does not remove what it is asked to")
    ledger.forget(places, unless_since=began)
    return len(places)


def _groups() -> list[tuple[Any, ...]]:
    return _rows(f"SELECT DISTINCT tileset, grid, z, suffix, recipe FROM {ledger.TABLE}", {})


def _pages(condition: str, **named: Any) -> Iterator[list[Place]]:
    """The places of which a condition holds, some at a time, in the order of their keys."""
    after: tuple[Any, ...] | None = None
    while True:
        conditions = [condition] if condition else []
        if after is not None:
            conditions.append(
                f"({ledger.KEYS}) > (%(after0)s, %(after1)s, %(after2)s, %(after3)s, %(after4)s, %(after5)s)"
            )
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        rows = _rows(
            f"SELECT {ledger.KEYS} FROM {ledger.TABLE}{where} ORDER BY {ledger.KEYS} LIMIT {BATCH}",
            {**named, **{f"after{number}": value for number, value in enumerate(after or ())}},
        )
        if not rows:
            return
        after = rows[-1]
        yield [Place(*row) for row in rows]


def _strike_out(tileset: str | None) -> int:
    """Rows of tiles that were not in the store."""
    return sum(
        ledger.forget(places, unless_since=datetime.datetime.now(UTC))
        for places in _pages("tileset = %(tileset)s" if tileset else "", tileset=tileset)
    )


def _rows(statement: str, named: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, named)
        return list(cursor.fetchall())
