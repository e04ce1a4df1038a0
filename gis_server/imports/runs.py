"""Imports that have been: the list, each one's findings, the report to take away, and the way back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from etl.models import ImportEntry, ImportRun
from etl.undoing import UndoRefused, undo
from gis_server.imports.access import get_run, get_staff, layers_of, may_see
from gis_server.imports.shown import entry_rows, layer_rows, layer_title
from gis_server.imports.views import page
from gis_server.imports.words import FINDINGS, finding_of, state_of
from gis_server.web.problems import wants_page
from gis_server.web.staff_pages import language_of, sign_in_first
from layers.formats.table import neutralised
from layers.problems import Problem

RUNS_A_PAGE = 30
ENTRIES_A_PAGE = 100
MOST_POINTS = 5_000
_COLUMNS = ("kind", "place", "layer", "feature_id", "field", "value", "after", "reason", "expected", "lon", "lat")


@require_safe
def run_list(request: HttpRequest) -> HttpResponse:
    """Every import that the caller may see, the newest first."""
    if (answer := sign_in_first(request)) is not None:
        return answer
    audience, language = get_staff(request), language_of(request)
    runs = ImportRun.objects.all()
    state = request.GET.get("state", "")
    if state:
        runs = runs.filter(state=_known_state(state))
    seen = [run for run in runs if may_see(run, audience, request.user.get_username())]
    shown = Paginator(seen, RUNS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "runs": [_row(run, language) for run in shown],
        "shown": shown,
        "state": state,
        "states": [state_of(value, language) for value in ImportRun.State.values],
    }
    return page(request, "runs.html", context)


def _known_state(state: str) -> str:
    if state not in ImportRun.State.values:
        raise Problem(400, "unknown state", f"one of {', '.join(ImportRun.State.values)}", parameter="state")
    return state


def _row(run: ImportRun, language: str) -> dict[str, Any]:
    layers = "、".join(layer_title(name, language) for name in layers_of(run))
    return {"run": run, "state": state_of(run.state, language), "layers": layers}


@require_safe
def run_page(request: HttpRequest, number: int) -> HttpResponse:
    """One import: what was recognised, what became of it, its findings."""
    if (answer := sign_in_first(request)) is not None:
        return answer
    run, language = get_run(request, number), language_of(request)
    kind = request.GET.get("kind", "")
    entries = _entries(run, kind)
    shown = Paginator(entries, ENTRIES_A_PAGE).get_page(request.GET.get("page"))
    context = _row(run, language) | {
        "layer_rows": layer_rows(run.layers, language),
        "entries": entry_rows((_members(entry) for entry in shown), language),
        "shown": shown,
        "kind": kind,
        "kinds": [finding_of(name, language) for name in FINDINGS],
        "has_points": run.entries.filter(point__isnull=False).exists(),
        "is_undoable": run.state == ImportRun.State.LOADED,
    }
    return page(request, "run.html", context)


def _entries(run: ImportRun, kind: str) -> QuerySet[ImportEntry]:
    if not kind:
        return run.entries.all()
    if kind not in FINDINGS:
        raise Problem(400, "unknown kind", f"one of {', '.join(FINDINGS)}", parameter="kind")
    return run.entries.filter(kind=kind)


def _members(entry: ImportEntry) -> dict[str, Any]:
    return {"type": entry.kind} | {name: getattr(entry, name) for name in _COLUMNS[1:-2]}


@require_safe
def run_csv(request: HttpRequest, number: int) -> HttpResponse:
    """Every finding as CSV: UTF-8 with the mark that spreadsheets look for, and no cell that they would calculate."""
    run = get_run(request, number)
    response = StreamingHttpResponse(_csv_lines(run), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{run.pk}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _csv_lines(run: ImportRun) -> Iterator[str]:
    yield "\ufeff" + _csv_line(_COLUMNS)
    for entry in run.entries.iterator(chunk_size=2_000):
        point = ["", ""] if entry.point is None else [f"{entry.point.x:.7f}", f"{entry.point.y:.7f}"]
        texts = (entry.kind, *(getattr(entry, name) for name in _COLUMNS[1:-2]))
        yield _csv_line([*(neutralised(text) for text in texts), *point])
    if run.entries_left_out:
        yield _csv_line(["notice", "file", *[""] * 5, f"{run.entries_left_out} more findings were counted only"])


def _csv_line(cells: Any) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


@require_safe
def run_points(request: HttpRequest, number: int) -> HttpResponse:
    """Where refused rows lie, as GeoJSON."""
    run = get_run(request, number)
    points = run.entries.filter(point__isnull=False)[:MOST_POINTS]
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [entry.point.x, entry.point.y]},
            "properties": {"refused": True, "title": f"{entry.place}: {entry.reason}"[:300]},
        }
        for entry in points
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")


@require_http_methods(["GET", "POST"])
def run_undo(request: HttpRequest, number: int) -> HttpResponse:
    """Say what taking the import back would do; on POST, take it back."""
    if (answer := sign_in_first(request)) is not None:
        return answer
    run = get_run(request, number)
    is_meant = request.method == "POST"
    try:
        undone = undo(run, request.user.get_username(), keep=is_meant)
    except UndoRefused as refusal:
        if request.method == "POST" or not wants_page(request):
            raise Problem(409, "cannot be undone", str(refusal)) from refusal
        return page(request, "undo.html", _row(run, language_of(request)) | {"refusal": str(refusal)}, status=409)
    if is_meant and wants_page(request):
        return HttpResponseRedirect(reverse("import-run", args=[run.pk]))
    rows = [
        {"layer": one.layer, "removed": one.removed, "restored": one.restored,
         "brought_back": one.brought_back, "kept": one.kept}
        for one in undone
    ]  # fmt: skip
    if not wants_page(request):
        return JsonResponse({"run": run.pk, "undone": is_meant, "layers": rows})
    context = _row(run, language_of(request)) | {"rows": layer_rows(rows, language_of(request))}
    return page(request, "undo.html", context)
