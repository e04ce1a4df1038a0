"""People of each role."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from gis_server.accounts.roles import give_role

PASSWORD = "ishi-no-ue-ni-mo-3-nen"


@pytest.fixture
def person(db: None) -> Callable[[str], User]:
    """Makes a user with a role."""

    def make(role: str, name: str = "hana") -> User:
        user = User.objects.create_user(name, password=PASSWORD)
        give_role(user, role)
        return user

    return make
