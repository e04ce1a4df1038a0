"""The addresses of features, by every method: reading is `items`; creating, replacing, changing, deleting is here.

Source: OGC API - Features - Part 4: Create, Replace, Update and Delete (OGC 20-002, draft 1.0.0).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from layers import editing, registry
from ogc_api import asking
from ogc_api.answering import SAFE_METHODS, answers
from ogc_api.features import items as reading
from ogc_api.writing import members
from ogc_api.writing.answers import created_answer, created_document, saved_response
from ogc_api.writing.batch import create_all
from ogc_api.writing.body import GEOJSON, MERGE_PATCH, check_feature, check_patch, new_id, read_body
from ogc_api.writing.door import UNAUTHENTICATED, Writer, check_match, open_for, read_match, rules_of
from ogc_api.writing.once import answer_once, read_key


def _by_method(accepted: dict[str, str], writers: dict[str, Callable[..., HttpResponse]]) -> Callable[..., Any]:
    """A view that reads with GET and HEAD and writes with `writers`; OPTIONS also says which bodies are accepted.

    It asks for the session's proof of origin itself (`open_for`), after it knows that there is a session, so that
    whoever has neither session nor token is told to sign in rather than about a proof.
    """

    def decorate(read: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @answers("GET", "HEAD", *writers)
        def either(request: HttpRequest, **address: str) -> HttpResponseBase:
            if request.method in SAFE_METHODS:
                return read(request, **address)
            return open_for(request, address["collection"], writers[str(request.method)], address)

        def view(request: HttpRequest, **address: str) -> HttpResponseBase:
            response = either(request, **address)
            if request.method == "OPTIONS":
                _say_what_may_be_sent(request, response, address["collection"], accepted)
            elif response.status_code == 401:
                response["WWW-Authenticate"] = UNAUTHENTICATED
            return response

        return csrf_exempt(view)

    return decorate


def _say_what_may_be_sent(
    request: HttpRequest, response: HttpResponseBase, collection: str, accepted: dict[str, str]
) -> None:
    """The bodies that are taken; who may not write is offered reading alone, as the definition says."""
    audience = asking.audience_of(request)
    layer = next((layer for layer in registry.visible_to(audience) if layer.name == collection), None)
    if layer is None or not audience.covers(layer.edit):
        response["Allow"] = "GET, HEAD, OPTIONS"
        return
    for header, media_type in accepted.items():
        response[header] = media_type


def create(request: HttpRequest, writer: Writer, collection: str) -> HttpResponse:
    """A new feature, or all the features of a collection, or none of them."""
    key, body = read_key(request), read_body(request, GEOJSON)
    is_batch = body.document.get("type") == "FeatureCollection"

    def act() -> dict[str, Any]:
        if is_batch:
            return create_all(writer, body.document, create_one)
        return create_one(writer, body.document)

    sent = (request.method.encode(), collection.encode(), body.content)
    answer, _ = answer_once(writer.editor.name, key, sent, act)
    return created_answer(request, writer, answer)


def create_one(writer: Writer, document: Any) -> dict[str, Any]:
    """Store one feature; what to tell about it.

    Raises:
        Problem: 400, 403 or 409; nothing is stored then.
    """
    layer, editor = writer.layer, writer.editor
    feature = check_feature(document)
    sent = feature["properties"] or {}
    members.check_writable(layer, editor.audience, sent)
    members.check_values(layer, sent)
    given = rules_of(layer).on_create(editor, sent)
    members.check_required(layer, given)
    members.check_place(layer, feature["geometry"])
    saved = editing.create(
        layer, editor, given, feature["geometry"], feature_id=new_id(feature), city_code=writer.city_code
    )
    return created_document(writer, saved, _unused(sent, given))


def replace(request: HttpRequest, writer: Writer, collection: str, feature: str) -> HttpResponse:
    """The whole feature anew; what may be written and is not sent becomes what it is in a new feature."""
    wanted = read_match(request)
    document = check_feature(read_body(request, GEOJSON).document)
    members.check_id(document, feature)
    layer, audience = writer.layer, writer.editor.audience
    sent = document["properties"] or {}

    def change(current: dict[str, Any]) -> tuple[dict[str, Any], Any]:
        members.check_writable(layer, audience, sent, current["properties"])
        own = {field.name for field in layer.fields}
        whole = members.completed(layer, audience, {name: value for name, value in sent.items() if name in own})
        if document["geometry"] is None:
            raise members.no_geometry()
        return whole, members.geometry_change(document, current)

    return _changed(request, writer, feature, wanted, sent, change)


def update(request: HttpRequest, writer: Writer, collection: str, feature: str) -> HttpResponse:
    """What the merge patch names; the rest stays as it is."""
    wanted = read_match(request)
    patch = read_body(request, MERGE_PATCH).document
    check_patch(patch)
    members.check_id(patch, feature)
    layer, audience = writer.layer, writer.editor.audience
    sent = patch.get("properties", {})

    def change(current: dict[str, Any]) -> tuple[dict[str, Any], Any]:
        members.check_writable(layer, audience, sent, current["properties"])
        whole = members.merged(current, {name: patch[name] for name in patch if name == "geometry"})
        if "geometry" not in whole:
            raise members.no_geometry()
        return members.without_nulls(layer, audience, sent), members.geometry_change(whole, current)

    return _changed(request, writer, feature, wanted, sent, change)


def _changed(
    request: HttpRequest,
    writer: Writer,
    feature_id: str,
    wanted: list[str],
    sent: dict[str, Any],
    change: Callable[[dict[str, Any]], tuple[dict[str, Any], Any]],
) -> HttpResponse:
    """Store what `change` makes of the feature as it is, if it is still in a state that the caller saw."""
    layer, editor = writer.layer, writer.editor
    with transaction.atomic():
        found = _locked(writer, feature_id)
        check_match(wanted, found, writer)
        current = json.loads(found.text)
        properties, geometry = change(current)
        changed = members.changes_of(properties, current["properties"])
        members.check_values(layer, changed)
        given = rules_of(layer).on_update(editor, changed) if changed else changed
        if geometry is not None:
            members.check_place(layer, geometry)
        saved = editing.update(layer, editor, feature_id, given, geometry, version=found.version)
    return saved_response(request, writer, saved, _unused(members.changes_of(sent, current["properties"]), given))


def delete(request: HttpRequest, writer: Writer, collection: str, feature: str) -> HttpResponse:
    """Take the feature out, if it is still in a state that the caller saw."""
    wanted = read_match(request)
    with transaction.atomic():
        found = _locked(writer, feature)
        check_match(wanted, found, writer)
        editing.delete(writer.layer, writer.editor, feature, version=found.version)
    return HttpResponse(status=204)


def _locked(writer: Writer, feature_id: str) -> reading.Found:
    """The feature as it is, and stays until the transaction ends."""
    if "\x00" not in feature_id:
        writer.layer.model.objects.select_for_update().filter(pk=feature_id).values_list("version").first()
    return reading.get_feature(writer.layer, writer.asked, feature_id)


def _unused(sent: dict[str, Any], given: Any) -> list[str]:
    """Sentences on members that follow from who writes or from others, so that what was sent is not used."""
    named = [name for name, value in sent.items() if value is not None]
    left_out = [name for name in named if name not in given or not members.is_same(sent[name], given[name])]
    return [f"{name} は自動的に決まるため、送られた値は使いませんでした。" for name in left_out]


items = _by_method({"Accept-Post": GEOJSON}, {"POST": create})(reading.items)
item = _by_method({"Accept-Patch": MERGE_PATCH}, {"PUT": replace, "PATCH": update, "DELETE": delete})(reading.item)
