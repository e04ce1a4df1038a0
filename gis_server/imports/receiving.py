"""Files arrive: streamed to disk, put together, handed to the worker."""

from __future__ import annotations

import shutil

from django.conf import settings
from django.core.files.uploadhandler import StopFutureHandlers
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from gis_server.imports.access import get_staff
from gis_server.imports.models import Upload
from gis_server.imports.storing import DiskHandler, Stored, grouped, has_room, take_over
from gis_server.imports.tasks import hand_over
from gis_server.web.problems import wants_page
from layers.problems import Problem

_MEGABYTE = 2**20


@csrf_exempt  # until the handler is in its place: looking for the token reads the body; then it is looked for below
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Take one file or several; to a browser the page of the upload, to a program the uploads that were made."""
    get_staff(request)
    most = settings.UPLOAD_MOST_BYTES
    asked = int(request.META.get("CONTENT_LENGTH") or 0)
    if asked > most + _MEGABYTE:
        raise _too_large(most)
    if not has_room(asked):
        raise Problem(503, "no room", "the disk of the server is nearly full; nothing has been taken")
    handler = DiskHandler(most)
    request.upload_handlers = [handler]
    try:
        return _received(request, handler)
    finally:
        handler.discard()


@csrf_protect
def _received(request: HttpRequest, handler: DiskHandler) -> HttpResponse:
    try:
        request.FILES  # noqa: B018 - reads the body
    except (MultiPartParserError, StopFutureHandlers) as error:
        raise Problem(400, "not a form", f"the body is no multipart form: {error}") from error
    if handler.fault == "too large":
        raise _too_large(handler.most_bytes)
    if handler.fault:
        raise Problem(503, "no room", f"the file could not be written: {handler.fault}; nothing has been taken")
    files = [file for file in handler.stored if file.bytes]
    if not files:
        raise Problem(400, "no file", "the form has no file, or only empty ones", parameter="file")
    uploads = [_made(request, group) for group in grouped(files)]
    if wants_page(request):
        target = reverse("upload", args=[uploads[0].pk]) if len(uploads) == 1 else reverse("imports")
        return HttpResponseRedirect(target)
    made = [
        {"id": str(upload.pk), "file": upload.main, "href": reverse("upload", args=[upload.pk])} for upload in uploads
    ]
    return JsonResponse({"uploads": made}, status=201)


def _made(request: HttpRequest, group: list[Stored]) -> Upload:
    upload = Upload(owner=request.user)
    try:
        upload.files = take_over(group, upload.folder)
        upload.main = upload.files[0]["stored"]
        with transaction.atomic():
            upload.save()
            hand_over(upload)
    except BaseException:
        shutil.rmtree(upload.folder, ignore_errors=True)
        raise
    return upload


def _too_large(most: int) -> Problem:
    return Problem(413, "too large", f"at most {most // _MEGABYTE} MB may be uploaded at once", parameter="file")
