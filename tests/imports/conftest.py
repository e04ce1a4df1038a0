"""Staff of each role, files to send, and the worker: in this process, or as the real one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from gis_server.accounts.models import create_token
from gis_server.accounts.roles import give_role
from gis_server.imports.looking import work_on
from gis_server.imports.models import Upload

CHECKOUT = Path(__file__).resolve().parents[2]
GOOD_AND_BAD = (
    "名称,緯度,経度,住所\n架空図書館,35.6850,139.5600,下連雀1\n架空センター,35.6900,139.5700,井の頭2\n=1+1,,,大沢4\n"
)


class Sender:
    """Somebody of a role, with a token."""

    def __init__(self, role: str) -> None:
        self.user, _ = User.objects.get_or_create(username=f"{role}-person")
        give_role(self.user, role)
        headers = {"Authorization": f"Bearer {create_token(self.user)}", "Accept": "application/json"}
        self.client = Client(headers=headers)

    def send(self, *files: tuple[str, str | bytes]) -> Any:
        data = [SimpleUploadedFile("x", text.encode() if isinstance(text, str) else text) for _, text in files]
        for file, (name, _) in zip(data, files, strict=True):
            file._name = name  # as a hostile client writes it, past what the test client would clean
        return self.client.post("/imports/uploads", {"file": data})

    def sent(self, *files: tuple[str, str | bytes]) -> Upload:
        answer = self.send(*files)
        assert answer.status_code == 201, answer.content
        return Upload.objects.get(pk=answer.json()["uploads"][0]["id"])

    def ready(self, *files: tuple[str, str | bytes]) -> Upload:
        """An upload that the worker has looked at."""
        upload = self.sent(*files)
        work_on(str(upload.pk))
        upload.refresh_from_db()
        return upload

    def post(self, upload: Upload, action: str, **form: str) -> Any:
        return self.client.post(f"/imports/uploads/{upload.pk}/{action}", form)

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=headers)


@pytest.fixture
def as_role(committed: None, settings: Any, tmp_path: Path) -> Iterator[Callable[[str], Sender]]:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    yield Sender
    Upload.objects.all().delete()
    User.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


@pytest.fixture
def staff(as_role: Callable[[str], Sender]) -> Sender:
    return as_role("staff")


def done(upload: Upload) -> Upload:
    """The upload once the worker has done what its state asks for."""
    work_on(str(upload.pk))
    upload.refresh_from_db()
    return upload


def start_worker(home: Path, *words: str, command: str = "work") -> subprocess.Popen[bytes]:
    """The real worker, or what it starts, on the tests' database."""
    url = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + connection.settings_dict["NAME"]))
    env = os.environ | {"DATABASE_URL": url, "GIS_HOME": str(home), "DJANGO_SETTINGS_MODULE": "gis_server.settings"}
    argv = [sys.executable, "-m", "gis_server.manage", command, *words]
    return subprocess.Popen(argv, cwd=CHECKOUT, env=env)


def facilities() -> list[str]:
    from layers import registry

    return list(registry.get("facilities").model.objects.order_by("name").values_list("name", flat=True))


def geojson(*names: str) -> str:
    features = [
        {
            "type": "Feature",
            "properties": {"name": name, "category": "other"},
            "geometry": {"type": "Point", "coordinates": [139.56 + number / 1000, 35.68]},
        }
        for number, name in enumerate(names)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
