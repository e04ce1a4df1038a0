"""What the tests of tiles, styles and maps share: rows that are committed, and layers for staff alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.contrib.gis.geos import GEOSGeometry
from django.test import Client

from gis_server.accounts.roles import give_role
from gis_server.ogc_parts import pictures
from layers import registry
from layers.spec import Audience, LayerSpec
from ogc_api import apis
from tests.ogc_api.rows import add

HERE = (139.56, 35.685)
AREA = "MULTIPOLYGON(((139.558 35.683, 139.562 35.683, 139.562 35.687, 139.558 35.687, 139.558 35.683)))"


def draw(name: str, feature_id: str, wkt: str, **given: object) -> None:
    """A row with a shape of its own."""
    add(registry.get(name), feature_id, **given)
    registry.get(name).model.objects.filter(id=feature_id).update(geometry=GEOSGeometry(wkt, srid=4326))


@pytest.fixture
def for_staff(monkeypatch) -> Callable[[str], LayerSpec]:
    """Declares a layer to be for staff alone."""

    def change(name: str) -> LayerSpec:
        layer = replace(registry.get(name), read=Audience.STAFF)
        monkeypatch.setitem(registry._layers, name, layer)
        apis.forget()
        return layer

    return change


@pytest.fixture
def signed_in(committed: None) -> Iterator[Callable[[str], Client]]:
    """Makes a signed-in client of a role in the database whose commits are real."""

    def make(role: str) -> Client:
        client = Client()
        if role != "public":
            user = User.objects.create_user(f"{role}-of-maps")
            give_role(user, role)
            client.force_login(user)
        return client

    yield make
    User.objects.filter(username__endswith="-of-maps").delete()


@pytest.fixture(autouse=True)
def drawn_anew() -> Iterator[None]:
    """No drawing of another test's database or declaration."""
    yield
    pictures.forget()
