"""Clients of each audience, and layers with rows that everybody and rows that only staff may see."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from gis_server.accounts.roles import give_role
from ogc_api import apis
from tests.ogc_api.maps import drawn_anew, for_staff, signed_in  # noqa: F401 - fixtures
from tests.ogc_api.serving import site  # noqa: F401 - a fixture
from tests.tile_cache.conftest import mapnik_lets_go, store  # noqa: F401 - fixtures


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Rows are emptied between tests behind the log's back, so what is remembered by revision must go too."""
    cache.clear()
    apis.forget()


@pytest.fixture
def member(db: None) -> Callable[[str], Client]:
    """Makes a signed-in client of a role; "public" is nobody in particular."""

    def make(role: str) -> Client:
        client = Client()
        if role != "public":
            user = User.objects.create_user(f"{role}-person")
            give_role(user, role)
            client.force_login(user)
        return client

    return make
