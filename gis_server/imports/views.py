"""The pages of an upload, and what can be done on them."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from etl.models import ImportRun
from gis_server.imports.access import get_staff, get_upload, importable_layers, may_see
from gis_server.imports.cleaning import KEPT_AFTER_LOADING
from gis_server.imports.forms import build_form, read_form
from gis_server.imports.models import Upload, move
from gis_server.imports.raster_uploads import raster_facts
from gis_server.imports.shown import entry_rows, layer_rows, sample_table
from gis_server.imports.tasks import call_off, hand_over
from gis_server.imports.words import in_language, state_of
from gis_server.web.problems import wants_page
from gis_server.web.staff_pages import language_of, sign_in_first, state_answer
from layers import registry
from layers.problems import Problem
from layers.spec import Audience

State = Upload.State
_RECENT = 8
_UPLOADS_SHOWN = 30


def page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page of this app. Nothing of it may be kept by a cache: it shows one account's files."""
    frame = {"words": in_language(language_of(request))}
    response = render(request, f"imports/{template}", frame | context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where files are dropped; one's uploads, the last imports."""
    if (answer := sign_in_first(request)) is not None:
        return answer
    audience, language = get_staff(request), language_of(request)
    everybodys = Upload.objects.select_related("owner")
    own = everybodys if audience is Audience.ADMIN else everybodys.filter(owner=request.user)
    name = request.user.get_username()
    runs = [run for run in ImportRun.objects.all()[:100] if may_see(run, audience, name)][:_RECENT]
    context = {
        "uploads": [{"upload": upload, "state": state_of(upload.state, language)} for upload in own[:_UPLOADS_SHOWN]],
        "runs": [{"run": run, "state": state_of(run.state, language)} for run in runs],
        "layers": [layer.title.in_language(language) for layer in importable_layers(audience)],
        "kept_days": KEPT_AFTER_LOADING.days,
    }
    return page(request, "home.html", context)


@require_safe
def upload_page(request: HttpRequest, number: object) -> HttpResponse:
    """One upload, in whatever state it is."""
    if (answer := sign_in_first(request)) is not None:
        return answer
    upload, audience, language = get_upload(request, number), get_staff(request), language_of(request)
    if not wants_page(request):
        return JsonResponse(_document(upload))
    recognition = upload.recognition
    run = ImportRun.objects.filter(pk=upload.run_number).first()
    is_undone = run is not None and run.state == ImportRun.State.UNDONE
    context = {
        "upload": upload,
        "state": state_of("undone" if is_undone else upload.state, language),
        "is_undone": is_undone,
        "form": build_form(upload, audience, language) if upload.is_changeable else None,
        "layers": layer_rows(upload.report.get("layers", []), language),
        "targets": [registry.get(name).title.in_language(language) for name in recognition.get("layers", [])],
        "entries": entry_rows(upload.report.get("entries", []), language),
        "sample": sample_table(upload, language),
        "raster_facts": raster_facts(upload, in_language(language), language),
        "has_preview": upload.preview_path.exists() and bool(upload.report),
        "progress": _progress(upload),
    }
    return page(request, "upload.html", context)


@require_safe
def upload_state(request: HttpRequest, number: object) -> HttpResponse:
    """How far an upload is: a few bytes, and most often the answer that nothing has changed."""
    return state_answer(request, _document(get_upload(request, number)))


@require_safe
def upload_preview(request: HttpRequest, number: object) -> HttpResponse:
    """What the trial would put on the map, as GeoJSON."""
    upload = get_upload(request, number)
    try:
        file = upload.preview_path.open("rb")
    except FileNotFoundError as error:
        raise Problem(404, "no preview", "this upload has no preview (yet, or any more)") from error
    response = FileResponse(file, content_type="application/geo+json")
    response["Cache-Control"] = "private, no-cache"
    return response


@require_POST
def change(request: HttpRequest, number: object) -> HttpResponse:
    """Say something else about the file: it is looked at again."""
    upload = get_upload(request, number)
    options = read_form(request.POST, upload, get_staff(request))
    with transaction.atomic():
        if not (upload.is_changeable and move(upload, (State.READY, State.FAILED), State.RECEIVED, options=options)):
            raise _too_late(upload)
        hand_over(upload)
    return _done(request, upload)


@require_POST
def load(request: HttpRequest, number: object) -> HttpResponse:
    """Load what was shown."""
    upload = get_upload(request, number)
    with transaction.atomic():
        if not (upload.is_loadable and move(upload, (State.READY,), State.LOADING)):
            raise _too_late(upload)
        upload.progress_path.unlink(missing_ok=True)
        hand_over(upload)
    return _done(request, upload)


@require_POST
def cancel(request: HttpRequest, number: object) -> HttpResponse:
    """Stop and load nothing; too late once everything is loaded, which can then be undone."""
    upload = get_upload(request, number)
    if not call_off(upload):
        raise _too_late(upload)
    return _done(request, upload)


def _too_late(upload: Upload) -> Problem:
    upload.refresh_from_db()
    return Problem(409, "not possible now", f"the upload is {upload.state}; nothing has been changed by this request")


def _done(request: HttpRequest, upload: Upload) -> HttpResponse:
    if wants_page(request):
        return HttpResponseRedirect(reverse("upload", args=[upload.pk]))
    return JsonResponse(_document(upload), status=202)


def _document(upload: Upload) -> dict[str, Any]:
    return {
        "id": str(upload.pk),
        "file": upload.main,
        "state": upload.state,
        "busy": upload.is_busy,
        "changed": upload.changed_at.isoformat(),
        "message": upload.message,
        "progress": _progress(upload) if upload.is_busy else {},
        "recognition": upload.recognition,
        "accepted": upload.report.get("accepted"),
        "repaired": upload.report.get("repaired"),
        "refused": upload.report.get("refused"),
        "run": upload.run_number,
    }


def _progress(upload: Upload) -> dict[str, Any]:
    try:
        progress: dict[str, Any] = json.loads(upload.progress_path.read_text())
    except (OSError, ValueError):
        return {}
    return progress
