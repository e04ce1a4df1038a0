"""Staff with a token, and a shape to draw."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from gis_server.accounts.models import create_token
from gis_server.accounts.roles import give_role

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[139.56, 35.68], [139.561, 35.68], [139.561, 35.681], [139.56, 35.681], [139.56, 35.68]]],
}
Send = Callable[..., Any]


@pytest.fixture
def send_as(committed: None) -> Callable[[str], Send]:
    """Sends edits as somebody of a role, as JSON, with a token."""

    def sender(role: str) -> Send:
        user = User.objects.create_user(f"{role}-person")
        give_role(user, role)
        headers = {"Authorization": f"Bearer {create_token(user)}"}

        def send(method: str, path: str, document: Any = None, **more: str) -> Any:
            body = document if isinstance(document, bytes) else json.dumps(document).encode()
            names = {name.replace("_", "-"): value for name, value in more.items()}
            return Client().generic(method, path, body, content_type="application/json", headers=headers | names)

        return send

    yield sender
    User.objects.all().delete()


@pytest.fixture
def send(send_as: Callable[[str], Send]) -> Send:
    """Sends edits as disaster staff."""
    return send_as("disaster-staff")


def area(feature_id: str = "a-1", geometry: Any = SQUARE, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "id": feature_id, "geometry": geometry, "properties": {"kind": "flood"} | properties}
