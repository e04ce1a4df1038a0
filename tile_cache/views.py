"""Tiles, TileJSON and styles over HTTP.

Everything revalidates: a client keeps what it has and asks with ``If-None-Match`` whether it is still so. What only
staff may see is never kept anywhere.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from layers.problems import Problem
from layers.spec import Audience
from tile_cache import answers, revisions, tilesets
from tile_cache import style as styles
from tile_cache import tilejson as tilejsons
from tile_cache.grid import WEB_MERCATOR_QUAD, grids_of
from tile_cache.revisions import Revision
from tile_cache.tilesets import Tileset


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
        "grids": [
            {
                "id": grid.name,
                "crs": grid.crs_uri,
                "tiles": f"{root}{{tileset}}/{grid.name}/{{z}}/{{x}}/{{y}}.mvt",
                "origin": [grid.west, grid.north],
                "edge": grid.whole_edge_m,
                "maxzoom": grid.last_zoom,
            }
            for grid in grids_of(settings.CITY)
        ],
        "styles": [{"id": name, "style": f"{root}styles/{name}.json"} for name in styles.NAMES],
    }
    return _json(request, document)


@require_safe
def tilejson(request: HttpRequest, name: str) -> HttpResponse:
    """TileJSON, whose tiles may be kept for ever; with ``?addresses=revalidating``, ask each time."""
    tileset = tilesets.get(name, _audience(request))
    revision = _present_revision(tileset) if _wants_revisions(request) else None
    return _json(request, tilejsons.document(tileset, _root(request), _language(request), revision))


def _wants_revisions(request: HttpRequest) -> bool:
    asked = request.GET.get("addresses", "revisioned")
    if asked not in {"revisioned", "revalidating"}:
        detail = f"addresses must be revisioned or revalidating, not {asked[:40]!r}"
        raise Problem(400, "bad request", detail, parameter="addresses")
    return asked == "revisioned"


def _present_revision(tileset: Tileset) -> Revision | None:
    """None where the database does not say: the other addresses then give what is stored."""
    try:
        return revisions.current(tileset, oldest_s=0)
    except Problem:
        return None


@require_safe
def style(request: HttpRequest, name: str) -> HttpResponse:
    """A MapLibre style (version 8)."""
    if name not in styles.NAMES:
        known = ", ".join(styles.NAMES)
        raise Problem(404, "not found", f"there is no style {name!r}; there are: {known}", parameter="name")
    return _json(request, styles.build_style(name, _audience(request), _root(request), _language(request)))


@require_safe
def tile(
    request: HttpRequest,
    name: str,
    z: str,
    x: str,
    y: str,
    revision: str | None = None,
    grid: str = WEB_MERCATOR_QUAD.name,
) -> HttpResponse:
    """One vector tile; 204 where nothing is there, 307 from a revision of the past to the present one."""
    is_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    asked = answers.AskedTile(request.path, name, z, x, y, revision, _audience(request), is_gzip, grid)
    found = answers.not_modified(answers.answer(asked), request.headers.get("If-None-Match", ""))
    response = HttpResponse(found.body, status=found.status, headers=dict(found.headers))
    if not found.body:
        del response["Content-Type"]
    return response


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
    if is_public:
        response["Access-Control-Allow-Origin"] = "*"
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
