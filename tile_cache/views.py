"""Tiles and TileJSON over HTTP.

Everything revalidates: a client keeps what it has and asks with ``If-None-Match`` whether it is still so. What only
staff may see is never kept anywhere.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from layers.problems import Problem
from tile_cache import answers, revisions, tilesets
from tile_cache import tilejson as tilejsons
from tile_cache.grid import WEB_MERCATOR_QUAD, grids_of
from tile_cache.looks import style as styles
from tile_cache.looks.documents import audience_of, json_answer, language_of, root_of
from tile_cache.revisions import Revision
from tile_cache.tilesets import Tileset


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What there is: tilesets and styles, with their addresses."""
    root, language = root_of(request), language_of(request)
    document = {
        "title": "Vector tiles" if language == "en" else "ベクトルタイル",
        "tilesets": [
            {
                "id": tileset.name,
                "title": tilejsons.title(tileset, language),
                "tilejson": f"{root}{tileset.name}.json",
                "tiles": f"{root}{tileset.name}/{{z}}/{{x}}/{{y}}.mvt",
            }
            for tileset in tilesets.every(audience_of(request))
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
        "styles": [{"id": name, "style": f"{root}styles/{name}.json"} for name in styles.STYLES],
    }
    return json_answer(request, document)


@require_safe
def tilejson(request: HttpRequest, name: str) -> HttpResponse:
    """TileJSON, whose tiles may be kept for ever; with ``?addresses=revalidating``, ask each time."""
    tileset = tilesets.get(name, audience_of(request))
    revision = _present_revision(tileset) if _wants_revisions(request) else None
    return json_answer(request, tilejsons.document(tileset, root_of(request), language_of(request), revision))


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
    if fault := request.META.get(answers.FAULT):
        raise fault
    is_gzip = answers.takes_gzip(request.headers.get("Accept-Encoding", ""))
    asked = answers.AskedTile(request.path, name, z, x, y, revision, audience_of(request), is_gzip, grid)
    found = answers.not_modified(answers.answer(asked), request.headers.get("If-None-Match", ""))
    response = HttpResponse(found.body, status=found.status, headers=dict(found.headers))
    if not found.body:
        del response["Content-Type"]
    return response
