"""A town to walk in, and a routing service that has read nothing yet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db import connection

from gis_server.navigation import processes as navigation
from gis_server.navigation.service import RoutingService
from ogc_api.models import Job
from tests.navigation.networks import grid, save
from tests.navigation.test_routes import site


@pytest.fixture(autouse=True)
def routing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A routing service that has read nothing yet."""
    monkeypatch.setattr(navigation, "SERVICE", RoutingService())


@pytest.fixture
def town(committed: None) -> Iterator[None]:
    """A town to walk in, with sites; the tables of jobs are empty afterwards."""
    save(*grid(5))
    for number in range(3):
        site(f"E{number}", (100 * number, 100), "flood")
    yield
    Job.objects.all().delete()
    User.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
