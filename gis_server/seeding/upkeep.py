"""What the worker does by itself: new offline packs when data have changed, and old runs put away."""

from __future__ import annotations

import datetime
from typing import Final

from django.utils import timezone

from gis_server.seeding.kept_packs import is_due
from gis_server.seeding.models import BUSY, SeedRun
from gis_server.seeding.tasks import start
from layers.problems import Problem
from tile_cache.seeding.wanted import Wanted

KEPT: Final = datetime.timedelta(days=90)
AFTER_FAILURE: Final = datetime.timedelta(hours=1)


def keep_packs() -> bool:
    """Ask for new packs where it is time; whether it was."""
    now = timezone.now()
    SeedRun.objects.exclude(state__in=list(BUSY)).filter(ended_at__lt=now - KEPT).delete()
    packs = SeedRun.objects.filter(kind=SeedRun.Kind.PACKS)
    if packs.filter(state__in=list(BUSY)).exists() or not is_due(now):
        return False
    if packs.exclude(state=SeedRun.State.DONE).filter(ended_at__gt=now - AFTER_FAILURE).exists():
        return False
    try:
        start(SeedRun.Kind.PACKS, Wanted())
    except Problem:  # somebody else was quicker
        return False
    return True
