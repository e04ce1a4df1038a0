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

from layers import values
from layers.problems import Problem
from layers.spec import Audience, LayerSpec
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
    kinds = _kinds_of(layer, asking.audience_of(request))
    asked = _with_body(asking.read(request), _body(request), kinds)
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


def _kinds_of(layer: LayerSpec, audience: Audience) -> dict[str, str]:
    """The JSON type of each member: that of the parameter in the definition."""
    fields = {
        field.name: values.json_type(values.column_of(layer, field))["type"] for field in layer.fields_for(audience)
    }
    return {name: _OTHER_KINDS.get(name, "string") for name in items.parameters_of(layer, audience)} | fields


_OTHER_KINDS = {
    "limit": "integer",
    "offset": "integer",
    "skipGeometry": "boolean",
    "bbox": "array",
    "sortby": "array",
    "properties": "array",
    "profile": "array",
}


def _with_body(asked: Asked, body: dict[str, Any], kinds: dict[str, str]) -> Asked:
    for name in body:
        asking.check_parameter(name, [""], tuple(kinds))
    given = {name: _as_text(name, value, kinds[name]) for name, value in body.items()}
    for name, text in given.items():
        asking.check_parameter(name, [text], tuple(kinds))
    if isinstance(body.get("filter"), dict):
        given.setdefault("filter-lang", "cql2-json")
    return dataclasses.replace(asked, html=False, parameters=given, posted=body)


def _as_text(name: str, value: Any, kind: str) -> str:
    """A member as it would stand in an address.

    Raises:
        Problem: 400, where it is of another type than the parameter.
    """
    if name == "filter" and isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if not _is_of(value, kind) or (kind == "array" and not all(_is_plain(part, name) for part in value)):
        right = "a list of numbers" if name == "bbox" else "a list of texts" if kind == "array" else f"of type {kind}"
        raise Problem(400, "invalid parameter", f"{name}={value!r:.80} is not {right}", parameter=name)
    if isinstance(value, list):
        return ",".join(part if isinstance(part, str) else json.dumps(part) for part in value)
    return value if isinstance(value, str) else json.dumps(value)


def _is_of(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, float) and kind == "integer":
        return value.is_integer()
    return isinstance(value, _PYTHON_TYPES[kind])


_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
}


def _is_plain(part: Any, name: str) -> bool:
    """A member of a list that could stand between two commas."""
    if name == "bbox":
        return isinstance(part, int | float) and not isinstance(part, bool)
    return isinstance(part, str) and "," not in part
