"""The pages of staff: start a seeding, watch it, cancel it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from gis_server.seeding.asked import check_parameters, check_staff, page
from gis_server.seeding.models import SeedRun
from gis_server.seeding.tasks import call_off, start
from gis_server.seeding.words import in_language, mark_of, spell_time
from gis_server.web.problems import wants_page
from gis_server.web.staff_pages import Mark, language_of, sign_in_first, state_answer
from layers.problems import Problem
from layers.spec import Audience
from tile_cache import tilejson, tilesets
from tile_cache.seeding.area import CITY
from tile_cache.seeding.wanted import Wanted, get_zooms, wanted

_SHOWN = 20
_PRIVATE = "private, no-store"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What can be started, what runs, what has been."""
    if (answer := sign_in_first(request)) is not None:
        return answer
    check_staff(request)
    check_parameters(request)
    language = language_of(request)
    runs = list(SeedRun.objects.all()[:_SHOWN])
    if not wants_page(request):
        return _no_store(JsonResponse({"runs": [_document(run) for run in runs]}))
    context = {
        "tilesets": [(each.name, tilejson.title(each, language)) for each in tilesets.every(Audience.PUBLIC)],
        "runs": [_row(run, language) for run in runs],
        "busy": next((_row(run, language) for run in runs if run.is_busy), None),
    }
    return page(request, "seeding.html", context, _PRIVATE)


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Ask the worker for a seeding."""
    check_staff(request)
    return _started(request, SeedRun.Kind.SEED, _read_form(request))


@require_POST
def begin_packs(request: HttpRequest) -> HttpResponse:
    """Ask the worker for new offline packs."""
    check_staff(request)
    return _started(request, SeedRun.Kind.PACKS, Wanted())


@require_safe
def run_state(request: HttpRequest, number: int) -> HttpResponse:
    """How far a run is: a few bytes, and most often the answer that nothing has changed."""
    check_staff(request)
    check_parameters(request)
    return state_answer(request, _document(_get_run(number), language_of(request)))


@require_POST
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """End a run after the tile in hand."""
    check_staff(request)
    run = _get_run(number)
    if not call_off(run):
        raise Problem(409, "too late", f"run {number} has ended already")
    if wants_page(request):
        return HttpResponseRedirect(reverse("seeding"))
    run.refresh_from_db()
    return _no_store(JsonResponse(_document(run), status=202))


def _started(request: HttpRequest, kind: SeedRun.Kind, asked: Wanted) -> HttpResponse:
    run = start(kind, asked, request.user.get_username())
    if wants_page(request):
        return HttpResponseRedirect(reverse("seeding"))
    response = JsonResponse(_document(run), status=201)
    response["Location"] = request.build_absolute_uri(reverse("seeding-run", args=[run.pk]))
    return _no_store(response)


def _read_form(request: HttpRequest) -> Wanted:
    """The form, checked.

    Raises:
        Problem: 400 for a member that is not known or cannot be.
    """
    known = {"tileset", "zooms", "area", "maps", "csrfmiddlewaretoken"}
    if unknown := sorted(set(request.POST) - known):
        detail = f"{unknown[0]!r:.80} is not known here; known are: tileset, zooms, area, maps"
        raise Problem(400, "unknown member", detail, parameter=unknown[0][:80])
    zooms = request.POST.get("zooms", "").strip()
    return wanted(
        request.POST.getlist("tileset"),
        get_zooms(zooms) if zooms else None,
        request.POST.get("area", "").strip() or CITY,
        maps="maps" in request.POST,
    )


def _get_run(number: int) -> SeedRun:
    run = SeedRun.objects.filter(pk=number).first()
    if run is None:
        raise Problem(404, "unknown run", f"there is no run {number}")
    return run


def _document(run: SeedRun, language: str = "en") -> dict[str, Any]:
    left = run.seconds_left
    return {
        "id": run.pk,
        "kind": run.kind,
        "state": run.state,
        "done": run.done,
        "total": run.total,
        "failed": run.failed,
        "is_cancel_wanted": run.is_cancel_wanted,
        "message": run.message,
        "words": _progress_words(run, language),
        "seconds_left": None if left is None else round(left),
        "wanted": run.wanted,
    }


def _row(run: SeedRun, language: str) -> dict[str, Any]:
    words = in_language(language)
    mark: Mark = mark_of(run.state, language)
    return {"run": run, "mark": mark, "kind": words[f"kind_{run.kind}"], "words": _progress_words(run, language)}


def _progress_words(run: SeedRun, language: str) -> str:
    words = in_language(language)
    parts = []
    if run.total is not None:
        parts.append(words["of"].format(done=f"{run.done:,}", total=f"{run.total:,}"))
    if run.seconds_left is not None:
        parts.append(words["left"].format(time=spell_time(run.seconds_left, language)))
    if run.failed:
        parts.append(words["failed_tiles"].format(count=f"{run.failed:,}"))
    if run.is_cancel_wanted and run.is_busy:
        parts.append(words["cancelling"])
    return (", " if language.startswith("en") else "、").join(parts)


def _no_store(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = _PRIVATE
    return response
