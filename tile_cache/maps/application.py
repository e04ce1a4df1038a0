"""MapProxy as a WSGI application, mounted at /maps: WMS, WMTS and TMS of the base map and of every public layer."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
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
from layers.raster import Raster
from tile_cache.maps import kept_pictures, map_checks, mapproxy_config, outside, raster_source, raster_store, sources
from tile_cache.maps.kept_pictures import Seen
from tile_cache.maps.legend_picture import LANGUAGE
from tile_cache.maps.map_requests import (
    Answer,
    away,
    corrected,
    exception_of,
    not_modified,
    outdated,
    problem_answer,
    revalidated,
    send,
    unkept,
)
from tile_cache.maps.raster_grids import MERCATOR, RETINA, raster_grids
from tile_cache.maps.wmts_places import check_places

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
_built: dict[tuple[Any, ...], WsgiApp] = {}


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request below the place where this is mounted (SCRIPT_NAME)."""
    if (kept := kept_pictures.find(environ)) is not None:
        return send(start_response, not_modified(kept, environ.get("HTTP_IF_NONE_MATCH", "")))
    first = environ.get("PATH_INFO", "").strip("/").split("/")[0]
    if first == "":
        return send(start_response, _index(environ))
    if first not in HANDLERS:
        unknown = Problem(404, "not found", f"there is no service {first!r} here", parameter="path")
        return send(start_response, problem_answer(unknown))
    query = environ.get("QUERY_STRING", "")
    if fault := map_checks.find_fault(query):
        return send(start_response, exception_of(fault, query))
    LANGUAGE.set(map_checks.language_of(query))
    outside.MAKESHIFT.set([])
    return _ask_mapproxy(
        _named({**environ, "QUERY_STRING": map_checks.completed(query)}), start_response, asked=environ
    )


def _named(environ: dict[str, Any]) -> dict[str, Any]:
    """The request with the grid's name in the place of the ending ``@2x``."""
    found = _AT_2X.fullmatch(environ.get("PATH_INFO", ""))
    return environ if found is None else {**environ, "PATH_INFO": f"{found[1]}{RETINA}{found[2]}{found[3]}"}


def _ask_mapproxy(environ: dict[str, Any], start_response: StartResponse, asked: dict[str, Any]) -> Iterable[bytes]:
    """MapProxy's answer; where it reports a fault, with the right status.

    Args:
        asked: the request as it came.
    """
    begun: list[tuple[str, list[tuple[str, str]]]] = []
    seen = Seen()
    kept_pictures.SEEN.set(seen)
    close_old_connections()
    try:
        body = get_app()(environ, lambda status, headers, exc_info=None: begun.append((status, headers)))
        status, headers = begun[-1]
        kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
        answer = corrected((status, kept, b"".join(body)))
        if _is_passing(environ["QUERY_STRING"]):
            return send(start_response, unkept(answer))
        answer = revalidated(answer)
        kept_pictures.keep(asked, answer, seen)
        if seen.is_outdated:
            answer = outdated(answer)
        return send(start_response, not_modified(answer, environ.get("HTTP_IF_NONE_MATCH", "")))
    except DatabaseError:
        return send(start_response, away())
    finally:
        close_old_connections()


def _is_passing(query_string: str) -> bool:
    """Whether the answer may be makeshift: a tile of a server that is away, or any picture with such a map in it."""
    shown = set(map_checks.layers_of(query_string))
    return bool(outside.MAKESHIFT.get() or shown & {each.name for each in settings.CITY.outside_maps})


def get_app() -> WsgiApp:
    """MapProxy for the present store, built once per process, and anew when layers or rasters have changed.

    Raises:
        django.db.Error: where the database is away and nothing has been built yet.
    """
    try:
        key = str(settings.TILE_STORE), registry.generation(), settings.CITY.outside_maps, raster_source.state()
    except DatabaseError:
        if kept := next(iter(_built.values()), None):
            return kept
        raise
    with _lock:
        if key not in _built:
            _built.clear()
            _built[key] = build_app(Path(key[0]) / "maps", raster_source.every())
        return _built[key]


def build_app(folder: Path, rasters: Sequence[Raster]) -> WsgiApp:
    """MapProxy from the registry and the stored rasters, its tiles in `folder`."""
    configuration = configure(folder, rasters)
    with local_base_config(configuration.base_config):  # it says whose axes begin with the northing
        services = configuration.configured_services()
    check_places(services)
    app: WsgiApp = MapProxyApp(services, configuration.base_config)
    return app


def build_managers(folder: Path) -> dict[str, TileManager]:
    """MapProxy's keepers of the tiles of our own maps in WebMercatorQuad, by the layer's name: with their locks."""
    managers = {}
    for name, cache in configure(folder, raster_source.every()).caches.items():
        for grid, _, manager in cache.caches():
            if grid.name == MERCATOR and not isinstance(manager.sources[0], outside.OutsideSource):
                managers[name.removesuffix("-tiles")] = manager
    return managers


def configure(folder: Path, rasters: Sequence[Raster]) -> ProxyConfiguration:
    """MapProxy's configuration from the registry and the stored rasters, every cache under the rule of its kind."""
    sources.register()
    described = mapproxy_config.build_config(settings.CITY, str(folder), rasters)
    errors, _ = validate_options(described)
    if faults := [*errors, *validate(described)]:
        raise ValueError(f"MapProxy does not understand its configuration: {faults}")
    configuration = ProxyConfiguration(described, conf_base_dir=str(folder))
    for name, cache in configuration.caches.items():
        for _, _, manager in cache.caches():
            if isinstance(manager.sources[0], outside.OutsideSource):
                outside.soften(manager, folder / "outside")
            else:
                raster_store.keep_true(manager, name.partition("-tiles")[0])
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
