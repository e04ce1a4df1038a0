"""Who writes by HTTP, and bodies for any layer, made from its declaration."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, models
from django.test import Client

from gis_server.accounts.models import create_token
from gis_server.accounts.roles import give_role
from layers import values
from layers.spec import Audience, LayerSpec
from tests.ogc_api.rows import value_for

GEOJSON = "application/geo+json"
PATCH = "application/merge-patch+json"
AREAS = "/api/collections/damage-areas/items"
SITES = "/api/collections/evacuation-sites/items"
Send = Callable[..., Any]

_COORDINATES: dict[str, Any] = {
    "Point": [139.56, 35.68],
    "LineString": [[139.56, 35.68], [139.57, 35.68]],
    "MultiLineString": [[[139.56, 35.68], [139.57, 35.68]]],
    "MultiPolygon": [[[[139.56, 35.68], [139.57, 35.68], [139.57, 35.69], [139.56, 35.68]]]],
}


def sender(role: str, name: str = "") -> Send:
    """Sends as a new person of a role, with a token."""
    user = User.objects.create_user(name or f"{role}-writer")
    give_role(user, role)
    return sender_with(create_token(user))


def sender_with(token: str) -> Send:
    def send(method: str, path: str, document: Any = None, **headers: str) -> Any:
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = given.pop("Content-Type", PATCH if method == "PATCH" else GEOJSON)
        given |= {"Authorization": f"Bearer {token}"}
        return Client().generic(method, path, body, content_type=kind, headers=given)

    return send


def geometry_of(layer: LayerSpec) -> dict[str, Any]:
    kind = "Point" if layer.geometry_type == "Geometry" else layer.geometry_type
    return {"type": kind, "coordinates": _COORDINATES[kind]}


def values_of(layer: LayerSpec, audience: Audience) -> dict[str, Any]:
    """Something in every field that the audience may write."""
    fields = layer.editable_fields_for(audience)
    addresses = {f.name for f in fields if isinstance(values.column_of(layer, f), models.URLField)}
    return {f.name: "https://example.jp/" if f.name in addresses else value_for(layer, f) for f in fields}


def feature(layer: LayerSpec, audience: Audience, feature_id: str | None = None, **more: Any) -> dict[str, Any]:
    document = {
        "type": "Feature",
        "geometry": geometry_of(layer),
        "properties": values_of(layer, audience) | more,
    }
    return document if feature_id is None else document | {"id": feature_id}


def point(name: str = "場所", **more: Any) -> dict[str, Any]:
    """An evacuation site."""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [139.56, 35.68]},
        "properties": {"name": name},
    } | more


def together(count: int, work: Callable[[int], Any]) -> list[Any]:
    """What so many writers get at the same time, each on a connection of its own."""

    def one(number: int) -> Any:
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
