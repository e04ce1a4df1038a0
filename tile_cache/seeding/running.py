"""One step after the other: gentle to those who are looking at the map meanwhile, and stopped after the tile in hand.

There is no list of what has been done. A tile that is stored and still true costs one look at the log of changes, so a
seeding that is started again goes on where it was, and renders whatever has changed since then.
"""

from __future__ import annotations

import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from django.conf import settings
from django.db import connection
from mapproxy.cache.tile_manager import TileManager
from mapproxy.source import SourceError

from layers.problems import Problem
from layers.spec import Audience
from tile_cache import rendering, tilesets
from tile_cache.maps import application as maps
from tile_cache.seeding.plan import Step
from tile_cache.tilesets import Tileset

_log = logging.getLogger(__name__)
_Became = Literal["stored", "rendered", "failed"]
# Any number will do that no other part of the product locks.
_TURN: Final = 0x73656564


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far a seeding came.

    Args:
        done: steps that were taken, of `total`.
        rendered: those of them that had to be rendered; the others were stored and true.
        failed: those of them whose tile could not be made.
    """

    done: int
    total: int
    rendered: int = 0
    failed: int = 0

    @property
    def is_whole(self) -> bool:
        return self.done == self.total


def seed(steps: Sequence[Step], on_done: Callable[[int], None], is_stopped: Callable[[], bool]) -> Outcome:
    """Bring each tile into the store that is not there, or not true any more.

    Raises:
        django.db.Error: where the database is away; what was stored by then stays.
    """
    work, became = _Work(), Counter[_Became]()
    for done, step in enumerate(steps):
        if is_stopped():
            break
        became[work.take(step)] += 1
        on_done(done + 1)
    return Outcome(became.total(), len(steps), became["rendered"], became["failed"])


@contextlib.contextmanager
def turn(*, wait: bool) -> Iterator[bool]:
    """One seeding at a time in a database, whoever starts it; gives whether it is our turn."""
    word = "pg_advisory_lock" if wait else "pg_try_advisory_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {word}(%s)", [_TURN])
        is_ours = bool(cursor.fetchone()[0] in ("", True))
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_TURN])


class _Work:
    """What is made once for all steps."""

    def __init__(self) -> None:
        self._tileset = cache(_public_tileset)
        self._managers = cache(_managers)

    def take(self, step: Step) -> _Became:
        """Bring one tile into the store; an empty one is only found to be empty."""
        try:
            return self._draw(step) if step.is_picture else self._render(step)
        except (Problem, SourceError) as error:
            _log.warning("%s %s: %s", step.name, step.tile, error)
            return "failed"

    def _render(self, step: Step) -> _Became:
        rendered = rendering.render(self._tileset(step.name), step.tile)
        if not rendered.is_true:  # given as it was, since somebody renders it, or the database is away
            connection.ensure_connection()
            return "stored" if rendered.outcome == "previous" else "failed"
        return "rendered" if rendered.outcome == "rendered" else "stored"

    def _draw(self, step: Step) -> _Became:
        manager = self._managers()[step.name]
        coord = (step.tile.x, step.tile.y, step.tile.z)
        together = manager.meta_grid.meta_tile(coord).tiles if manager.meta_grid else [coord]
        with manager.session():
            missing = [each for each in together if each is not None and not manager.is_cached(each)]
            if missing:
                manager.load_tile_coords(missing)
        return "rendered" if missing else "stored"


def _public_tileset(name: str) -> Tileset:
    return tilesets.get(name, Audience.PUBLIC)


def _managers() -> dict[str, TileManager]:
    return maps.build_managers(Path(settings.TILE_STORE) / "maps")
