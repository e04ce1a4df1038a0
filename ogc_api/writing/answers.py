"""What a writing request is answered: Location, ETag, what was repaired, and the feature where it is preferred.

Source: RFC 7240 (Prefer), RFC 9110, 10.2.2 (Location).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from layers.editing import Saved
from layers.problems import Problem
from ogc_api.answering import DEPENDS_ON, JSON, to_text
from ogc_api.features.items import get_feature
from ogc_api.features.tags import tag_of
from ogc_api.writing.body import GEOJSON
from ogc_api.writing.door import Writer


def created_document(writer: Writer, saved: Saved, unused: Iterable[str]) -> dict[str, Any]:
    """What is told of a new feature, and remembered.

    Raises:
        Problem: 409, where it is an old one.
    """
    if not saved.is_new:
        detail = f"{writer.layer.name} has a feature {saved.id!r} already, which you made; PUT replaces it"
        raise Problem(409, "id in use", detail, parameter="id")
    state = get_feature(writer.layer, writer.asked, saved.id).state
    return {"id": saved.id, "state": state, "notices": [*saved.notices, *unused]}


def created_answer(request: HttpRequest, writer: Writer, answer: dict[str, Any]) -> HttpResponse:
    """201 for what was created now, or earlier by the same request."""
    if "features" in answer:
        told = [{**_told(writer, one), "notices": one["notices"]} for one in answer["features"]]
        response = HttpResponse(to_text({"created": told}), content_type=JSON, status=201)
        return finished(response)
    response = _represented(request, writer, answer["id"], answer["notices"], 201)
    if response is None:
        told = {**_told(writer, answer), "notices": answer["notices"]}
        response = HttpResponse(to_text({"created": [told]}), content_type=JSON, status=201)
        response["ETag"] = tag_of(answer["state"], writer.layer, writer.asked)
    response["Location"] = _address(writer, answer["id"])
    return _noticed(response, answer["notices"])


def saved_response(request: HttpRequest, writer: Writer, saved: Saved, unused: Iterable[str]) -> HttpResponse:
    """204 with the new ETag, or 200 with the feature."""
    notices = [*saved.notices, *unused]
    response = _represented(request, writer, saved.id, notices, 200)
    if response is None:
        response = HttpResponse(status=204)
        found = get_feature(writer.layer, writer.asked, saved.id)
        response["ETag"] = tag_of(found.state, writer.layer, writer.asked)
    return _noticed(response, notices)


def _represented(
    request: HttpRequest, writer: Writer, feature_id: str, notices: list[str], status: int
) -> HttpResponse | None:
    """The feature as it is now, where the caller prefers that and it is still there."""
    if "return=representation" not in _preferences(request):
        return None
    try:
        found = get_feature(writer.layer, writer.asked, feature_id, writer.answered_in)
    except Problem:
        return None
    text = f'{found.text[:-1]},"notices":{to_text(notices)}}}' if notices else found.text
    response = HttpResponse(text, content_type=GEOJSON, status=status)
    response["ETag"] = tag_of(found.state, writer.layer, writer.asked)
    response["Preference-Applied"] = "return=representation"
    response["Content-Crs"] = f"<{writer.answered_in.crs.uri}>"
    return response


def _preferences(request: HttpRequest) -> set[str]:
    given = request.headers.get("Prefer", "").replace('"', "").lower()
    return {preference.partition(";")[0].replace(" ", "") for preference in given.split(",")}


def _told(writer: Writer, one: dict[str, Any]) -> dict[str, Any]:
    tag = tag_of(one["state"], writer.layer, writer.asked)
    return {"id": one["id"], "href": _address(writer, one["id"]), "etag": tag}


def _address(writer: Writer, feature_id: str) -> str:
    return f"{writer.asked.base_url}/collections/{writer.layer.name}/items/{quote(feature_id, safe='')}"


def _noticed(response: HttpResponse, notices: list[str]) -> HttpResponse:
    """Notices are sentences in Japanese, which a header can only hold as JSON in ASCII."""
    if notices:
        response["Notices"] = json.dumps(notices)
    return finished(response)


def finished(response: HttpResponse) -> HttpResponse:
    """Kept by nobody."""
    response["Cache-Control"] = "private, no-store"
    patch_vary_headers(response, (*DEPENDS_ON, "Prefer"))
    return response
