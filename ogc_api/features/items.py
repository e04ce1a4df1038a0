"""The fast road: features of a collection, and one feature, as GeoJSON text that the database builds.

Source: OGC API - Features - Part 1: Core (OGC 17-069r4), 7.15 and 7.16.
"""

from __future__ import annotations

import datetime
import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from layers import changes, history, ordering, reading
from layers.crs import Crs, offered_crs
from layers.history import Past
from layers.ordering import Sort
from layers.problems import Problem
from layers.reading import Form, Query, Selection
from layers.spec import Audience, LayerSpec
from ogc_api import asking
from ogc_api.answering import GEOJSON, answers, not_modified, to_text, with_headers
from ogc_api.asking import Asked
from ogc_api.features import choosing, files, filtering, formats, parameters, places, references
from ogc_api.features.choosing import FORM_PARAMETERS
from ogc_api.features.links import feature_links, links_of
from ogc_api.features.pages import feature_page, features_page
from ogc_api.features.remembering import find_count, state_of_rows
from ogc_api.features.tags import REPRESENTATION, state_of, tag_of
from ogc_api.keeping import rests_on

OWN_PARAMETERS = ("limit", "offset", "bbox", "bbox-crs", "datetime", "cursor", *FORM_PARAMETERS, *filtering.PARAMETERS)
STREAM_ABOVE = 1_000
"""Features beyond which the text is sent while it is read."""
BATCH = 500

_AS_STORED = Form()

Rows = list[tuple[Any, ...]]
Batches = Iterable[Rows]


def parameters_of(layer: LayerSpec, audience: Audience) -> tuple[str, ...]:
    """The query parameters of a collection's features: the standard's, and one for each field that may be read."""
    own = choosing.own_parameters(layer, audience)
    return (*OWN_PARAMETERS, *own, *(field.name for field in layer.fields_for(audience)))


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a collection: what is asked, and at most how many features."""

    layer: LayerSpec
    asked: Asked
    selection: Selection
    limit: int
    sorts: tuple[Sort, ...] = ()

    def cursor_after(self, row: tuple[Any, ...]) -> str:
        """The token of the page that begins after a row of this one."""
        last_id, _, *values, revision = row
        if not self.sorts:
            return parameters.write_cursor(last_id)
        kept = choosing.revision_to_keep(self.selection, revision)
        return choosing.write_sorted_cursor(self.sorts, (last_id, *values), kept)


@answers("GET", "HEAD")
def items(request: HttpRequest, collection: str) -> HttpResponseBase:
    """Features of a collection, in the order of their ids, or of the fields that are named."""
    layer = asking.get_layer(request, collection)
    asked = asking.read(request, parameters_of(layer, asking.audience_of(request)), formats.OF_ITEMS)
    page = read_page(layer, asked)
    if asked.html:
        return features_page(request, asked, layer, page.selection.form, _document(page))
    if asked.format in formats.FILES:
        return _file(request, page)
    rows, revision = _rows_and_revision(request, page)
    rests_on(request, layer.name, revision)
    etag = etag_of(asked, layer, revision)
    response = not_modified(request, etag) or _features_response(page, revision, rows)
    return with_headers(_described(response, asked, page.selection.form), asked, etag)


def _rows_and_revision(request: HttpRequest, page: Page) -> tuple[Rows | None, int]:
    """The revision, and the rows in which it was seen, where reading both in one statement saves a question.

    Not where the caller may have them already, nor where they are many. Where there are no rows none tells the
    revision, which has to be known before that there are none.
    """
    if page.limit <= STREAM_ABOVE and "If-None-Match" not in request.headers:
        rows = _rows(page)
        if rows:
            return rows, rows[0][-1]
    return None, changes.revision_of(page.layer.name)


def _file(request: HttpRequest, page: Page) -> HttpResponseBase:
    """The features as a file; neither for HEAD nor for who has it already is anything read."""
    download = files.read_download(page.asked, page.selection, page.sorts)
    etag = etag_of(page.asked, page.layer, changes.revision_of(page.layer.name))
    is_head = request.method == "HEAD"
    response = not_modified(request, etag) or files.download_response(download, is_head=is_head)
    response["Content-Crs"] = f"<{page.selection.form.crs.uri}>"
    return with_headers(response, page.asked, etag)


@answers("GET", "HEAD")
def item(request: HttpRequest, collection: str, feature: str) -> HttpResponseBase:
    """One feature."""
    layer = asking.get_layer(request, collection)
    known = (*FORM_PARAMETERS, *choosing.past_parameters(layer, asking.audience_of(request)))
    asked = asking.read(request, known, formats.OF_ITEM)
    form = read_form(layer, asked)
    if asked.html:
        return feature_page(request, asked, layer, form, get_feature(layer, asked, feature, form).text)
    found = get_feature(layer, asked, feature, form)
    rests_on(request, layer.name, found.revision)
    etag = tag_of(found.state, layer, asked)
    response = not_modified(request, etag) or HttpResponse(found.text, content_type=_media_type(asked))
    return with_headers(_described(response, asked, form), asked, etag)


def posted_items(layer: LayerSpec, asked: Asked) -> HttpResponseBase:
    """Features that fit what was posted; kept by nobody, since the address does not say what was asked."""
    page = read_page(layer, asked)
    response = _features_response(page, changes.revision_of(layer.name), None)
    with_headers(_described(response, asked, page.selection.form), asked, "")
    del response["ETag"]
    response["Cache-Control"] = "no-store"
    return response


def read_page(layer: LayerSpec, asked: Asked) -> Page:
    """What the query's parameters ask for.

    Raises:
        Problem: 400, naming the parameter and what would be right.
    """
    given = asked.parameters
    bbox_crs = places.read_crs("bbox-crs", given.get("bbox-crs"), offered())
    limit = parameters.read_limit(
        given.get("limit"), parameters.MAX_LIMIT_OF_PAGE if asked.html else parameters.MAX_LIMIT
    )
    fields = {field.name for field in layer.fields_for(asked.audience)}
    sorts = ordering.read_sorts(layer, asked.audience, given["sortby"]) if "sortby" in given else ()
    cursor, order = given.get("cursor"), None
    as_of: Past | None = read_as_of(asked)
    if sorts:
        place, revision = choosing.read_sorted_cursor(sorts, cursor)
        order = ordering.order_of(sorts, place)
        as_of = revision if as_of is None and history.is_offered(layer, asked.audience) else as_of
    selection = reading.select(
        layer,
        asked.audience,
        bbox=places.read_bbox(given.get("bbox"), bbox_crs),
        bbox_crs=bbox_crs,
        interval=parameters.read_interval(given.get("datetime"), timezone.get_default_timezone()),
        equals={name: text for name, text in given.items() if name in fields},
        after_id=None if sorts else parameters.read_cursor(cursor),
        limit=limit + 1,
        form=read_form(layer, asked),
        conditions=[
            *choosing.read_words(layer, asked.audience, given.get("q")),
            *filtering.conditions_of(layer, asked, offered()),
        ],
        order=order,
        offset=parameters.read_offset(given.get("offset"), cursor),
        as_of=as_of,
    )
    return Page(layer, asked, selection, limit, sorts)


def read_as_of(asked: Asked) -> datetime.datetime | None:
    """The moment at which the layer is looked at; None for now.

    Raises:
        Problem: 400, also for a time that has not come.
    """
    return parameters.read_as_of(asked.parameters.get("as-of"), timezone.now())


def read_form(layer: LayerSpec, asked: Asked) -> Form:
    """How the features are to be written.

    Raises:
        Problem: 400, naming the parameter and what would be right.
    """
    given = asked.parameters
    references.read_profile(asked)
    return Form(
        crs=places.read_crs("crs", given.get("crs"), offered()),
        names=choosing.read_properties(layer, asked.audience, given.get("properties")),
        has_geometry=not choosing.read_flag("skipGeometry", given.get("skipGeometry")),
    )


def offered() -> tuple[Crs, ...]:
    """The reference systems of this city."""
    return offered_crs(settings.CITY.plane_srid)


def etag_of(asked: Asked, layer: LayerSpec, revision: int) -> str:
    """The same for the same request while nothing changes that the caller may see; known without reading a feature.

    Weak, because the document also says when it was made.
    """
    whose = (asked.audience.name, asked.language, asked.format)
    parts = (REPRESENTATION, layer.name, state_of_rows(layer, asked.audience, revision), *whose, asked.url)
    return f'W/"{hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]}"'


def _described(response: HttpResponseBase, asked: Asked, form: Form) -> HttpResponseBase:
    """Says in which reference system and in which profile the features are."""
    response["Content-Crs"] = f"<{form.crs.uri}>"
    response["Link"] = f'<{references.profile_link(asked)["href"]}>; rel="profile"'
    return response


def _features_response(page: Page, revision: int, rows: Rows | None) -> HttpResponseBase:
    """The page; `rows`, where they have been read already."""
    media_type = _media_type(page.asked)
    if page.limit <= STREAM_ABOVE:
        rows = _rows(page) if rows is None else rows
        return HttpResponse("".join(_written(page, [rows], revision)), content_type=media_type)
    batches = _batches(_query(page))
    first = next(batches, [])  # read now, so that what goes wrong at once is an answer and not a torn document
    text = _written(page, itertools.chain([first], batches), revision)
    if len(first) < BATCH:
        return HttpResponse("".join(text), content_type=media_type)
    return StreamingHttpResponse(text, content_type=media_type)


def _media_type(asked: Asked) -> str:
    return formats.OF_ITEM[formats.JSONFG][0] if asked.format == formats.JSONFG else GEOJSON


def _rows(page: Page) -> Rows:
    """All rows of a page. One in the order of ids and without a condition is read by one plan, wherever it begins.

    Where the layer is still at the revision that is asked for, its table is what it was; the rows say whether it was
    still so when they were read.
    """
    asked_for = page.selection.as_of
    if isinstance(asked_for, int) and asked_for == changes.revision_of(page.layer.name):
        now = replace(page, selection=replace(page.selection, as_of=None))
        rows = list(reading.rows(_query(now)))
        if rows and rows[0][-1] == asked_for:
            return rows
    is_plain = not (page.sorts or page.selection.is_narrowed)
    return list(reading.rows(_query(page), is_frequent=is_plain))


def _query(page: Page) -> Query:
    """Rows (id, feature as text, keys of the order), the text in the format that is asked for."""
    if page.asked.format != formats.JSONFG:
        return reading.features_query(page.selection)
    feature, _ = files.jsonfg_of(page.layer, page.asked.audience, page.selection.form)
    return reading.rows_query(page.selection, reading.keyed(page.selection, feature))


def _own_members(layer: LayerSpec, asked: Asked, form: Form) -> str:
    """What a document in JSON-FG says of itself, as members with a comma before them; nothing in GeoJSON."""
    if asked.format != formats.JSONFG:
        return ""
    _, members = files.jsonfg_of(layer, asked.audience, form)
    return "," + to_text(members)[1:-1]


def _batches(query: Query) -> Iterator[Rows]:
    """The rows a few at a time, so that memory stays small however large the features are."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query.sql, query.params)
        while batch := cursor.fetchmany(BATCH):
            yield batch


def _written(page: Page, batches: Batches, revision: int) -> Iterator[str]:
    """The feature collection's text. One row more than the limit tells that there is a next page."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    own = _own_members(page.layer, page.asked, page.selection.form)
    rewritten = references.rewriting(page.layer, page.asked, page.selection.form)
    yield f'{{"type":"FeatureCollection"{own},"timeStamp":"{now}","features":['
    returned, next_cursor, last = 0, None, None
    for batch in batches:
        kept = batch[: page.limit - returned]
        if kept:
            yield ("," if returned else "") + ",".join([rewritten(row[1]) if rewritten else row[1] for row in kept])
            returned, last = returned + len(kept), kept[-1]
        if last is not None and len(kept) < len(batch):
            next_cursor = page.cursor_after(last)
    is_whole = next_cursor is None and "cursor" not in page.asked.parameters and not page.selection.offset
    matched = returned if is_whole else find_count(page.selection, revision)
    counted = "" if matched is None else f'"numberMatched":{matched},'
    links = to_text(links_of(page.asked, page.layer, next_cursor))
    yield f'],{counted}"numberReturned":{returned},"links":{links}}}'


@dataclass(frozen=True, slots=True)
class Found:
    """One feature with its links, as text, the state in which it is (see `features.tags`), and the layer's revision."""

    text: str
    state: str
    version: int
    revision: int


def get_feature(layer: LayerSpec, asked: Asked, feature_id: str, form: Form = _AS_STORED) -> Found:
    """One feature as its audience sees it.

    Raises:
        Problem: 404, also where the audience may not see it.
    """
    written = files.jsonfg_of(layer, asked.audience, form)[0] if asked.format == formats.JSONFG else None
    as_of = read_as_of(asked)
    query = reading.feature_query(layer, asked.audience, feature_id, form, as_of=as_of, written=written)
    row = next(iter(reading.rows(query, is_frequent=as_of is None)), None) if "\x00" not in feature_id else None
    if row is None:
        had = "has" if as_of is None else "had at that time"
        raise Problem(
            404, "unknown feature", f"{layer.name} {had} no feature {feature_id!r:.140}", parameter="featureId"
        )
    own, links = _own_members(layer, asked, form), to_text(feature_links(layer, asked, feature_id))
    _, text, version, entered_at, revision = row
    rewritten = references.rewriting(layer, asked, form)
    text = rewritten(text) if rewritten else text
    state = state_of(layer, feature_id, entered_at, version)
    return Found(f'{text[:-1]}{own},"links":{links}}}', state, version, revision)


def _document(page: Page) -> dict[str, Any]:
    """A page's features as values, for HTML."""
    revision = changes.revision_of(page.layer.name)
    batches = [list(reading.rows(reading.features_query(page.selection)))]
    document: dict[str, Any] = json.loads("".join(_written(page, batches, revision)))
    return document
