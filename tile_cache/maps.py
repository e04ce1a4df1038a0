"""MapProxy as a WSGI application, mounted at /maps: WMS, WMTS and TMS of the base map and of every public layer."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from mapproxy.cache.tile_manager import TileManager
from mapproxy.config import local_base_config
from mapproxy.config.configuration.proxy import ProxyConfiguration
from mapproxy.config.loader import validate
from mapproxy.config.spec import validate_options
from mapproxy.wsgiapp import MapProxyApp

from layers import registry
from layers.crs import epsg_uri
from layers.problems import Problem
from tile_cache import mapnik_source, mapproxy_config, raster_store
from tile_cache.map_requests import Answer, corrected, find_fault, problem_answer, send, service_exception
from tile_cache.raster_grids import MERCATOR, RETINA, raster_grids

StartResponse = Callable[..., Any]
WsgiApp = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

SERVICES = {
    "wms": "service?SERVICE=WMS&REQUEST=GetCapabilities",
    "wmts": "wmts/1.0.0/WMTSCapabilities.xml",
    "tms": "tms/1.0.0",
    "xyz": "tiles/{layer}/webmercator/{z}/{x}/{y}.png",
}
_AT_2X = re.compile(rf"(/(?:tiles|wmts)/[^/]+/){MERCATOR}(/[0-9]+/[0-9]+/[0-9]+)@2x(\.[a-z]+)")
HANDLERS = frozenset({"service", "wms", "wmts", "tms", "tiles"})
_lock = threading.Lock()
_built: dict[tuple[str, int], WsgiApp] = {}


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request below the place where this is mounted (SCRIPT_NAME)."""
    first = environ.get("PATH_INFO", "").strip("/").split("/")[0]
    if first == "":
        return send(start_response, _index(environ))
    if first not in HANDLERS:
        unknown = Problem(404, "not found", f"there is no service {first!r} here", parameter="path")
        return send(start_response, problem_answer(unknown))
    if fault := find_fault(environ.get("QUERY_STRING", "")):
        return send(start_response, service_exception(fault))
    return _ask_mapproxy(_named(environ), start_response)


def _named(environ: dict[str, Any]) -> dict[str, Any]:
    """The request with the grid's name in the place of the ending ``@2x``."""
    found = _AT_2X.fullmatch(environ.get("PATH_INFO", ""))
    return environ if found is None else {**environ, "PATH_INFO": f"{found[1]}{RETINA}{found[2]}{found[3]}"}


def _ask_mapproxy(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """MapProxy's answer; where it reports a fault, with the right status."""
    begun: list[tuple[str, list[tuple[str, str]]]] = []
    close_old_connections()
    try:
        body = get_app()(environ, lambda status, headers, exc_info=None: begun.append((status, headers)))
        (status, headers) = begun[-1]
        if not status.startswith("500"):
            start_response(status, headers)
            return body
        kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
        return send(start_response, corrected((status, kept, b"".join(body))))
    finally:
        close_old_connections()


def get_app() -> WsgiApp:
    """MapProxy for the present store, built once per process, and anew when layers have been added."""
    key = str(settings.TILE_STORE), registry.generation()
    with _lock:
        if key not in _built:
            _built.clear()
            _built[key] = build_app(Path(key[0]) / "maps")
        return _built[key]


def build_app(folder: Path) -> WsgiApp:
    """MapProxy from the registry, its tiles in `folder`."""
    configuration = configure(folder)
    with local_base_config(configuration.base_config):  # it says whose axes begin with the northing
        services = configuration.configured_services()
    app: WsgiApp = MapProxyApp(services, configuration.base_config)
    return app


def build_managers(folder: Path) -> dict[str, TileManager]:
    """MapProxy's keepers of the tiles of WebMercatorQuad, by the layer's name: with their locks."""
    managers = {}
    for name, cache in configure(folder).caches.items():
        for grid, _, manager in cache.caches():
            if grid.name == MERCATOR:
                managers[name.removesuffix("-tiles")] = manager
    return managers


def configure(folder: Path) -> ProxyConfiguration:
    """MapProxy's configuration from the registry, every cache under the rule of `raster_store`."""
    mapnik_source.register()
    described = mapproxy_config.build_config(settings.CITY, str(folder))
    errors, _ = validate_options(described)
    if faults := [*errors, *validate(described)]:
        raise ValueError(f"MapProxy does not understand its configuration: {faults}")
    configuration = ProxyConfiguration(described, conf_base_dir=str(folder))
    for name, cache in configuration.caches.items():
        for _, _, manager in cache.caches():
            raster_store.keep_true(manager, folder / raster_store.folder_of(name, manager.grid.name))
    return configuration


def _index(environ: dict[str, Any]) -> Answer:
    root = environ.get("SCRIPT_NAME", "") + "/"
    links = {name: root + path for name, path in SERVICES.items()}
    grids = [
        {"name": grid.name, "crs": epsg_uri(grid.srid), "pixels": grid.tile_px, "levels": grid.levels}
        for grid in raster_grids(settings.CITY)
    ]
    document = {"title": "まちGIS: WMS, WMTS, TMS", "services": links, "grids": grids}
    return "200 OK", [("Content-Type", "application/json")], json.dumps(document, ensure_ascii=False).encode()
