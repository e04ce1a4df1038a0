"""A process of its own that answers requests for tiles, asked over its standard input, one line each way."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Told:
    """What the process answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_hit(self) -> bool:
        return self.headers["cache-status"].startswith("machigis; hit")


class OtherProcess:
    """One process of the product's own WSGI application."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def ask(self, path: str, **headers: str) -> Told:
        """What it answers to a GET."""
        self.send(path, **headers)
        return self.receive()

    def send(self, path: str, **headers: str) -> None:
        self.process.stdin.write(json.dumps({"path": path, "headers": headers}) + "\n")
        self.process.stdin.flush()

    def receive(self) -> Told:
        answer = json.loads(self.process.stdout.readline())
        return Told(answer["status"], answer["headers"], base64.b64decode(answer["body"]))


@contextmanager
def other_process(
    database_url: str, tiles: Path, *, look_seconds: float = 0.0, env: Mapping[str, str] = os.environ
) -> Iterator[OtherProcess]:
    """Start one; it ends with the block."""
    env = dict(env) | {"DATABASE_URL": database_url, "TILES": str(tiles), "LOOK_SECONDS": str(look_seconds)}
    argv = [sys.executable, "-m", "tests.tile_cache.other_process"]
    with subprocess.Popen(argv, env=env, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as it:
        try:
            yield OtherProcess(it)
        finally:
            it.kill()


def _main() -> None:
    from django.conf import settings

    from gis_server import wsgi
    from layers import registry

    settings.TILE_STORE, settings.TILE_LOOK_SECONDS = Path(os.environ["TILES"]), float(os.environ["LOOK_SECONDS"])
    registry.consult(lambda is_exact: registry.Added())
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(_answer(wsgi.application, asked["path"], asked["headers"])), flush=True)


def _answer(application, path: str, headers: dict[str, str]) -> dict:
    from wsgiref.util import setup_testing_defaults

    environ: dict = {"PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": "", "HTTP_ACCEPT_ENCODING": "gzip"}
    environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    setup_testing_defaults(environ)
    begun: list = []
    body = b"".join(application(environ, lambda status, given, exc_info=None: begun.append((status, given))))
    status, given = begun[-1]
    named = {name.lower(): value for name, value in given}
    return {"status": int(status[:3]), "headers": named, "body": base64.b64encode(body).decode()}


if __name__ == "__main__":
    _main()
