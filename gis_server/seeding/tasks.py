"""The work that is handed to the worker; procrastinate finds this module by its name."""

from __future__ import annotations

from asgiref.sync import sync_to_async
from django.db import IntegrityError, transaction
from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from gis_server.command.children import reason_of, run_child
from gis_server.seeding.models import BUSY, SeedRun, move
from layers.problems import Problem
from tile_cache.seeding.wanted import Wanted

QUEUE = "seeding"
PAUSE_S = 5
DATABASE_AWAY = 75
"""How the process says that the database was away, so that it is worth while to begin again (sysexits.h: TEMPFAIL)."""

MOST_ATTEMPTS = 8
"""Work that takes the worker down with it each time must not do so for ever."""


class DatabaseWasAwayError(Exception):
    """The run is to be taken up again."""


@app.task(
    name="seed_tiles",
    queue=QUEUE,
    lock=QUEUE,
    pass_context=True,
    retry=RetryStrategy(max_attempts=MOST_ATTEMPTS, wait=PAUSE_S),
)
async def seed_tiles(context: JobContext, run: int) -> None:
    """Do a run in a process of its own; done again after an end in the middle, it goes on where it was."""
    if context.job.attempts >= MOST_ATTEMPTS:
        await sync_to_async(_give_up)(run, f"given up after {MOST_ATTEMPTS} attempts")
        return
    status = await run_child("run_seeding", str(run))
    if status == DATABASE_AWAY:
        raise DatabaseWasAwayError
    if status:
        await sync_to_async(_give_up)(run, reason_of(status))


def start(kind: SeedRun.Kind, wanted: Wanted, actor: str = "") -> SeedRun:
    """Ask the worker for a run.

    Raises:
        Problem: 409 where one of this kind waits or runs already.
    """
    try:
        with transaction.atomic():
            run = SeedRun.objects.create(kind=kind, wanted=wanted.document(), actor=actor)
            run.job = seed_tiles.defer(run=run.pk)
            run.save(update_fields=["job"])
    except IntegrityError as error:
        detail = f"another run of the kind {kind.value!r} is under way; cancel it or wait for its end"
        raise Problem(409, "already under way", detail) from error
    return run


def call_off(run: SeedRun) -> bool:
    """Ask a run to end after the tile in hand; False where it has ended. One that has not begun ends at once."""
    if move(run, {SeedRun.State.WAITING}, SeedRun.State.CANCELLED, ended_at=timezone.now()):
        return True
    return bool(SeedRun.objects.filter(pk=run.pk, state__in=list(BUSY)).update(is_cancel_wanted=True))


def _give_up(run_id: int, message: str) -> None:
    run = SeedRun.objects.filter(pk=run_id).first()
    if run is not None:
        move(run, BUSY, SeedRun.State.FAILED, message=message, ended_at=timezone.now())
