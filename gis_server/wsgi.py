"""The one WSGI application: MapProxy below /maps, shorter ways to public features and tiles, else Django."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis_server.settings")

from django.core.wsgi import get_wsgi_application

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_django: WsgiApp = get_wsgi_application()

from gis_server import fast_road, tile_road  # noqa: E402 - its imports need Django set up


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer one request."""
    path = environ.get("PATH_INFO", "")
    if path == "/maps" or path.startswith("/maps/"):
        from tile_cache.maps.application import application as maps  # MapProxy and Mapnik load with the first map

        mounted = environ | {"SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + "/maps", "PATH_INFO": path[5:]}
        return maps(mounted, start_response)
    if path.startswith("/tiles/"):
        answer = tile_road.find_answer(environ, start_response)
        if answer is not None:
            return answer
    if path.startswith("/api/"):
        answer = fast_road.find_answer(environ, start_response)
        if answer is not None:
            return answer
    return _django(environ, start_response)
