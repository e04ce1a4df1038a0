"""Which jobs are listed: the caller's own, narrowed by the parameters of the standard.

Source: OGC 18-062r2, 11.2.2 (type, processID, status, datetime, minDuration, maxDuration, limit).
"""

from __future__ import annotations

import datetime
import re
import uuid
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from ogc_api.asking import Asked
from ogc_api.features.parameters import decoded_cursor, encoded_cursor, fault, read_interval
from ogc_api.models import Job
from ogc_api.processes.documents import JOB_TYPE

PARAMETERS = ("type", "processID", "status", "datetime", "minDuration", "maxDuration", "limit", "cursor")
DEFAULT_LIMIT = 20
MAX_LIMIT = 1000
MOST_SECONDS = 1_000_000_000
STATUSES = tuple(str(value) for value in Job.Status.values)

_WHOLE_NUMBER = re.compile(r"[0-9]{1,10}", re.ASCII)


def read_page(asked: Asked, owner: Any) -> tuple[list[Job], str | None]:
    """The newest of the caller's jobs that match, and where the next page begins.

    Raises:
        Problem: 400, naming the parameter.
    """
    given = asked.parameters
    limit = min(_number("limit", given.get("limit"), 1, 10**10) or DEFAULT_LIMIT, MAX_LIMIT)
    conditions = [
        _any_of("status", given.get("status"), STATUSES),
        _any_of("process", given.get("processID"), None, "processID"),
        _created(given.get("datetime")),
        _duration(given.get("minDuration"), given.get("maxDuration")),
        _after(given.get("cursor")),
    ]
    types = _values("type", given.get("type"), (JOB_TYPE,))
    found: QuerySet[Job] = Job.objects.none()
    if owner is not None and (types is None or types):
        found = Job.objects.filter(*conditions, owner=owner).order_by("-created", "id").defer("result", "request")
    rows = list(found[: limit + 1])
    return rows[:limit], _cursor(rows[limit - 1]) if len(rows) > limit else None


def _values(name: str, text: str | None, allowed: tuple[str, ...] | None) -> list[str] | None:
    if text is None:
        return None
    values = text.split(",")
    for value in values:
        if not value or "\x00" in value or (allowed is not None and value not in allowed):
            raise fault(name, text, f"made of {', '.join(allowed)}" if allowed else "a list of names parted by commas")
    return values


def _any_of(column: str, text: str | None, allowed: tuple[str, ...] | None, name: str = "") -> Q:
    values = _values(name or column, text, allowed)
    return Q() if values is None else Q(**{f"{column}__in": values})


def _created(text: str | None) -> Q:
    interval = read_interval(text, timezone.get_default_timezone())
    if interval is None:
        return Q()
    begin = Q(created__gte=interval.start) if interval.start else Q()
    return begin & (Q(created__lte=interval.end) if interval.end else Q())


def _duration(least: str | None, most: str | None) -> Q:
    """From the start to the end; a job that has not ended has lasted from its start until now."""
    low, high = _number("minDuration", least, 0, MOST_SECONDS), _number("maxDuration", most, 0, MOST_SECONDS)
    now, condition = timezone.now(), Q()
    for bound, sign in ((low, "gte"), (high, "lte")):
        if bound is None:
            continue
        length = datetime.timedelta(seconds=bound)
        ended = Q(**{f"finished__{sign}": F("started") + length})
        started = {"gte": "lte", "lte": "gte"}[sign]
        condition &= Q(started__isnull=False) & (
            ended | Q(finished__isnull=True, **{f"started__{started}": now - length})
        )
    return condition


def _number(name: str, text: str | None, least: int, most: int) -> int | None:
    if text is None:
        return None
    if not _WHOLE_NUMBER.fullmatch(text) or not least <= int(text) <= most:
        raise fault(name, text, f"a whole number of at least {least}")
    return int(text)


def _cursor(job: Job) -> str:
    return encoded_cursor(f"{job.created.isoformat()} {job.pk}")


def _after(text: str | None) -> Q:
    if text is None:
        return Q()
    place = (decoded_cursor(text) or "").split(" ")
    try:
        created, job_id = datetime.datetime.fromisoformat(place[0]), uuid.UUID(place[1])
        created.astimezone(datetime.UTC)
    except (ValueError, IndexError, OverflowError) as error:
        raise fault("cursor", text, "a token taken from a next link") from error
    if created.tzinfo is None:
        raise fault("cursor", text, "a token taken from a next link")
    return Q(created__lt=created) | Q(created=created, id__gt=job_id)
