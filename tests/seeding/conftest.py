"""Staff and others, a small town, and the worker: in this process, or as the real one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from gis_server.accounts.models import create_token
from gis_server.accounts.roles import give_role
from gis_server.seeding.models import SeedRun
from gis_server.seeding.running import work_on

HERE = (139.56, 35.685)
AREA = "139.55,35.675,139.57,35.695"


@pytest.fixture
def town(committed: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    """Two shelters, one for the margin of many tiles; a home of its own for tiles and packs."""
    settings.TILE_STORE, settings.PACK_STORE = tmp_path / "tiles", tmp_path / "packs"
    with connection.cursor() as cursor:
        for number in range(2):
            cursor.execute(
                "INSERT INTO layers_shelter (id, name, contact_phone, geometry)"
                " VALUES (%s, '第一小学校', '0422-00-0000', ST_SetSRID(ST_Point(%s, %s), 4326))",
                [f"s{number}", HERE[0] + number / 1000, HERE[1]],
            )
    yield
    SeedRun.objects.all().delete()
    User.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


@pytest.fixture
def as_role(town: None) -> Callable[..., Client]:
    """A client with the token of somebody of a role; "" for an account without one."""

    def sign_in(role: str, **headers: str) -> Client:
        user, _ = User.objects.get_or_create(username=f"{role or 'no'}-person")
        if role:
            give_role(user, role)
        return Client(
            headers={"Authorization": f"Bearer {create_token(user)}", "Accept": "application/json", **headers}
        )

    return sign_in


@pytest.fixture
def staff(as_role: Callable[..., Client]) -> Client:
    return as_role("staff")


def do_all() -> list[SeedRun]:
    """Do in this process what waits for the worker; all runs, the newest first."""
    for run in SeedRun.objects.filter(state="waiting"):
        work_on(run.pk)
    return list(SeedRun.objects.all())
