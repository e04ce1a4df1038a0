"""The servers of tiles: how each is started, as its own manual says for real use, and where its tiles are."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gis_server.command.processes import Service
from gis_server.command.system_packages import find_nginx
from layers import registry
from tests.bench.api.data import FACILITIES
from tests.bench.api.servers import (
    HOST,
    PEERS,
    WORKERS,
    Place,
    Running,
    outside,
    pygeoapi_settings,
    service_of,
    start_ours,
    start_pygeoapi,
    start_tipg,
    started,
)
from tests.bench.running import WorkFailedError
from tests.bench.tiles.asks import LAYERS, MVT, PNG
from tile_cache.grid import Tile

ACCEPT = {"Accept-Encoding": "gzip"}
"""What every server is told, as browsers do."""
GRID = "webmercator"

Address = Callable[[str, Tile], str]
"""Path and query of a layer's tile."""


@dataclass(frozen=True, slots=True)
class TileServer:
    """One side of the comparison.

    Args:
        name: for the table.
        start: starts it on a port.
        ready: an address that answers as soon as it serves.
        addresses: by form (vector tile, picture) where its tiles are.
    """

    name: str
    start: Callable[[Place, int], Service]
    ready: str
    addresses: Mapping[str, Address]

    @contextmanager
    def running(self, place: Place) -> Iterator[Running]:
        """The server, up and answering; gone afterwards."""
        with started(self.start, self.ready, place) as running:
            yield running


def plain_address(layer: str, tile: Tile) -> str:
    """Ours, and that of the file that nginx serves.

    >>> plain_address("facilities", Tile(14, 14543, 6451))
    '/tiles/facilities/14/14543/6451.mvt'
    """
    return f"/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt"


def picture_address(layer: str, tile: Tile) -> str:
    """The same of a picture."""
    return f"/maps/tiles/{layer}/{GRID}/{tile.z}/{tile.x}/{tile.y}.png"


def find_revisioned(running: Running, layer: str) -> Address | None:
    """The address that our TileJSON names, where it is another than the plain one; None where it is not."""
    answer = running.get(f"/tiles/{layer}.json")
    if answer.status != 200:
        raise WorkFailedError(f"ours: {answer.status} for the TileJSON of {layer}")
    return read_template(json.loads(answer.content)["tiles"], layer)


def read_template(templates: list[str], layer: str) -> Address | None:
    """The first template of a TileJSON that is not the plain address.

    >>> read_template(["http://h/tiles/a/{z}/{x}/{y}.mvt"], "a") is None
    True
    >>> read_template(["http://h/tiles/a/7/{z}/{x}/{y}.mvt"], "a")("a", Tile(1, 0, 1))
    '/tiles/a/7/1/0/1.mvt'
    """
    somewhere = Tile(1, 0, 1)
    for template in templates:
        parts = urlsplit(template)
        path = parts.path + (f"?{parts.query}" if parts.query else "")

        def address(_: str, tile: Tile, path: str = path) -> str:
            return path.replace("{z}", str(tile.z)).replace("{x}", str(tile.x)).replace("{y}", str(tile.y))

        if address(layer, somewhere) != plain_address(layer, somewhere):
            return address
    return None


def nginx_root(place: Place) -> Path:
    """The folder whose files nginx serves."""
    return place.home / "root"


def nginx_settings(place: Place, port: int) -> str:
    """nginx's settings for files that do not change: sent by the kernel, kept open, not logged."""
    folders = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f'  {name}_temp_path "{place.home / "temporary"}";\n' for name in folders)
    user = f"user {getuser()};\n" if os.getuid() == 0 else ""
    return (
        f'{user}daemon off;\nworker_processes {WORKERS};\npid "{place.home / "nginx.pid"}";\n'
        "events { worker_connections 1024; }\n"
        "http {\n  access_log off;\n  sendfile on;\n  tcp_nopush on;\n  keepalive_requests 1000000000;\n"
        "  open_file_cache max=10000 inactive=60s;\n"
        f"{temporary}"
        "  types { application/vnd.mapbox-vector-tile mvt; image/png png; }\n"
        f"  server {{\n    listen {HOST}:{port};\n    gzip_static on;\n"
        f'    root "{nginx_root(place)}";\n    location = /ready {{ return 204; }}\n  }}\n}}\n'
    )


def _start_nginx(place: Place, port: int) -> Service:
    program = find_nginx()
    if program is None:
        raise WorkFailedError("nginx is not installed")
    settings = place.home / "nginx.conf"
    settings.write_text(nginx_settings(place, port), encoding="utf-8")
    argv = [program, "-e", place.home / "nginx-errors.log", "-p", place.home, "-c", settings]
    return service_of("nginx", argv, outside(), place)


def mapproxy_tiles(place: Place) -> Path:
    """The folder from which MapProxy alone serves."""
    return place.home / "tiles"


def mapproxy_settings(folder: Path) -> dict[str, Any]:
    """MapProxy's settings: pictures that it holds already in its own cache of files, and nothing to draw them from."""
    cache = {"type": "file", "directory_layout": "tms", "directory": str(folder)}
    return {
        "services": {"tms": {"use_grid_names": True, "origin": "nw"}},
        "grids": {GRID: {"base": "GLOBAL_WEBMERCATOR", "origin": "nw"}},
        "caches": {"held": {"grids": [GRID], "sources": [], "format": "image/png", "cache": cache}},
        "layers": [{"name": FACILITIES, "title": FACILITIES, "sources": ["held"]}],
    }


def _start_mapproxy(place: Place, port: int) -> Service:
    """Its own WSGI application in the server that serves ours, with the same processes and threads."""
    settings = place.home / "mapproxy.yaml"
    settings.write_text(json.dumps(mapproxy_settings(mapproxy_tiles(place))), encoding="utf-8")
    lines = ("from mapproxy.wsgiapp import make_wsgi_app", f"application = make_wsgi_app({str(settings)!r})", "")
    (place.home / "alone.py").write_text("\n".join(lines), encoding="utf-8")
    options = ["--interface", "wsgi", "--host", HOST, "--port", port, "--workers", WORKERS, "--no-ws"]
    threads = ["--blocking-threads", "16", "--backlog", "2048"]
    argv = [place.peers / "bin" / "python", "-m", "granian", *options, *threads, "alone:application"]
    return service_of("MapProxy", argv, outside(), place)


def tile_settings(url: str, port: int) -> dict[str, Any]:
    """pygeoapi's settings with its provider of vector tiles beside each layer's features."""
    settings = pygeoapi_settings(url, port, LAYERS)
    for resource in settings["resources"].values():
        (features,) = resource["providers"]
        tiles = {
            **{name: features[name] for name in ("data", "id_field", "table", "geom_field")},
            "type": "tile",
            "name": "MVT-postgresql",
            "options": {"zoom": {"min": 0, "max": 22}},
            "format": {"name": "pbf", "mimetype": "application/vnd.mapbox-vector-tile"},
        }
        resource["providers"].append(tiles)
    return settings


def _start_pygeoapi(place: Place, port: int) -> Service:
    return start_pygeoapi(place, port, tile_settings(place.url, port))


def _start_tipg(place: Place, port: int) -> Service:
    return start_tipg(place, port, LAYERS)


def _pygeoapi_address(layer: str, tile: Tile) -> str:
    return f"/collections/{layer}/tiles/WebMercatorQuad/{tile.z}/{tile.y}/{tile.x}?f=mvt"


def _tipg_address(layer: str, tile: Tile) -> str:
    table = registry.get(layer).table
    return f"/collections/public.{table}/tiles/WebMercatorQuad/{tile.z}/{tile.x}/{tile.y}"


_READY = {server.name: server.ready for server in PEERS}
OURS = TileServer("ours", start_ours, "/readyz", {MVT: plain_address, PNG: picture_address})
NGINX = TileServer("nginx", _start_nginx, "/ready", {MVT: plain_address, PNG: picture_address})
TIPG = TileServer("tipg", _start_tipg, _READY["tipg"], {MVT: _tipg_address})
PYGEOAPI = TileServer("pygeoapi", _start_pygeoapi, _READY["pygeoapi"], {MVT: _pygeoapi_address})
MAPPROXY = TileServer(
    "MapProxy",
    _start_mapproxy,
    "/tms/1.0.0",
    {PNG: lambda layer, tile: f"/tiles/{layer}/{GRID}/{tile.z}/{tile.x}/{tile.y}.png"},
)
RENDERING = (OURS, TIPG, PYGEOAPI)
"""Those that make vector tiles of the rows."""
ALL = (OURS, NGINX, TIPG, PYGEOAPI, MAPPROXY)


def places_of(home: Path, url: str, peers: Path) -> dict[str, Place]:
    """Each server's folder, below the bench's home."""
    return {server.name: Place(home / "servers" / f"tiles-{server.name}", url, peers) for server in ALL}
