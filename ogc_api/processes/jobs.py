"""Jobs from being accepted to being forgotten. Every change of state is one statement that names the state before.

A job waits in the very transaction that stores it: where nothing is handed over, nothing is stored.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Sum
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from layers.problems import Problem
from ogc_api.callers import Caller
from ogc_api.models import Job
from ogc_api.processes.progress import DismissedError

TASK = "run_job"
QUEUE = "jobs"
MOST_OF_ONE = 5
"""Jobs of one caller that wait or run."""
MOST_IN_ALL = 50
RETRY_AFTER_S = 30
MOST_RESULT_BYTES = 20_000_000
MOST_KEPT_BYTES = 500_000_000
"""Of all results together; the oldest make room."""
KEPT = datetime.timedelta(days=3)
"""How long a job is remembered once it has ended."""

Status = Job.Status
UNFINISHED = (Status.ACCEPTED, Status.RUNNING)
ENDED = (Status.SUCCESSFUL, Status.FAILED, Status.DISMISSED)

# Any number will do that no other part of the product locks.
_COUNTING = 0x6A6F6273


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run, for whom, and in which language."""

    process: str
    body: dict[str, Any]
    caller: Caller
    audience: str
    language: str


def submit(order: Order) -> Job:
    """Accept a job and hand it over to the worker.

    Raises:
        Problem: 429 where this caller has enough jobs waiting, 503 where everybody together has.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_COUNTING])
        _check_room(order.caller)
        job = Job(
            process=order.process,
            owner=order.caller.owner,
            caller=order.caller.key,
            audience=order.audience,
            language=order.language,
            request=json.dumps(order.body),
        )
        job.handed_over = app.configure_task(TASK, queue=QUEUE, lock=QUEUE).defer(job=str(job.pk))
        job.save(force_insert=True)
    return job


def _check_room(caller: Caller) -> None:
    unfinished = Job.objects.filter(status__in=UNFINISHED)
    own = unfinished.filter(caller=caller.key).count()
    if own >= MOST_OF_ONE:
        detail = f"{own} of your jobs are waiting or running, {MOST_OF_ONE} are possible; wait for one, or dismiss one"
        raise Problem(429, "too many jobs", detail)
    if unfinished.count() >= MOST_IN_ALL:
        detail = f"{MOST_IN_ALL} jobs are waiting or running, no more are accepted now; try again later"
        raise Problem(503, "too many jobs", detail)


def move(job_id: object, before: Collection[str], **members: Any) -> bool:
    """Change a job whose state is one of `before`, whoever else tries the same; whether it was."""
    members.setdefault("updated", timezone.now())
    return bool(Job.objects.filter(pk=job_id, status__in=list(before)).update(**members))


def dismiss(job: Job) -> bool:
    """Call off a job that waits or runs, or take away the result of one that has ended; False if that was done."""
    now = timezone.now()
    gone = {"status": Status.DISMISSED, "updated": now, "message": "", "result": "", "result_bytes": 0, "problem": ""}
    if not move(job.pk, UNFINISHED, finished=now, **gone):
        return move(job.pk, (Status.SUCCESSFUL, Status.FAILED), **gone)
    if job.handed_over is not None:
        app.job_manager.cancel_job_by_id(job.handed_over, abort=True)
    return True


def begin(job_id: str) -> Job | None:
    """Take up a job, for the first time or after a worker has died over it; None where nothing is to be done."""
    now = timezone.now()
    begun = {"status": Status.RUNNING, "started": now, "progress": 0, "message": "", "attempt": F("attempt") + 1}
    if not move(job_id, UNFINISHED, updated=now, **begun):
        return None
    return Job.objects.get(pk=job_id)


class Kept:
    """The progress of a job, kept in its row; only the latest attempt may write there."""

    def __init__(self, job: Job) -> None:
        self._mine = Job.objects.filter(pk=job.pk, attempt=job.attempt, status=Status.RUNNING)

    def report(self, percent: float, message: str = "") -> None:
        """See `progress.Progress`."""
        whole = max(0, min(100, int(percent)))
        if not self._mine.update(progress=whole, message=_text(message, 500), updated=timezone.now()):
            raise DismissedError

    def succeed(self, media_type: str, result: str) -> None:
        size = len(result.encode())
        if size > MOST_RESULT_BYTES:
            detail = f"the result has {size} bytes, more than the {MOST_RESULT_BYTES} that are kept; ask for less"
            self.fail(Problem(422, "the result is too large", detail).document())
            return
        kept = {"media_type": media_type, "result": result, "result_bytes": size}
        self._end(status=Status.SUCCESSFUL, progress=100, message="", **kept)

    def fail(self, problem: dict[str, Any]) -> None:
        self._end(status=Status.FAILED, message=_text(problem.get("detail", ""), 2000), problem=json.dumps(problem))

    def _end(self, **members: Any) -> None:
        now = timezone.now()
        self._mine.update(finished=now, updated=now, **members)


def _text(said: object, longest: int) -> str:
    """What is said, as the database can keep it."""
    return str(said).replace("\x00", "\N{REPLACEMENT CHARACTER}")[:longest]


def give_up(job_id: str, reason: str) -> None:
    """A job whose worker could not end it."""
    now = timezone.now()
    problem = Problem(500, "the job failed", reason).document()
    failed = {"status": Status.FAILED, "message": reason, "problem": json.dumps(problem)}
    move(job_id, UNFINISHED, finished=now, updated=now, **failed)


def tidy_up() -> int:
    """Forget old jobs, and give up those that no worker will ever take up; how many there were."""
    return _give_up_lost() + _forget_old() + _make_room()


def _give_up_lost() -> int:
    """Jobs whose handing over is gone, such as after a restore of half a backup."""
    lost = Job.objects.filter(status__in=UNFINISHED).exclude(
        handed_over__in=ProcrastinateJob.objects.filter(status__in=("todo", "doing")).values("id")
    )
    ids = [str(number) for number in lost.values_list("pk", flat=True)]
    for job_id in ids:
        give_up(job_id, "the worker does not know of this job any more; send it again")
    return len(ids)


def _forget_old() -> int:
    return Job.objects.filter(status__in=ENDED, updated__lt=timezone.now() - KEPT).delete()[0]


def _make_room() -> int:
    """Take the oldest results away until the rest is small enough."""
    too_much = (Job.objects.aggregate(total=Sum("result_bytes"))["total"] or 0) - MOST_KEPT_BYTES
    removed = 0
    for job in Job.objects.filter(status=Status.SUCCESSFUL).order_by("updated").only("pk", "result_bytes").iterator():
        if too_much <= 0:
            break
        too_much -= job.result_bytes
        removed += dismiss(job)
    return removed
