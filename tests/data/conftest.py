"""Clients of each audience, and what is remembered between tests forgotten."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from gis_server.accounts.roles import give_role


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


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
