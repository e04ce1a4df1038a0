"""A layer as a file: ``/data/shelters.gpkg?crs=EPSG:6677``, ``/data/facilities.public-toilet.csv``."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from gis_server.data.asked import audience_of, check_parameters, get_layer
from layers.changes import revision_of
from layers.crs import LON_LAT_SRID
from layers.formats import FORMATS, Export, Format, find_format_of_file
from layers.formats.csv_table import CSV
from layers.formats.municipal_standard import MunicipalStandard, standard_chunks, standards_of
from layers.formats.reference_systems import find_srid, names
from layers.problems import Problem
from layers.spec import Audience, LayerSpec
from ogc_api.features.sending import file_response, streamed


@require_safe
def download(request: HttpRequest, name: str, ending: str) -> HttpResponseBase:
    """The layer in the format that the address ends with. Nothing is made where the caller has it already."""
    check_parameters(request, ("crs",))
    layer, audience = get_layer(request, name), audience_of(request)
    chosen, standard = _format(layer, ending)
    export = Export(layer, audience, _srid(request, chosen, standard))
    etag = _etag(export, ending)
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response: HttpResponseBase = HttpResponseNotModified()
    elif request.method == "HEAD":
        response = HttpResponse(content_type=chosen.media_type)
    else:
        response = _written(export, chosen, standard)
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache" if audience is Audience.PUBLIC else "private, no-store"
    response["Content-Disposition"] = f'attachment; filename="{layer.name}.{ending.lower()}"'
    return response


def _format(layer: LayerSpec, ending: str) -> tuple[Format, MunicipalStandard | None]:
    """The format behind the end of an address, and the sheet of the standard where it names one.

    Raises:
        Problem: 404, naming what there is.
    """
    sheets = {f"{standard.name}.csv": standard for standard in standards_of(layer)}
    if ending.lower() in sheets:
        return CSV, sheets[ending.lower()]
    chosen = find_format_of_file(f"{layer.name}.{ending}")
    if chosen is None or ending.lower() not in chosen.extensions:
        known = ", ".join([*(known.extension for known in FORMATS), *sheets])
        raise Problem(404, "unknown format", f"{layer.name} is not there as .{ending:.40}; there are: {known}")
    return chosen, None


def _srid(request: HttpRequest, chosen: Format, standard: MunicipalStandard | None) -> int:
    text = request.GET.get("crs", "EPSG:4326")
    srid = find_srid(text, settings.CITY)
    if srid is None:
        detail = f"crs={text!r:.80} is none of {names(settings.CITY)}"
        raise Problem(400, "unknown reference system", detail, parameter="crs")
    if (chosen.is_lon_lat_only or standard) and srid != LON_LAT_SRID:
        detail = f"this file holds nothing but longitude and latitude (CRS84), not {text:.80}"
        raise Problem(400, "reference system not possible", detail, parameter="crs")
    return srid


def _etag(export: Export, ending: str) -> str:
    """A tag for what the file says: the layer's revision, who asks, and how. GZIP may change its bytes: weak."""
    parts = (export.layer.name, revision_of(export.layer.name), export.audience.name, export.srid, ending.lower())
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:24]}"'


def _written(export: Export, chosen: Format, standard: MunicipalStandard | None) -> HttpResponseBase:
    if standard is not None:
        return streamed(standard_chunks(standard, export, settings.CITY), chosen)
    return file_response(export, chosen)
