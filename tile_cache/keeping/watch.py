"""Looking at the log of changes: each process does it a few times a second while it is asked for anything.

A look is one small statement. It takes out of the process's memory what a change has touched, so what is still there is
as true as the look is young. Nobody has to be told anything, and there is nothing to miss: with a lost connection or a
sleeping process, the next look reads all that came since the last.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from django.db import Error

from layers import database
from tile_cache.degrees import Bounds
from tile_cache.keeping.memory import TrueMemory
from tile_cache.keeping.truth import AT_SQL, Stamp
from tile_cache.measuring import measures

PATIENCE_S: Final = 0.5
"""How long a request waits for a look that another has begun."""
RETRY_S: Final = 1.0
"""How long after a look that failed the database is asked again."""
MOST_BOXES: Final = 10_000
"""Of one look; where more has been touched, all of the layer is taken out."""


@dataclass(frozen=True, slots=True)
class View:
    """What a process knows of the log.

    Args:
        stamps: of every layer that has ever changed, by name.
        began_at: when the look began that found it, seconds of `time.monotonic`.
        epoch: which log it is: another number for another database, or for one that was restored.
    """

    stamps: dict[str, Stamp]
    began_at: float
    epoch: str

    @property
    def age_s(self) -> float:
        return time.monotonic() - self.began_at

    def revision(self, layers: Sequence[str]) -> int:
        """The sum of the layers' revisions."""
        return sum(self.stamps[name].revision for name in layers if name in self.stamps)

    def has(self, stamp: Stamp) -> bool:
        """Whether a layer stands at this very stamp."""
        return self.stamps.get(stamp.layer, Stamp(stamp.layer, 0, "")) == stamp


class Watch:
    """One process's view of the log, and the memories that follow it."""

    def __init__(self) -> None:
        self._memories: list[TrueMemory[Any, Any]] = []
        self._looking, self._failed_at = Lock(), float("-inf")
        self._began_at = 0.0
        self.view = View({}, float("-inf"), "")

    def follow_with(self, memory: TrueMemory[Any, Any]) -> None:
        """Let a memory lose what changes touch."""
        self._memories.append(memory)

    def look(self, oldest_s: float) -> bool:
        """Make sure that what is known of the log is at most so old; False where the database does not say."""
        if self.view.age_s <= oldest_s:
            return True
        asked_at = time.monotonic()
        if asked_at - self._failed_at < RETRY_S:
            return False
        if not self._looking.acquire(timeout=self._patience_s(asked_at)):
            return False
        try:
            if self.view.began_at >= asked_at or self.view.age_s <= oldest_s:
                return True
            return self._look()
        finally:
            self._looking.release()

    def forget(self) -> None:
        """Begin as a new process would."""
        with self._looking:
            self.view, self._failed_at = View({}, float("-inf"), ""), float("-inf")
            for memory in self._memories:
                memory.clear()

    def _patience_s(self, now: float) -> float:
        """None for a look that hangs already: everybody would wait for it in turn."""
        return PATIENCE_S if not self._looking.locked() or now - self._began_at < PATIENCE_S else 0.0

    def _look(self) -> bool:
        self._began_at = time.monotonic()
        try:
            view, touched = _read(self.view, self._began_at)
        except Error:
            self._failed_at = time.monotonic()
            return False
        for memory in self._memories:
            memory.follow(tuple(view.stamps.values()), touched)
        self.view = view
        return True


_ALL = f"""
SELECT r.layer, r.revision, {AT_SQL.format("c")} FROM layers_revision r
  LEFT JOIN layers_change c ON c.layer = r.layer AND c.revision = r.revision"""

_EPOCH = """
SELECT s.system_identifier::text || '-' || c.timeline_id || '-' || 'layers_change'::regclass::oid
  FROM pg_control_system() s, pg_control_checkpoint() c"""

_SINCE = f"""
SELECT s.layer, known.revision IS NOT NULL OR s.revision = 0, later.revision, {AT_SQL.format("later")},
       ST_XMin(d.geom), ST_YMin(d.geom), ST_XMax(d.geom), ST_YMax(d.geom)
  FROM unnest(%s::text[], %s::bigint[], %s::text[]) s(layer, revision, at)
  LEFT JOIN layers_change known
    ON known.layer = s.layer AND known.revision = s.revision AND {AT_SQL.format("known")} = s.at
  LEFT JOIN layers_change later ON later.layer = s.layer AND later.revision > s.revision
  LEFT JOIN LATERAL ST_Dump(later.area) d ON true
 LIMIT {MOST_BOXES + 1}"""

Touched = dict[str, Sequence[Bounds] | None]


def _read(before: View, began_at: float) -> tuple[View, Touched]:
    """The log as it is, and what has been touched since a view of it."""
    measures.count_log_look()
    now = {layer: Stamp(layer, revision, at) for layer, revision, at in database.fetch(_ALL, is_frequent=True)}
    if not before.epoch:  # the first look: nobody has listened to what came before it
        return View(now, began_at, _epoch()), dict.fromkeys(now)
    changed = [name for name, stamp in now.items() if stamp != before.stamps.get(name)]
    gone = {name for name in before.stamps if name not in now}
    if not changed and not gone:
        return View(now, began_at, before.epoch), {}
    touched, is_same_log = _touched([before.stamps.get(name, Stamp(name, 0, "")) for name in changed])
    went_back = any(now[name].revision <= before.stamps[name].revision for name in changed if name in before.stamps)
    if gone or went_back or not is_same_log:
        return View(now, began_at, _epoch()), dict.fromkeys([*before.stamps, *now])
    return View(now, began_at, before.epoch), touched


def _touched(stamps: Sequence[Stamp]) -> tuple[Touched, bool]:
    """The boxes of changes after the stamps, by layer, and whether the log still knows the stamps."""
    columns = [[s.layer for s in stamps], [s.revision for s in stamps], [s.at for s in stamps]]
    rows = database.fetch(_SINCE, columns)
    boxes: defaultdict[str, list[Bounds]] = defaultdict(list)
    for layer, _, _, _, *box in rows:
        if box[0] is not None:
            boxes[layer].append((box[0], box[1], box[2], box[3]))
    is_too_much = len(rows) > MOST_BOXES
    return {s.layer: None if is_too_much else boxes[s.layer] for s in stamps}, all(known for _, known, *_ in rows)


def _epoch() -> str:
    ((epoch,),) = database.fetch(_EPOCH)
    return str(epoch)


WATCH: Final = Watch()
"""This process's."""
