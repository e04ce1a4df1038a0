"""Asking for jobs, and waiting for them, as a client does."""

from __future__ import annotations

import json
import time
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from gis_server.accounts.models import create_token
from gis_server.accounts.roles import give_role
from tests.navigation.networks import place

AREA = "/api/processes/service-area/execution"
ROUTE = "/api/processes/route/execution"
POINT = {"inputs": {"from": list(place(100, 100)), "minutes": [2]}}
SITES = {"inputs": {"hazard": "flood", "minutes": [2]}}
PATIENCE_S = 30


def member(name: str) -> Client:
    user = User.objects.create_user(name)
    give_role(user, "staff")
    return Client(headers={"Authorization": f"Bearer {create_token(user)}"})


def submit(client: Client, body: Any = POINT, path: str = AREA, **headers: str) -> Any:
    sent = {"Prefer": "respond-async"} | headers
    return client.post(path, json.dumps(body), content_type="application/json", headers=sent)


def address(response: Any) -> str:
    assert response.status_code == 201, response.content
    return str(response["Location"]).removeprefix("http://testserver")


def key(path: str) -> str:
    return path.rsplit("/", 1)[1]


def wait_until(path: str, *statuses: str) -> dict[str, Any]:
    """Until a job stands so; the deadline decides."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        told = Client().get(path).json()
        if told["status"] in statuses:
            return dict(told)
        time.sleep(0.05)
    raise AssertionError(f"never {statuses}: {told}")
