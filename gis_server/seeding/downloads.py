"""The city's offline packs for everybody: the page, and the files, in ranges where a reader asks for them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.views.decorators.http import require_http_methods, require_safe

from gis_server.seeding.asked import check_parameters, page
from gis_server.seeding.kept_packs import KeptFile, KeptPacks, find_kept
from gis_server.web.problems import wants_page
from gis_server.web.staff_pages import language_of
from layers import registry
from layers.problems import Problem
from layers.spec import Audience
from ogc_api.rasters.sending import file_response
from ogc_api.sharing import share

_METHODS = ("GET", "HEAD", "OPTIONS")
_OF_RANGES = ("Accept-Ranges", "Content-Range", "Content-Length")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What there is to take along."""
    check_parameters(request)
    kept, language = find_kept(), language_of(request)
    if not wants_page(request):
        response: HttpResponse = JsonResponse(_document(request, kept), json_dumps_params={"ensure_ascii": False})
        response["Cache-Control"] = "no-cache"
    else:
        context = {"kept": kept, "layers": _layers(kept, language) if kept else []}
        response = page(request, "offline.html", context, "private, no-cache")
    patch_vary_headers(response, ["Accept"])
    return response


@require_http_methods(_METHODS)
def download(request: HttpRequest, name: str) -> HttpResponseBase:
    """A pack as it is; a range of it where a reader asks for one (RFC 9110, 14)."""
    if request.method == "OPTIONS":
        return _shared(request, HttpResponse(status=204, headers={"Allow": ", ".join(_METHODS)}))
    check_parameters(request)
    file = _get_file(name)
    if file.etag in parse_etags(request.headers.get("If-None-Match", "")):
        response: HttpResponseBase = HttpResponseNotModified()
    else:
        response = _file_response(request, file)
        response["Content-Type"] = file.media_type
        response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response["ETag"], response["Cache-Control"] = file.etag, "public, no-cache"
    return _shared(request, response)


def _file_response(request: HttpRequest, file: KeptFile) -> HttpResponseBase:
    try:
        return file_response(request, file.path, file.etag)
    except FileNotFoundError as error:  # replaced between the look at the note and now
        raise Problem(503, "being replaced", "a newer pack takes this one's place; ask again") from error


def _shared(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Readers in the pages of other sites may ask for ranges, and see which they have got."""
    share(request, response, _METHODS)
    for header, more in (("Access-Control-Expose-Headers", _OF_RANGES), ("Access-Control-Allow-Headers", _ASKED)):
        if header in response:
            response[header] = ", ".join([response[header], *more])
    return response


_ASKED = ("Range", "If-Range")


def _get_file(name: str) -> KeptFile:
    kept = find_kept()
    files = kept.files if kept else ()
    found = next((file for file in files if file.name == name), None)
    if found is None:
        known = ", ".join(file.name for file in files) or "none yet"
        raise Problem(404, "unknown pack", f"there is no pack {name!r:.80}; there are: {known}")
    return found


def _document(request: HttpRequest, kept: KeptPacks | None) -> dict[str, Any]:
    if kept is None:
        return {"packs": []}
    return {
        "data_time": kept.data_time.isoformat(timespec="milliseconds"),
        "layers": {name: {"maxzoom": last, "wanted_maxzoom": asked} for name, (last, asked) in kept.layers.items()},
        "packs": [
            {
                "href": request.build_absolute_uri(file.name),
                "type": file.media_type,
                "bytes": file.size,
                "tiles": kept.tiles,
                "etag": file.digest,
            }
            for file in kept.files
        ],
    }


def _layers(kept: KeptPacks, language: str) -> list[dict[str, Any]]:
    return [
        {
            "title": layer.title.in_language(language),
            "name": layer.name,
            "licence": layer.open_data.licence,
            "last": kept.layers[layer.name][0],
            "lowered_from": kept.layers[layer.name][1]
            if kept.layers[layer.name][0] < kept.layers[layer.name][1]
            else None,
        }
        for layer in registry.visible_to(Audience.PUBLIC)
        if layer.name in kept.layers
    ]
