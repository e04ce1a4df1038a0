"""Places in a database whose commits are real, and asking for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

Ask = Callable[..., list[dict[str, Any]]]
Places = Iterator[Ask]
REAL_FILES = (
    "town_points_132047.json",
    "gsi_emergency_sites_132047_mitaka.geojson",
    "gsi_shelters_132047_mitaka.geojson",
    "boundary_132047_n03.geojson",
)


@pytest.fixture
def ask(committed: None) -> Ask:
    """The properties of the places that a search finds, each with its id and position."""

    def search(text: str, **parameters: str) -> list[dict[str, Any]]:
        answer = Client().get("/places/", {"q": text} | parameters)
        assert answer.status_code == 200, answer.content
        return [
            feature["properties"] | {"id": feature["id"], "at": feature["geometry"]["coordinates"]}
            for feature in answer.json()["features"]
        ]

    return search


@pytest.fixture(scope="module")
def mitaka(django_db_setup: None, django_db_blocker: Any, real_data: Path) -> Places:
    """The real towns, sites, shelters and outline, once for a module; every test only reads."""
    from django.db import connection

    from tests.conftest import empty_layers

    with django_db_blocker.unblock():
        for name in REAL_FILES:
            call_command("import_file", str(real_data / "mitaka" / name), "--yes", verbosity=0)

        def search(text: str, **parameters: str) -> list[dict[str, Any]]:
            return [
                feature["properties"] | {"id": feature["id"], "at": feature["geometry"]["coordinates"]}
                for feature in Client().get("/places/", {"q": text} | parameters).json()["features"]
            ]

        yield search
        empty_layers()
        connection.close()
