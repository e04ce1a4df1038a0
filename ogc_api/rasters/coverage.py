"""The cells of a raster: ``/collections/{id}/coverage``, as GeoTIFF or CoverageJSON.

Source: OGC API - Coverages - Part 1 (OGC 19-087, draft).
"""

from __future__ import annotations

import hashlib
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from layers.crs import Crs
from layers.problems import Problem
from ogc_api import asking
from ogc_api.answering import answers, not_modified, with_headers
from ogc_api.asking import Asked
from ogc_api.rasters import boxes, choosing, stored
from ogc_api.rasters.covjson import COVJSON, grid_text
from ogc_api.rasters.geotiff import GEOTIFF, geotiff
from ogc_api.rasters.sending import file_response, geotiff_response
from ogc_api.rasters.stored import Stored
from ogc_api.rasters.systems import native_crs, read_crs

FORMATS: Final = ("geotiff", "covjson")
PARAMETERS: Final = (*boxes.PARAMETERS, *choosing.SCALING, "properties", "crs")
LISTED: Final = frozenset({"subset"})
"""Given several times, it is read as one list (requirement /req/subsetting/subset, Q)."""
REPRESENTATION: Final = "1"
"""Counts the forms that answers have had, so that nobody keeps an older one."""


@answers("GET", "HEAD")
def coverage(request: HttpRequest, collection: str) -> HttpResponseBase:
    """The cells, or a part of them."""
    refuse_dimensions(request)
    asked = asking.read(request, PARAMETERS, FORMATS, LISTED)
    one = stored.get(collection)
    form = format_of(request, asked, FORMATS, COVJSON)
    if form == "geotiff" and not set(PARAMETERS) & set(asked.parameters):
        return _whole(request, asked, one)
    crs = read_crs("crs", asked.parameters.get("crs"), one, native_crs(one))
    most = choosing.MAX_CELLS if form == "geotiff" else choosing.MAX_CELLS_AS_TEXT
    choice = choosing.choose(
        one,
        crs,
        boxes.read_box(asked.parameters, one),
        choosing.read_scale(asked.parameters, crs),
        choosing.read_bands("properties", asked.parameters.get("properties"), one),
        most,
    )
    etag = etag_of(asked, one, form)
    if choice is None:
        return with_headers(HttpResponse(status=204), asked, etag)
    response = not_modified(request, etag) or cells_response(request, choice, form)
    return with_headers(with_crs(response, crs), asked, etag)


def cells_response(request: HttpRequest, choice: choosing.Choice, form: str) -> HttpResponse:
    """Chosen cells in one of the two forms."""
    try:
        if form == "geotiff":
            return geotiff_response(request, geotiff(choice))
        text = "".join(grid_text(choice.stored, choice.crs, choice.grid, choice.bands, choice.cells()))
    except FileNotFoundError as error:
        raise vanished(choice.stored) from error
    return HttpResponse(text, content_type=COVJSON)


def vanished(one: Stored) -> Problem:
    """The raster was removed, or replaced, while its cells were to be read."""
    return Problem(404, "unknown collection", f"{one.id} has just been removed or replaced; ask again")


def _whole(request: HttpRequest, asked: Asked, one: Stored) -> HttpResponseBase:
    """The stored file itself, a Cloud Optimized GeoTIFF. Its tag is strong, since ranges are put together by it."""
    etag = f'"{hashlib.sha256(one.raster.file_name.encode()).hexdigest()[:32]}"'
    try:
        response = not_modified(request, etag) or file_response(request, one.raster.path, etag)
    except FileNotFoundError as error:
        raise vanished(one) from error
    return with_headers(with_crs(response, native_crs(one)), asked, etag)


def format_of(request: HttpRequest, asked: Asked, formats: tuple[str, ...], *others: str) -> str:
    """The form of the answer: ``f``, else what is accepted, else the first.

    Args:
        others: media types of the formats behind the first, in their order.
    """
    written = request.GET.get("f")
    if written is not None:
        return written
    types = (GEOTIFF.partition(";")[0], *others) if formats[0] == "geotiff" else (COVJSON, *others)
    chosen = request.get_preferred_type(list(types))
    return formats[types.index(str(chosen))] if chosen else formats[0]


def refuse_dimensions(request: HttpRequest) -> None:
    """Raises:
    Problem: 400 for a time or a height, which no stored raster has as a dimension.
    """
    for name, what in (("datetime", "time"), ("z", "levels")):
        if name in request.GET:
            detail = f"{name} cannot be chosen: rasters have no {what}, only places; leave it out"
            raise Problem(400, "invalid parameter", detail, parameter=name)


def etag_of(asked: Asked, one: Stored, form: str) -> str:
    """The same for the same request while raster and what is said of it stay; known without reading a cell."""
    parts = (REPRESENTATION, one.id, one.state, asked.audience.name, asked.language, asked.url, form)
    return f'W/"{hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]}"'


def with_crs(response: HttpResponseBase, crs: Crs) -> HttpResponseBase:
    response["Content-Crs"] = f"<{crs.uri}>"
    return response
