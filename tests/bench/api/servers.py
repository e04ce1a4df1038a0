"""The three servers: how each is started, as its own manual says for real use, and how each is asked."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from gis_server.command import server as granian
from gis_server.command.places import Checkout, Home, build_server_environment
from gis_server.command.processes import Program, Service
from gis_server.environment import CHECKOUT
from layers import registry
from layers.spec import Audience
from ogc_api.features.parameters import write_cursor
from tests.bench.api.asks import Ask
from tests.bench.api.data import BUILDINGS, FACILITIES
from tests.bench.running import WorkFailedError

WORKERS = 2
START_S = 120
HOST = "127.0.0.1"
LAYERS = (FACILITIES, BUILDINGS)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server runs.

    Args:
        home: a folder for its settings and its log.
        url: the database that it reads.
        peers: the environment in which others are installed.
    """

    home: Path
    url: str
    peers: Path


@dataclass(frozen=True, slots=True)
class Server:
    """One side of the comparison.

    Args:
        name: for the table.
        start: starts it on a port.
        path: of a collection's items, from the layer's name.
        parameters: a request's parameters in its own words.
        ready: an address that answers as soon as it serves.
    """

    name: str
    start: Callable[[Place, int], Service]
    path: Callable[[str], str]
    parameters: Callable[[Ask], Mapping[str, str]]
    ready: str

    def address(self, ask: Ask) -> str:
        """Path and query of a request."""
        if ask.item:
            return f"{self.path(ask.layer)}/{quote(ask.item)}"
        return f"{self.path(ask.layer)}?{urlencode(self.parameters(ask))}"

    @contextmanager
    def running(self, place: Place) -> Iterator[Running]:
        """The server, up and answering; gone afterwards."""
        with started(self.start, self.ready, place) as running:
            yield running


@contextmanager
def started(start: Callable[[Place, int], Service], ready: str, place: Place) -> Iterator[Running]:
    """A server on a port that was free, as soon as it answers at the address `ready`; gone afterwards."""
    place.home.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    service = start(place, port)
    try:
        base = f"http://{HOST}:{port}"
        _wait(service, base + ready)
        yield Running(base, service)
    finally:
        service.stop(patience_s=15)


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers at `base`, with the process that began it."""

    base: str
    service: Service

    def get(self, address: str, headers: Mapping[str, str] | None = None, timeout_s: float = 60) -> Answer:
        """One answer, whatever its status.

        Raises:
            WorkFailedError: there was none.
        """
        request = urllib.request.Request(self.base + address, headers=dict(headers or {}))  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310 - loopback
                return Answer(answer.status, answer.headers.get("ETag", ""), answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, "", error.read())
        except OSError as error:
            raise WorkFailedError(f"{self.service.name}: {address}: {error}") from error


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered."""

    status: int
    etag: str
    content: bytes


def _standard(ask: Ask) -> dict[str, str]:
    """What all servers call alike (OGC API - Features, parts 1 and 3)."""
    given = {"limit": str(ask.limit)}
    if ask.bbox is not None:
        given["bbox"] = ",".join(str(degrees) for degrees in ask.bbox)
    if ask.condition:
        given["filter"] = ask.condition
    return given


def _with_cursor(ask: Ask) -> dict[str, str]:
    """Ours names the feature that a page begins after."""
    return _standard(ask) | ({"cursor": write_cursor(ask.after)} if ask.after else {})


def _with_offset(ask: Ask) -> dict[str, str]:
    """The others count the features before a page."""
    return _standard(ask) | ({"offset": str(ask.skipped)} if ask.skipped else {})


def start_ours(place: Place, port: int) -> Service:
    """Granian as `./gis up` starts it."""
    home = Home(place.home)
    for folder in (home.logs, home.static):  # whoever serves finds them there; nothing static is asked for here
        folder.mkdir(exist_ok=True)
    env = build_server_environment(os.environ, home, place.url, "")
    return granian.start(Checkout(CHECKOUT), home, env, HOST, port, WORKERS)


def _start_pygeoapi(place: Place, port: int) -> Service:
    return start_pygeoapi(place, port, pygeoapi_settings(place.url, port))


def start_pygeoapi(place: Place, port: int, given: Mapping[str, Any]) -> Service:
    """Gunicorn, in front of pygeoapi's Flask application. Its answers are in JSON unless a browser asks."""
    settings, definition = place.home / "pygeoapi.yml", place.home / "pygeoapi-openapi.yml"
    settings.write_text(json.dumps(given, ensure_ascii=False))
    env = outside() | {"PYGEOAPI_CONFIG": str(settings), "PYGEOAPI_OPENAPI": str(definition)}
    write = [place.peers / "bin" / "pygeoapi", "openapi", "generate", settings, "--output-file", definition]
    done = subprocess.run([str(word) for word in write], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise WorkFailedError(f"pygeoapi: {(done.stderr or done.stdout).strip()[-300:]}")
    threads = ["--worker-class", "gthread", "--threads", "4"]
    options = ["--workers", WORKERS, *threads, "--bind", f"{HOST}:{port}", "--log-level", "error"]
    argv = [place.peers / "bin" / "gunicorn", *options, "pygeoapi.flask_app:APP"]
    return service_of("pygeoapi", argv, env, place)


def start_tipg(place: Place, port: int, layers: Sequence[str] = LAYERS) -> Service:
    """Uvicorn, as tipg's manual and its container do."""
    options = ["--host", HOST, "--port", port, "--workers", WORKERS, "--no-access-log", "--log-level", "error"]
    argv = [place.peers / "bin" / "uvicorn", *options, "tipg.main:app"]
    return service_of("tipg", argv, outside() | tipg_settings(place.url, layers), place)


def service_of(name: str, argv: list[Any], env: Mapping[str, str], place: Place) -> Service:
    """A program in the server's folder, which holds its log."""
    return Service(name, Program(argv, env, place.home), place.home / f"{name}.log", signal.SIGTERM)


def pygeoapi_settings(url: str, port: int, layers: Sequence[str] = LAYERS) -> dict[str, Any]:
    """pygeoapi's settings: the layers by its PostgreSQL provider, with the fields that the public sees from us."""
    text = {"title": "bench", "description": "bench", "keywords": ["bench"], "url": "https://example.org/"}
    people = {
        "identification": {**text, "keywords_type": "theme", "terms_of_service": "none"},
        "license": {"name": "none", "url": "https://example.org/"},
        "provider": {"name": "bench", "url": "https://example.org/"},
        "contact": {"name": "bench", "email": "bench@example.org"},
    }
    return {
        "server": {
            "bind": {"host": HOST, "port": port},
            "url": f"http://{HOST}:{port}",
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "gzip": False,
            "languages": ["en-US"],
            "cors": False,
            "pretty_print": False,
            "limits": {"default_items": 10, "max_items": 10_000, "on_exceed": "throttle"},
            "map": {"url": "https://example.org/{z}/{x}/{y}.png", "attribution": "none"},
        },
        "logging": {"level": "ERROR"},
        "metadata": people,
        "resources": {layer: _resource(layer, url) for layer in layers},
    }


def _resource(layer: str, url: str) -> dict[str, Any]:
    provider = {
        "type": "feature",
        "name": "PostgreSQL",
        "data": sqlalchemy_url(url),
        "id_field": "id",
        "table": registry.get(layer).table,
        "geom_field": "geometry",
        "properties": ["id", *_public_fields(layer)],
    }
    return {
        "type": "collection",
        "title": layer,
        "description": layer,
        "keywords": [layer],
        "extents": {"spatial": {"bbox": [-180, -90, 180, 90]}},
        "links": [],
        "providers": [provider],
    }


def tipg_settings(url: str, layers: Sequence[str] = LAYERS) -> dict[str, str]:
    """tipg's settings: these layers' tables and nothing else, with the fields that the public sees from us."""
    tables = {layer: registry.get(layer).table for layer in layers}
    fields = {
        f"TIPG_TABLE_CONFIG__public_{table}__PROPERTIES": json.dumps(["id", *_public_fields(layer)])
        for layer, table in tables.items()
    }
    only = {"TIPG_DB_SCHEMAS": '["public"]', "TIPG_DB_TABLES": json.dumps([f"public.{t}" for t in tables.values()])}
    return fields | only | {"DATABASE_URL": _url_with_host(url)}


def _public_fields(layer: str) -> list[str]:
    return [field.name for field in registry.get(layer).fields_for(Audience.PUBLIC)]


def _url_with_host(url: str) -> str:
    """The address with the folder of the socket in the host's place, since tipg takes none without a host.

    >>> _url_with_host("postgresql://u@/db?host=/run/pg")
    'postgresql://u@%2Frun%2Fpg:5432/db'
    """
    parts = urlsplit(url)
    folder = parse_qs(parts.query).get("host", [""])[0]
    user = parts.netloc.rpartition("@")[0]
    return f"postgresql://{user}@{quote(folder, safe='')}:{parts.port or 5432}{parts.path}" if folder else url


def sqlalchemy_url(url: str) -> str:
    """The address as SQLAlchemy reads it, for psycopg2."""
    return "postgresql+psycopg2://" + url.partition("://")[2]


def outside() -> dict[str, str]:
    """The surroundings of a program that is not ours: nothing of our Python, our home or our database."""
    ours = ("PYTHON", "DJANGO", "GIS_", "DATABASE_URL", "PG")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait(service: Service, address: str) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if not service.is_running():
            raise WorkFailedError(f"{service.name} ended: {service.reason()}")
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - loopback
                return
        except OSError:
            time.sleep(0.1)
    raise WorkFailedError(f"{service.name} does not answer after {START_S} s: {service.reason()}")


OURS = Server("ours", start_ours, lambda layer: f"/api/collections/{layer}/items", _with_cursor, "/readyz")
PEERS = (
    Server(
        "pygeoapi",
        _start_pygeoapi,
        lambda layer: f"/collections/{layer}/items",
        _with_offset,
        f"/collections/{FACILITIES}?f=json",
    ),
    Server(
        "tipg",
        start_tipg,
        lambda layer: f"/collections/public.{registry.get(layer).table}/items",
        _with_offset,
        "/healthz",
    ),
)
