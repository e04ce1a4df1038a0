"""Features as files: everything that matches, or as many as ``limit`` says with a link to the rest in the header."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase

from layers import ordering, reading
from layers.crs import CRS84
from layers.formats import Export, Format
from layers.formats.jsonfg import feature_sql, head_members
from layers.formats.reference_systems import find_srid
from layers.ordering import Sort
from layers.reading import Form, Query, Selection
from layers.spec import Audience, LayerSpec
from ogc_api.asking import Asked
from ogc_api.features import choosing, parameters, references
from ogc_api.features.formats import FILES, media_type_of
from ogc_api.features.sending import file_response

MAX_LIMIT = 2**62
"""As many as anybody may want: a file is written while it is read."""


@dataclass(frozen=True, slots=True)
class Download:
    """What is asked for as a file. Its selection has no limit of its own."""

    asked: Asked
    chosen: Format
    selection: Selection
    sorts: tuple[Sort, ...]
    limit: int | None


def read_download(asked: Asked, selection: Selection, sorts: tuple[Sort, ...]) -> Download:
    """What the query asks for, in a format of `FILES`.

    Raises:
        Problem: 400, where the format cannot hold it, naming the parameter.
    """
    chosen, form, given = FILES[asked.format], selection.form, asked.parameters.get("limit")
    if chosen.is_lon_lat_only and form.crs != CRS84:
        raise parameters.fault("crs", form.crs.uri, f"{CRS84.uri}, the only system that {chosen.title.en} knows")
    if chosen.name == "fgb" and not form.has_geometry:
        raise parameters.fault("skipGeometry", "true", f"possible in {chosen.title.en}, which is made of geometries")
    if references.read_profile(asked) != references.AS_KEY:
        right = f"{references.AS_KEY}, the only way in which files write references"
        raise parameters.fault(references.PARAMETER, asked.parameters[references.PARAMETER], right)
    limit = None if given is None else parameters.read_limit(given, MAX_LIMIT)
    return Download(asked, chosen, replace(selection, limit=None), sorts, limit)


def download_response(download: Download, *, is_head: bool) -> HttpResponseBase:
    """The file, or only its headers, without a feature being read."""
    if is_head:
        # A stream, since its length is not known: 0 would be taken for the length of the file.
        response: HttpResponseBase = StreamingHttpResponse((), content_type=download.chosen.media_type)
    else:
        _check_computable(download)
        selection, next_cursor = _cut(download)
        response = file_response(as_export(selection), download.chosen)
        if next_cursor is not None:
            response["Link"] = _next_link(download, next_cursor)
    response["Content-Disposition"] = f'attachment; filename="{_file_name(download)}"'
    return response


def as_export(selection: Selection) -> Export:
    """The selection as the formats take it, in the system that it asks for."""
    srid = find_srid(selection.form.crs.uri, settings.CITY)
    if srid is None:
        raise ValueError(f"{selection.form.crs.uri} is offered, but files are not written in it")
    return Export.of(selection, srid)


def jsonfg_of(layer: LayerSpec, audience: Audience, form: Form) -> tuple[str, dict[str, Any]]:
    """SQL of a feature in JSON-FG, and the members that the document bears besides."""
    export = as_export(Selection(layer, audience, form=form))
    return feature_sql(export), head_members(export)


def _check_computable(download: Download) -> None:
    """A filter is tried on every feature first: what cannot be computed is an answer then, and not a torn file.

    Raises:
        Problem: 400, saying why.
    """
    if "filter" in download.asked.parameters:
        next(reading.rows(reading.count_query(download.selection)))


def _cut(download: Download) -> tuple[Selection, str | None]:
    """The features up to the limit, and the cursor of those behind it.

    The file ends at a place in the order, not at a number: what others add or delete while it is written neither
    repeats nor hides a feature.
    """
    selection, limit, sorts = download.selection, download.limit, download.sorts
    if limit is None:
        return selection, None
    query = reading.rows_query(selection, reading.keyed(selection)) + Query(" LIMIT 2 OFFSET %s", (limit - 1,))
    found = list(reading.rows(query))
    if len(found) < 2:
        return replace(selection, limit=limit), None
    if not sorts:
        (last_id,) = found[0]
        end = Query(" AND t.id <= %s", (last_id,))
        return replace(selection, conditions=(*selection.conditions, end)), parameters.write_cursor(last_id)
    last_id, *values, revision = found[0]
    kept = choosing.revision_to_keep(selection, revision)
    end = ordering.until(sorts, (*values, last_id))
    as_of = selection.as_of if kept is None else kept
    cut = replace(selection, conditions=(*selection.conditions, end), as_of=as_of)
    return cut, choosing.write_sorted_cursor(sorts, (last_id, *values), kept)


def _next_link(download: Download, cursor: str) -> str:
    """RFC 8288."""
    asked = download.asked
    query = urlencode(dict(asked.parameters) | {"cursor": cursor, "f": asked.format})
    address = f"{asked.base_url}/collections/{download.selection.layer.name}/items?{query}"
    return f'<{address}>; rel="next"; type="{media_type_of(download.chosen)}"'


def _file_name(download: Download) -> str:
    """Of the layer, and of the moment that is looked at."""
    moment = download.selection.as_of
    past = f"{moment:-%Y%m%dT%H%M%SZ}" if isinstance(moment, datetime.datetime) else ""
    return f"{download.selection.layer.name}{past}.{download.chosen.extension}"
