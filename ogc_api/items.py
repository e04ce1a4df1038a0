"""The fast road: features of a collection, and one feature, as GeoJSON text that the database builds.

Source: OGC API - Features - Part 1: Core (OGC 17-069r4), 7.15 and 7.16.
"""

from __future__ import annotations

import datetime
import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from layers import changes, reading
from layers.crs import CRS84_URI
from layers.problems import Problem
from layers.reading import Query, Selection
from layers.spec import Audience, LayerSpec
from ogc_api import asking, parameters, words
from ogc_api.answering import GEOJSON, JSON, answers, not_modified, to_text, with_headers
from ogc_api.asking import Asked
from ogc_api.items_pages import feature_page, features_page
from ogc_api.remembering import count_of

OWN_PARAMETERS = ("limit", "bbox", "bbox-crs", "crs", "datetime", "cursor")
STREAM_ABOVE = 1_000
"""Features beyond which the text is sent while it is read."""
BATCH = 500
MAX_LIMIT_OF_PAGE = 500
"""Rows that a browser still shows at ease."""
REPRESENTATION = "1"
"""Grows when the same feature is written differently, so that no cache keeps the old text."""

Batches = Iterable[list[tuple[str, str]]]


def parameters_of(layer: LayerSpec, audience: Audience) -> tuple[str, ...]:
    """The query parameters of a collection's features: the standard's, and one for each field that may be read."""
    return (*OWN_PARAMETERS, *(field.name for field in layer.fields_for(audience)))


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a collection: what is asked, and at most how many features."""

    layer: LayerSpec
    asked: Asked
    selection: Selection
    limit: int


@answers("GET", "HEAD")
def items(request: HttpRequest, collection: str) -> HttpResponseBase:
    """Features of a collection, in the order of their ids."""
    layer = asking.get_layer(request, collection)
    asked = asking.read(request, parameters_of(layer, asking.audience_of(request)))
    page = read_page(layer, asked)
    if asked.html:
        return features_page(request, asked, layer, _document(page))
    revision = changes.revision_of(layer.name)
    etag = etag_of(asked, layer, revision)
    response = not_modified(request, etag) or _features_response(page, revision)
    return with_headers(_with_crs(response), asked, etag)


@answers("GET", "HEAD")
def item(request: HttpRequest, collection: str, feature: str) -> HttpResponseBase:
    """One feature."""
    layer = asking.get_layer(request, collection)
    asked = asking.read(request, ("crs",))
    parameters.check_crs("crs", asked.parameters.get("crs"))
    if asked.html:
        return feature_page(request, asked, layer, get_feature_text(layer, asked, feature))
    etag = etag_of(asked, layer, changes.revision_of(layer.name))
    response = not_modified(request, etag)
    if response is None:
        response = HttpResponse(get_feature_text(layer, asked, feature), content_type=GEOJSON)
    return with_headers(_with_crs(response), asked, etag)


def read_page(layer: LayerSpec, asked: Asked) -> Page:
    """What the query's parameters ask for.

    Raises:
        Problem: 400, naming the parameter and what would be right.
    """
    given = asked.parameters
    parameters.check_crs("crs", given.get("crs"))
    parameters.check_crs("bbox-crs", given.get("bbox-crs"))
    limit = parameters.read_limit(given.get("limit"), MAX_LIMIT_OF_PAGE if asked.html else parameters.MAX_LIMIT)
    fields = {field.name for field in layer.fields_for(asked.audience)}
    selection = reading.select(
        layer,
        asked.audience,
        bbox=parameters.read_bbox(given.get("bbox")),
        interval=parameters.read_interval(given.get("datetime"), timezone.get_default_timezone()),
        equals={name: text for name, text in given.items() if name in fields},
        after_id=parameters.read_cursor(given.get("cursor")),
        limit=limit + 1,
    )
    return Page(layer, asked, selection, limit)


def etag_of(asked: Asked, layer: LayerSpec, revision: int) -> str:
    """The same for the same request while the layer does not change; known without reading a feature.

    Weak, because the document also says when it was made.
    """
    parts = (REPRESENTATION, layer.name, str(revision), asked.audience.name, asked.language, asked.url)
    return f'W/"{hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]}"'


def _with_crs(response: HttpResponseBase) -> HttpResponseBase:
    response["Content-Crs"] = f"<{CRS84_URI}>"
    return response


def _features_response(page: Page, revision: int) -> HttpResponseBase:
    matched = count_of(page.selection, revision)
    query = reading.features_query(page.selection)
    if page.limit > STREAM_ABOVE and matched > STREAM_ABOVE:
        return StreamingHttpResponse(_written(page, _batches(query), matched), content_type=GEOJSON)
    return HttpResponse("".join(_written(page, [list(reading.rows(query))], matched)), content_type=GEOJSON)


def _batches(query: Query) -> Iterator[list[tuple[str, str]]]:
    """The rows a few at a time, so that memory stays small however large the features are."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query.sql, query.params)
        while batch := cursor.fetchmany(BATCH):
            yield batch


def _written(page: Page, batches: Batches, matched: int) -> Iterator[str]:
    """The feature collection's text. One row more than the limit tells that there is a next page."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    yield f'{{"type":"FeatureCollection","timeStamp":"{now}","numberMatched":{matched},"features":['
    returned, last_id, has_more = 0, "", False
    for batch in batches:
        kept = batch[: page.limit - returned]
        has_more = has_more or len(kept) < len(batch)
        if kept:
            yield ("," if returned else "") + ",".join(text for _, text in kept)
            returned, last_id = returned + len(kept), kept[-1][0]
    links = to_text(links_of(page, last_id if has_more else None))
    yield f'],"numberReturned":{returned},"links":{links}}}'


def links_of(page: Page, last_id: str | None) -> list[dict[str, str]]:
    """This page, the same as HTML, the collection, and the page after `last_id`."""
    asked, items_url = page.asked, f"{page.asked.base_url}/collections/{page.layer.name}/items"
    own = {name: text for name, text in asked.parameters.items() if name != "f"}
    said = words.in_language(asked.language)
    links = [
        {"rel": "self", "type": GEOJSON, "title": said.this_json, "href": asked.url},
        {
            "rel": "alternate",
            "type": "text/html",
            "title": said.this_html,
            "href": _url(items_url, own | {"f": "html"}),
        },
        {
            "rel": "collection",
            "type": JSON,
            "title": page.layer.title.in_language(asked.language),
            "href": f"{asked.base_url}/collections/{page.layer.name}",
        },
    ]
    if last_id is not None:
        following = dict(asked.parameters) | {"cursor": parameters.write_cursor(last_id)}
        links.append({"rel": "next", "type": GEOJSON, "title": said.next_page, "href": _url(items_url, following)})
    return links


def _url(path: str, query: dict[str, str]) -> str:
    return f"{path}?{urlencode(query)}"


def get_feature_text(layer: LayerSpec, asked: Asked, feature_id: str) -> str:
    """One feature with its links, as text.

    Raises:
        Problem: 404, also where the audience may not see it.
    """
    query = reading.feature_query(layer, asked.audience, feature_id)
    row = next(iter(reading.rows(query)), None) if "\x00" not in feature_id else None
    if row is None:
        raise Problem(404, "unknown feature", f"{layer.name} has no feature {feature_id!r:.140}", parameter="featureId")
    links = to_text(_feature_links(layer, asked, feature_id))
    return f'{row[1][:-1]},"links":{links}}}'


def _feature_links(layer: LayerSpec, asked: Asked, feature_id: str) -> list[dict[str, str]]:
    said = words.in_language(asked.language)
    collection = f"{asked.base_url}/collections/{layer.name}"
    own = f"{collection}/items/{quote(feature_id, safe='')}"
    title = layer.title.in_language(asked.language)
    return [
        {"rel": "self", "type": GEOJSON, "title": said.this_json, "href": f"{own}?f=json"},
        {"rel": "alternate", "type": "text/html", "title": said.this_html, "href": f"{own}?f=html"},
        {"rel": "collection", "type": JSON, "title": title, "href": collection},
    ]


def _document(page: Page) -> dict[str, Any]:
    """A page's features as values, for HTML."""
    matched = count_of(page.selection, changes.revision_of(page.layer.name))
    batches = [list(itertools.islice(reading.rows(reading.features_query(page.selection)), page.limit + 1))]
    document: dict[str, Any] = json.loads("".join(_written(page, batches, matched)))
    return document
