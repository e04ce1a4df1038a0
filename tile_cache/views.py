"""Tiles, TileJSON and styles over HTTP.

Everything revalidates: a client keeps what it has and asks with ``If-None-Match`` whether it is still so. What only
staff may see is never kept anywhere.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from layers.problems import Problem
from layers.spec import Audience
from tile_cache import style as styles
from tile_cache import tilejson as tilejsons
from tile_cache import tilesets
from tile_cache.grid import Tile, tile_at

MVT_MEDIA_TYPE = "application/vnd.mapbox-vector-tile"


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What there is: tilesets and styles, with their addresses."""
    root, language = _root(request), _language(request)
    document = {
        "title": "Vector tiles" if language == "en" else "ベクトルタイル",
        "tilesets": [
            {
                "id": tileset.name,
                "title": tilejsons.title(tileset, language),
                "tilejson": f"{root}{tileset.name}.json",
                "tiles": f"{root}{tileset.name}/{{z}}/{{x}}/{{y}}.mvt",
            }
            for tileset in tilesets.every(_audience(request))
        ],
        "styles": [{"id": name, "style": f"{root}styles/{name}.json"} for name in styles.NAMES],
    }
    return _json(request, document)


@require_safe
def tilejson(request: HttpRequest, name: str) -> HttpResponse:
    tileset = tilesets.get(name, _audience(request))
    return _json(request, tilejsons.document(tileset, _root(request), _language(request)))


@require_safe
def style(request: HttpRequest, name: str) -> HttpResponse:
    """A MapLibre style (version 8)."""
    if name not in styles.NAMES:
        known = ", ".join(styles.NAMES)
        raise Problem(404, "not found", f"there is no style {name!r}; there are: {known}", parameter="name")
    return _json(request, styles.build_style(name, _audience(request), _root(request), _language(request)))


@require_safe
def tile(request: HttpRequest, name: str, z: str, x: str, y: str) -> HttpResponse:
    """One vector tile; 204 where nothing is there."""
    tileset = tilesets.get(name, _audience(request))
    rendered = tilesets.render(tileset, _tile(z, x, y))
    accepts_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    etag = f'"{rendered.tag}"' if accepts_gzip else f'"{rendered.tag}-plain"'
    if _is_known(request, etag):
        response = HttpResponse(status=304)
    elif not rendered.gzipped:
        response = HttpResponse(status=204)
        del response["Content-Type"]
    else:
        response = HttpResponse(
            rendered.gzipped if accepts_gzip else gzip.decompress(rendered.gzipped), content_type=MVT_MEDIA_TYPE
        )
        if accepts_gzip:
            response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    return _cacheable(response, etag, is_public=tileset.is_public)


def _tile(z: str, x: str, y: str) -> Tile:
    numbers = {}
    for name, text in (("z", z), ("x", x), ("y", y)):
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 10):
            raise Problem(400, "no such tile", f"{name} must be a whole number, not {text[:40]!r}", parameter=name)
        numbers[name] = int(text)
    return tile_at(**numbers)


def _json(request: HttpRequest, document: dict[str, Any]) -> HttpResponse:
    content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    etag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    if _is_known(request, etag):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(content, content_type="application/json")
    return _cacheable(response, etag, is_public=_audience(request) == Audience.PUBLIC)


def _cacheable(response: HttpResponse, etag: str, *, is_public: bool) -> HttpResponse:
    response["ETag"] = etag
    response["Cache-Control"] = "no-cache" if is_public else "private, no-store"
    patch_vary_headers(response, ["Cookie", "Authorization"])
    return response


def _is_known(request: HttpRequest, etag: str) -> bool:
    """Whether the client has this very representation (RFC 9110, 13.1.2: weak comparison)."""
    asked = [known.removeprefix("W/") for known in parse_etags(request.headers.get("If-None-Match", ""))]
    return "*" in asked or etag in asked


def _audience(request: HttpRequest) -> Audience:
    return getattr(request, "audience", Audience.PUBLIC)


def _language(request: HttpRequest) -> str:
    return "en" if getattr(request, "LANGUAGE_CODE", "ja").startswith("en") else "ja"


def _root(request: HttpRequest) -> str:
    return str(request.build_absolute_uri(reverse("tiles:index")))
