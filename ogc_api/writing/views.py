"""The addresses of features, by every method: reading is `items`; creating, replacing, changing, deleting is here.

Source: OGC API - Features - Part 4: Create, Replace, Update and Delete (OGC 20-002, draft 1.0.0).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from layers import registry
from ogc_api import asking
from ogc_api.answering import SAFE_METHODS
from ogc_api.features import items as reading
from ogc_api.writing.acts import Done, create_one, delete_one, replace_one, update_one
from ogc_api.writing.answers import created_answer, saved_response
from ogc_api.writing.batch import create_all
from ogc_api.writing.body import GEOJSON, MERGE_PATCH, read_body
from ogc_api.writing.door import Writer, open_for, read_match
from ogc_api.writing.methods import writes
from ogc_api.writing.once import answer_once, read_key


def _by_method(accepted: dict[str, str], writers: dict[str, Callable[..., HttpResponse]]) -> Callable[..., Any]:
    """A view that reads with GET and HEAD and writes with `writers`; OPTIONS also says which bodies are accepted.

    It asks for the session's proof of origin itself (`open_for`), after it knows that there is a session, so that
    whoever has neither session nor token is told to sign in rather than about a proof.
    """

    def decorate(read: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @writes(accepted, "GET", "HEAD", *writers)
        def either(request: HttpRequest, **address: str) -> HttpResponseBase:
            if request.method in SAFE_METHODS:
                return read(request, **address)
            return open_for(request, address["collection"], writers[str(request.method)], address)

        def view(request: HttpRequest, **address: str) -> HttpResponseBase:
            response = either(request, **address)
            if request.method == "OPTIONS" and not _offers_writing(request, address["collection"]):
                response["Allow"] = "GET, HEAD, OPTIONS"
                for header in accepted:
                    del response[header]
            return response

        return csrf_exempt(view)

    return decorate


def _offers_writing(request: HttpRequest, collection: str) -> bool:
    """Who may not write is offered reading alone, as the definition says."""
    audience = asking.audience_of(request)
    layer = next((layer for layer in registry.visible_to(audience) if layer.name == collection), None)
    return layer is not None and audience.covers(layer.edit)


def create(request: HttpRequest, writer: Writer, collection: str) -> HttpResponse:
    """A new feature, or all the features of a collection, or none of them."""
    key, body = read_key(request), read_body(request, GEOJSON)
    is_batch = body.document.get("type") == "FeatureCollection"

    def act() -> dict[str, Any]:
        if is_batch:
            return create_all(writer, body.document, create_one)
        return create_one(writer, body.document)

    sent = (request.method.encode(), collection.encode(), writer.sent_in.uri.encode(), body.content)
    answer, _ = answer_once(writer.editor.name, key, sent, act)
    return created_answer(request, writer, answer)


def replace(request: HttpRequest, writer: Writer, collection: str, feature: str) -> HttpResponse:
    """The whole feature anew."""
    wanted = read_match(request)
    document = read_body(request, GEOJSON).document
    return _saved(request, writer, lambda: replace_one(writer, feature, wanted, document))


def update(request: HttpRequest, writer: Writer, collection: str, feature: str) -> HttpResponse:
    """What the merge patch names."""
    wanted = read_match(request)
    document = read_body(request, MERGE_PATCH).document
    return _saved(request, writer, lambda: update_one(writer, feature, wanted, document))


def _saved(request: HttpRequest, writer: Writer, act: Callable[[], Done]) -> HttpResponse:
    """The answer is made while the row is still locked.

    Later its tag could be that of a state which the caller never saw, and would overwrite with the next If-Match.
    """
    with transaction.atomic():
        done = act()
        return saved_response(request, writer, done.saved, done.unused)


def delete(request: HttpRequest, writer: Writer, collection: str, feature: str) -> HttpResponse:
    """Take the feature out."""
    delete_one(writer, feature, read_match(request))
    return HttpResponse(status=204)


items = _by_method({"Accept-Post": GEOJSON}, {"POST": create})(reading.items)
item = _by_method({"Accept-Patch": MERGE_PATCH}, {"PUT": replace, "PATCH": update, "DELETE": delete})(reading.item)
