"""The ledger of stored tiles: what is there, how large, when it was rendered and last used, how often.

A process gathers in memory and writes once a second, never while somebody waits. What it tells is therefore a second
old, and what a process that is killed has gathered since is lost; the sweep counts the store itself from time to time.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final

from django.db import DatabaseError, InterfaceError, connection, transaction

from tile_cache import flushing
from tile_cache.keeping.ends.frame import HEAD_BYTES
from tile_cache.keeping.ends.place import Kept, Place
from tile_cache.models import StoredTile

MOST_GATHERED: Final = 50_000
"""Places that a process remembers while the database is away; news of further ones are forgotten."""

TABLE: Final = StoredTile._meta.db_table
_KEY_NAMES: Final = ("tileset", "grid", "z", "x", "y", "suffix")
KEYS: Final = ", ".join(_KEY_NAMES)
TAKEN: Final = f"ceil((bytes + {HEAD_BYTES})::numeric / %(block)s) * %(block)s"
"""What one tile takes in the store, in blocks of so many bytes."""

_KEY_ARRAYS: Final = (
    "unnest(%(tileset)s::text[], %(grid)s::text[], %(z)s::int[], %(x)s::bigint[], %(y)s::bigint[], %(suffix)s::text[]"
)
_SAME_KEY: Final = " AND ".join(f"t.{name} = n.{name}" for name in _KEY_NAMES)
_STORED: Final = f"""
INSERT INTO {TABLE} AS t ({KEYS}, bytes, rendered_at, used_at, hits, render_ms, recipe)
SELECT n.* FROM {_KEY_ARRAYS}, %(size)s::int[], %(rendered_at)s::timestamptz[], %(used_at)s::timestamptz[],
                            %(hits)s::bigint[], %(render_ms)s::float8[], %(recipe)s::text[]) n
ON CONFLICT ({KEYS}) DO UPDATE SET bytes = excluded.bytes, rendered_at = excluded.rendered_at,
  used_at = greatest(t.used_at, excluded.used_at), hits = t.hits + excluded.hits,
  render_ms = excluded.render_ms, recipe = excluded.recipe
"""
_USED: Final = f"""
WITH n AS (
  SELECT n.* FROM {_KEY_ARRAYS}, %(used_at)s::timestamptz[], %(hits)s::bigint[]) n({KEYS}, used_at, hits)
), locked AS (
  SELECT {", ".join(f"t.{name}" for name in _KEY_NAMES)} FROM {TABLE} t JOIN n ON {_SAME_KEY}
  ORDER BY {", ".join(f"t.{name}" for name in _KEY_NAMES)} FOR UPDATE OF t
)
UPDATE {TABLE} t SET used_at = greatest(t.used_at, n.used_at), hits = t.hits + n.hits
FROM n JOIN locked USING ({KEYS}) WHERE {_SAME_KEY}
"""
_ENTER: Final = f"""
INSERT INTO {TABLE} ({KEYS}, bytes, rendered_at, used_at)
SELECT {KEYS}, size, to_timestamp(stored_at), to_timestamp(stored_at)
FROM {_KEY_ARRAYS}, %(size)s::int[], %(stored_at)s::float8[]) n({KEYS}, size, stored_at)
ORDER BY {KEYS} ON CONFLICT DO NOTHING
"""
_SEEN: Final = "pg_temp.seen_tile"
_FORGET_OTHERS: Final = f"""
DELETE FROM {TABLE} t WHERE t.rendered_at < %(since)s AND NOT EXISTS (SELECT 1 FROM {_SEEN} n WHERE {_SAME_KEY})
"""
_FORGET: Final = f"""
DELETE FROM {TABLE} t USING {_KEY_ARRAYS}) n({KEYS}) WHERE {_SAME_KEY} AND t.rendered_at < %(since)s
"""


@dataclass(slots=True)
class _News:
    """What has happened at one place since the last writing. `size` is None where nothing was stored."""

    used_at: datetime.datetime
    hits: int = 0
    size: int | None = None
    rendered_at: datetime.datetime | None = None
    render_ms: float | None = None
    recipe: str = ""


_lock = threading.Lock()
_writing = threading.Lock()
_news: dict[Place, _News] = {}


def stored(place: Place, size: int, render_seconds: float | None = None, recipe: str = "") -> None:
    """A tile of so many bytes has been stored, and took so long to render.

    Args:
        recipe: a fingerprint of what it was made by (SQL, style), the same for all tiles of a tileset and zoom; tiles
            with another than the present one are swept away. Empty: not known.
    """
    now = datetime.datetime.now(UTC)
    with _lock:
        news = _news_of(place, now)
        if news is not None:
            news.size, news.rendered_at, news.recipe = size, now, recipe
            news.render_ms = None if render_seconds is None else render_seconds * 1000
    flushing.gathered(__name__, flush)


def used(place: Place, hits: int = 1) -> None:
    """A stored tile was given out so many times, from the store or from memory."""
    now = datetime.datetime.now(UTC)
    with _lock:
        news = _news_of(place, now)
        if news is not None:
            news.used_at = now
            news.hits += hits
    flushing.gathered(__name__, flush)


def flush() -> bool:
    """Write down what was gathered; False where the database is away, and it is kept for the next time."""
    with _writing:
        with _lock:
            taken = dict(_news)
            _news.clear()
        if not taken:
            return True
        try:
            _write(taken)
        except (DatabaseError, InterfaceError):
            if not connection.in_atomic_block:
                connection.close()
            _take_back(taken)
            return False
        return True


def forget_news() -> None:
    """Drop what was gathered and not written."""
    with _lock:
        _news.clear()


def hottest(tileset: str, limit: int) -> list[Place]:
    """The places of a tileset that were asked for most often."""
    statement = f"SELECT {KEYS} FROM {TABLE} WHERE tileset = %(tileset)s AND hits > 0"
    statement += " ORDER BY hits DESC, used_at DESC LIMIT %(limit)s"
    return [Place(*row) for row in _rows(statement, {"tileset": tileset, "limit": limit})]


def total_bytes(block_bytes: int = 1) -> int:
    """What all stored tiles take, each in whole blocks of so many bytes."""
    return int(_rows(f"SELECT coalesce(sum({TAKEN}), 0) FROM {TABLE}", {"block": block_bytes})[0][0])


def total_tiles() -> int:
    """How many tiles are stored."""
    return int(_rows(f"SELECT count(*) FROM {TABLE}", {})[0][0])


def enter(kept: Iterable[Kept]) -> int:
    """Enter tiles that the ledger does not know, as they were found in the store; how many there were."""
    columns = zip(*((*astuple_of(each.place), each.size, each.stored_at) for each in kept), strict=True)
    named = dict(zip((*_KEY_NAMES, "size", "stored_at"), map(list, columns), strict=False))
    return _executed(_ENTER, named) if named else 0


def forget(places: Sequence[Place], unless_since: datetime.datetime) -> int:
    """Strike tiles out that are not stored any more, but for those rendered since; how many there were."""
    return _executed(_FORGET, {**_columns(places), "since": unless_since}) if places else 0


class Seen:
    """The places that somebody has found in the store; see `seen_places`."""

    def add(self, places: Sequence[Place]) -> None:
        if places:
            _executed(f"INSERT INTO {_SEEN} SELECT * FROM {_KEY_ARRAYS})", _columns(places))

    def forget_others(self, unless_since: datetime.datetime) -> int:
        """Strike out what was not found, but for tiles rendered since; how many there were."""
        return _executed(_FORGET_OTHERS, {"since": unless_since})


@contextmanager
def seen_places() -> Iterator[Seen]:
    """Remembers places in the database, as many as there may be."""
    columns = "tileset text, grid text, z int, x bigint, y bigint, suffix text"
    _executed(f"CREATE TEMPORARY TABLE {_SEEN} ({columns})", {})
    try:
        yield Seen()
    finally:
        _executed(f"DROP TABLE {_SEEN}", {})


def astuple_of(place: Place) -> tuple[str, str, int, int, int, str]:
    """The place as a row of the ledger."""
    return place.tileset, place.grid, place.z, place.x, place.y, place.suffix


def _news_of(place: Place, now: datetime.datetime) -> _News | None:
    """The caller holds the lock."""
    news = _news.get(place)
    if news is None and len(_news) < MOST_GATHERED:
        news = _news[place] = _News(now)
    return news


def _take_back(taken: dict[Place, _News]) -> None:
    """What could not be written is news again, beside what has come since."""
    with _lock:
        for place, old in taken.items():
            news = _news.get(place)
            if news is not None:
                news.hits += old.hits
                if news.size is None:
                    news.size, news.rendered_at, news.recipe = old.size, old.rendered_at, old.recipe
                    news.render_ms = old.render_ms
            elif len(_news) < MOST_GATHERED:
                _news[place] = old


def _write(taken: dict[Place, _News]) -> None:
    """Rows in the order of their keys, so that two processes never wait for one another in a circle."""
    places = sorted(taken)
    new = [place for place in places if taken[place].size is not None]
    known = [place for place in places if taken[place].size is None]
    with transaction.atomic():
        if new:
            _executed(_STORED, {**_columns(new), **_values([taken[place] for place in new])})
        if known:
            _executed(_USED, {**_columns(known), **_values([taken[place] for place in known])})


def _columns(places: Sequence[Place]) -> dict[str, list[Any]]:
    return dict(zip(_KEY_NAMES, map(list, zip(*map(astuple_of, places), strict=True)), strict=True))


def _values(news: Sequence[_News]) -> dict[str, list[Any]]:
    names = ("size", "rendered_at", "used_at", "hits", "render_ms", "recipe")
    return {name: [getattr(each, name) for each in news] for name in names}


def _rows(statement: str, named: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, named)
        return list(cursor.fetchall())


def _executed(statement: str, named: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, named)
        return int(cursor.rowcount)
