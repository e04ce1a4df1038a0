"""One run, done by the worker's child: seeding or packs, with its progress in its row."""

from __future__ import annotations

import time
from typing import Final

from django.db import connection
from django.utils import timezone

from gis_server.seeding import kept_packs
from gis_server.seeding.models import BUSY, SeedRun, move
from layers.problems import Problem
from tile_cache.packs.contents import Stopped
from tile_cache.seeding import running
from tile_cache.seeding.plan import build_plan
from tile_cache.seeding.wanted import from_document

State = SeedRun.State
_EVERY_S: Final = 1.0


def work_on(number: int) -> None:
    """Do what a run asks for; nothing where it has ended."""
    run = SeedRun.objects.filter(pk=number).first()
    if run is None or not run.is_busy:
        return
    with running.turn(wait=True), Reporter(run) as reporter:
        if not move(run, BUSY, State.RUNNING, began_at=timezone.now(), done=0):
            return
        try:
            _SORTS[SeedRun.Kind(run.kind)](run, reporter)
        except Stopped:
            _end(run, State.CANCELLED)
        except (Problem, OSError) as error:
            _end(run, State.FAILED, getattr(error, "detail", None) or str(error))


def _seed(run: SeedRun, reporter: Reporter) -> None:
    plan = build_plan(from_document(run.wanted))
    reporter.say(0, len(plan))
    outcome = running.seed(plan, lambda done: reporter(done, len(plan)), reporter.is_stopped)
    reporter.say(outcome.done, outcome.total)
    run.failed = outcome.failed
    _end(run, State.DONE if outcome.is_whole else State.CANCELLED)


def _make_packs(run: SeedRun, reporter: Reporter) -> None:
    kept_packs.make(from_document(run.wanted), on_done=reporter, is_stopped=reporter.is_stopped)
    _end(run, State.DONE)


def _end(run: SeedRun, state: State, message: str = "") -> None:
    move(run, BUSY, state, message=message, ended_at=timezone.now(), failed=run.failed)


_SORTS: Final = {SeedRun.Kind.SEED: _seed, SeedRun.Kind.PACKS: _make_packs}


class Reporter:
    """Writes a run's progress, at most once a second, and hears with it whether the run is called off.

    By a connection of its own: a pack is read in one long transaction that writes nothing.
    """

    def __init__(self, run: SeedRun) -> None:
        self._run = run
        self._connection = connection.copy()
        self._said_at = 0.0
        self._is_cancelled = False

    def __enter__(self) -> Reporter:
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self._said_at > _EVERY_S or done == total:
            self.say(done, total)

    def say(self, done: int, total: int) -> None:
        self._said_at = time.monotonic()
        with self._connection.cursor() as cursor:
            cursor.execute(
                "UPDATE seeding_seedrun SET done = %s, total = %s WHERE id = %s RETURNING is_cancel_wanted",
                [done, total, self._run.pk],
            )
            found = cursor.fetchone()
        self._is_cancelled = found is None or bool(found[0])

    def is_stopped(self) -> bool:
        return self._is_cancelled
