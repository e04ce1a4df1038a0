"""What a collection's features hold, can be filtered on and can be sorted by, as JSON Schema and as pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from layers.spec import LayerSpec
from ogc_api import asking, pages
from ogc_api import schema as schemas
from ogc_api.answering import SCHEMA_JSON, answers, json_response, page
from ogc_api.asking import Asked
from ogc_api.writing.members import required_names


@answers("GET", "HEAD")
def schema(request: HttpRequest, collection: str) -> HttpResponseBase:
    """The fields of a collection's features that this caller receives, and which of them it may write."""
    return _answer(request, collection, "schema", lambda layer, asked: _returnables(layer, asked))


@answers("GET", "HEAD")
def queryables(request: HttpRequest, collection: str) -> HttpResponseBase:
    """What this caller may filter on: what it may read, and nothing else."""
    return _answer(request, collection, "queryables", schemas.queryables)


@answers("GET", "HEAD")
def sortables(request: HttpRequest, collection: str) -> HttpResponseBase:
    """What this caller may sort by: what it may read, and the id."""
    return _answer(request, collection, "sortables", schemas.sortables)


def _returnables(layer: LayerSpec, asked: Asked) -> dict[str, Any]:
    return schemas.returnables(layer, asked, required_names(layer))


def _answer(
    request: HttpRequest, collection: str, name: str, build: Callable[[LayerSpec, Asked], dict[str, Any]]
) -> HttpResponseBase:
    layer = asking.get_layer(request, collection)
    asked = asking.read(request)
    document = build(layer, asked)
    if asked.html:
        shown = pages.schema_page(layer, name, document, asked)
        return page(request, asked, "schema.html", {"document": document, **shown})
    response = json_response(request, asked, document, SCHEMA_JSON)
    response["Link"] = f'<{schemas.CODELIST_PROFILE}>; rel="profile"'
    return response
