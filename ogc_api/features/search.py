"""Features by POST: the same parameters as ``items`` takes, as the members of a JSON object.

For filters that are longer than an address may be. POST to ``items`` itself creates a feature (Part 4), so that
the address is ``search`` as in STAC; the members and the `next` link are STAC's too.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from layers.problems import Problem
from ogc_api import asking
from ogc_api.answering import answers, json_response, page
from ogc_api.asking import Asked
from ogc_api.cql2.functions import FUNCTIONS
from ogc_api.cql2.typed import Kind
from ogc_api.features import items

MAX_BODY = 64_000
"""Bytes: a filter of the greatest length in Japanese, escaped, with everything else."""


@csrf_exempt  # type: ignore[untyped-decorator]  # it only reads
@answers("POST")
def search(request: HttpRequest, collection: str) -> HttpResponseBase:
    """Features of a collection that fit what is posted."""
    layer = asking.get_layer(request, collection)
    known = items.parameters_of(layer, asking.audience_of(request))
    asked = _with_body(asking.read(request), _body(request), known)
    return items.posted_items(layer, asked)


@answers("GET", "HEAD")
def functions(request: HttpRequest) -> HttpResponseBase:
    """The functions that a filter may call besides those of CQL2 (OGC 21-065r2, 7.10)."""
    asked = asking.read(request)
    document = {
        "functions": [
            {
                "name": name,
                "description": function.description.in_language(asked.language),
                "arguments": [{"type": [_TYPES[kind]]} for kind in function.takes],
                "returns": [_TYPES[function.gives]],
            }
            for name, function in FUNCTIONS.items()
        ]
    }
    if asked.html:
        return page(request, asked, "functions.html", {"document": document})
    return json_response(request, asked, document)


_TYPES = {Kind.NUMBER: "number", Kind.TEXT: "string", Kind.GEOMETRY: "geometry"}


def _body(request: HttpRequest) -> dict[str, Any]:
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY:
        raise Problem(413, "too large", f"a search has at most {MAX_BODY} bytes")
    try:
        document = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "invalid body", "the body of a search is a JSON object") from error
    if not isinstance(document, dict):
        raise Problem(400, "invalid body", "the body of a search is a JSON object, with members named as parameters")
    return document


def _with_body(asked: Asked, body: dict[str, Any], known: tuple[str, ...]) -> Asked:
    given = {name: _as_text(name, value) for name, value in body.items()}
    for name, text in given.items():
        asking.check_parameter(name, [text], known)
    if isinstance(body.get("filter"), dict):
        given.setdefault("filter-lang", "cql2-json")
    return dataclasses.replace(asked, html=False, parameters=given, posted=body)


def _as_text(name: str, value: Any) -> str:
    """A member as it would stand in an address."""
    if isinstance(value, str):
        return value
    if name == "filter" and isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if name == "bbox" and isinstance(value, list):
        return ",".join(str(part) for part in value)
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    raise Problem(400, "invalid parameter", f"{name[:80]} is neither a text nor a number", parameter=name[:80])
