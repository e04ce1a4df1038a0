"""The store of tiles on a map, for administrators: what is there, how old, how often used; make room."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from gis_server.tile_pages import shown
from gis_server.tile_pages.words import in_language
from gis_server.web.problems import wants_page
from layers.problems import Problem
from layers.spec import Audience
from tile_cache.keeping import ends, ledger, sweeping
from tile_cache.keeping.ends.end import EndAwayError

MOST_SQUARES = 4_000
ROWS = 100
BY = ("age", "hits")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Everything about the store; ``tileset``, ``z`` and ``by`` choose what the map shows."""
    if (answer := _at_the_door(request)) is not None:
        return answer
    stacks = shown.stacks()
    chosen = _chosen(request, stacks)
    end = ends.current()
    total = ledger.total_bytes(end.block_bytes)
    answered, failures = shown.counts()
    context = {
        "words": in_language(_language(request)),
        "kind": end.kind,
        "total_mb": total / sweeping.MEGABYTE,
        "bound_mb": settings.TILE_STORE_MB,
        "share": min(100, round(100 * total / max(1, sweeping.bound_bytes()))),
        "tiles": sum(row["tiles"] for row in stacks),
        "stacks": [{**row, "title": row["stack"].title(_language(request))} for row in stacks],
        "answered": answered,
        "failures": failures,
        **(_of_the_map(request, chosen) if chosen else {}),
    }
    response = render(request, "tile_pages/home.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def squares(request: HttpRequest) -> HttpResponse:
    """The stored tiles of a tileset and zoom as GeoJSON, those asked for most, `MOST_SQUARES` of them."""
    _get_administrator(request)
    chosen = _chosen(request, shown.stacks())
    if chosen is None:
        raise Problem(404, "nothing stored", "no tile is stored")
    now = timezone.now()
    tiles = shown.hottest(chosen, _zoom(request, shown.zooms(chosen)), MOST_SQUARES)
    features = [square for tile in tiles if (square := shown.square(tile, now)) is not None]
    response = JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def sweep(request: HttpRequest) -> HttpResponse:
    """Keep the store within its bound, now."""
    _get_administrator(request)
    words = in_language(_language(request))
    try:
        swept = sweeping.sweep()
    except (sweeping.SweepingAlreadyError, EndAwayError) as error:
        messages.error(request, _why_not(error, words))
    else:
        messages.success(request, words["swept"].format(removed=swept.removed, mb=f"{swept.left_bytes / 1e6:.1f}"))
    return HttpResponseRedirect(reverse("tile-store"))


@require_POST
def clear(request: HttpRequest) -> HttpResponse:
    """Remove the tiles of the tileset that the form names."""
    _get_administrator(request)
    words = in_language(_language(request))
    tileset = request.POST.get("tileset", "")
    stored = [row["tileset"] for row in shown.stacks()]
    if tileset not in stored:
        there_are = ", ".join(dict.fromkeys(stored)) or "none"
        raise Problem(404, "not found", f"no tile of {tileset[:100]!r} is stored; stored are: {there_are}")
    try:
        removed = sweeping.clear(tileset)
    except (sweeping.SweepingAlreadyError, EndAwayError) as error:
        messages.error(request, _why_not(error, words))
    else:
        messages.success(request, words["cleared"].format(tileset=tileset, removed=removed))
    return HttpResponseRedirect(reverse("tile-store"))


def _of_the_map(request: HttpRequest, chosen: shown.Stack) -> dict[str, Any]:
    zooms = shown.zooms(chosen)
    z, by = _zoom(request, zooms), _by(request)
    query = urlencode({"tileset": chosen.key, "z": z})
    return {
        "chosen": chosen,
        "chosen_title": chosen.title(_language(request)),
        "zooms": zooms,
        "z": z,
        "by": by,
        "by_choices": BY,
        "classes": in_language(_language(request))[f"{by}_classes"],
        "rows": shown.hottest(chosen, z, ROWS),
        "most_rows": ROWS,
        "most_squares": MOST_SQUARES,
        "features": f"{reverse('tile-squares')}?{query}",
        "on_the_map": chosen.grid == shown.WEB_MERCATOR,
    }


def _chosen(request: HttpRequest, stacks: list[dict[str, Any]]) -> shown.Stack | None:
    """The stack that the address names, else the largest; None where nothing is stored."""
    asked = request.GET.get("tileset")
    found = [row["stack"] for row in stacks if asked in (None, row["stack"].key)]
    if asked is not None and not found:
        there_are = ", ".join(row["stack"].key for row in stacks) or "none"
        detail = f"nothing is stored as {asked[:200]!r}; stored are: {there_are}"
        raise Problem(404, "not found", detail, parameter="tileset")
    return found[0] if found else None


def _zoom(request: HttpRequest, zooms: list[dict[str, Any]]) -> int:
    """The zoom that the address names, else the one with most tiles."""
    asked = request.GET.get("z")
    if asked is None:
        return int(max(zooms, key=lambda row: row["tiles"])["z"])
    for row in zooms:
        if str(row["z"]) == asked:
            return int(row["z"])
    there_are = ", ".join(str(row["z"]) for row in zooms)
    raise Problem(404, "not found", f"nothing is stored at zoom {asked[:20]!r}; stored are: {there_are}", parameter="z")


def _by(request: HttpRequest) -> str:
    by = request.GET.get("by", BY[0])
    if by not in BY:
        raise Problem(400, "unknown choice", f"by is one of {', '.join(BY)}, not {by[:20]!r}", parameter="by")
    return by


def _why_not(error: Exception, words: dict[str, Any]) -> str:
    return str(words["busy" if isinstance(error, sweeping.SweepingAlreadyError) else "away"])


def _language(request: HttpRequest) -> str:
    return str(getattr(request, "LANGUAGE_CODE", "ja"))


def _at_the_door(request: HttpRequest) -> HttpResponse | None:
    """The way to the door for a person who has not signed in; others that may not look are refused."""
    if not request.user.is_authenticated and wants_page(request):
        return HttpResponseRedirect(reverse("sign-in") + "?" + urlencode({"next": request.get_full_path()}))
    _get_administrator(request)
    return None


def _get_administrator(request: HttpRequest) -> None:
    """Refuses everybody else.

    Raises:
        Problem: 401 for somebody who has not signed in, 403 for an account that is no administrator's.
    """
    audience: Audience = getattr(request, "audience", Audience.PUBLIC)
    if not request.user.is_authenticated:
        raise Problem(401, "sign in first", "only administrators who have signed in may look into the store of tiles")
    if not audience.covers(Audience.ADMIN):
        raise Problem(403, "not allowed", "only administrators may look into the store of tiles")
