"""The span of time of what a map shows.

Source: OGC API - Maps - Part 1: Core (OGC 20-058), /req/core/map-response (Content-Datetime).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.utils import timezone

from layers import registry
from layers.reading import Query, Selection, quoted, rows, where
from layers.spec import Audience, LayerSpec


def shown_times(names: Iterable[str]) -> str | None:
    """From the first to the last time of what everybody may see of some layers; None where nothing has one.

    What has begun and not ended lasts until now.
    """
    spans = [_span(layer) for layer in map(registry.get, names) if layer.period is not None]
    starts = [start for start, _ in spans if start is not None]
    ends = [end for _, end in spans if end is not None]
    if not starts or not ends:
        return None
    return f"{_written(min(starts))}/{_written(max(max(ends), min(starts)))}"


def _span(layer: LayerSpec) -> tuple[datetime.datetime | None, datetime.datetime | None]:
    assert layer.period is not None  # noqa: S101 - the caller has looked
    start, end = (f"t.{quoted(name)}" for name in (layer.period.start, layer.period.end))
    query = Query(
        f"SELECT min({start}), max(coalesce({end}, CASE WHEN {start} IS NOT NULL THEN date_trunc('day', now()) END))"
        f" FROM {quoted(layer.table)} t"
    )
    first, last = next(iter(rows(query + where(Selection(layer, Audience.PUBLIC)))))
    return _moment(first), _moment(last)


def _moment(value: datetime.datetime | datetime.date | None) -> datetime.datetime | None:
    if value is None or isinstance(value, datetime.datetime):
        return value
    return datetime.datetime.combine(value, datetime.time.min, timezone.get_default_timezone())


def _written(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
