"""What the definitions of these parts share. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gis_server.ogc_parts import words
from layers import registry
from ogc_api.asking import Asked
from ogc_api.definition.parts import answer, parameters, query, ref

Json = dict[str, Any]


def operation(
    asked: Asked,
    operation_id: str,
    tag: str,
    summary: str,
    answers: Json,
    given: Sequence[Json] = (),
    *,
    is_data: bool = False,
) -> Json:
    """One address that is read.

    Args:
        summary: name of the words.
        answers: the good answers by status.
        is_data: it has neither pages nor languages of its own.
    """
    responses = answers | {"304": ref("responses", "NotModified"), "400": ref("responses", "Problem")}
    if any(one.get("in") == "path" for one in given):
        responses["404"] = ref("responses", "Problem")
    common = [] if is_data else parameters("f", "lang")
    return {
        "get": {
            "operationId": operation_id,
            "summary": getattr(words.in_language(asked.language), summary).replace("{}", "…"),
            "tags": [tag],
            "parameters": [*given, *common],
            "responses": responses,
        }
    }


def document(schema: str, media_type: str = "application/json") -> Json:
    """The good answer of an address that is a document and a page."""
    return {"200": answer(schema, media_type)}


def path_parameter(name: str, schema: Json, description: str) -> Json:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def collection_parameter(asked: Asked) -> Json:
    names = [layer.name for layer in registry.visible_to(asked.audience)]
    return path_parameter("collectionId", {"type": "string", "enum": names}, "id of a collection")


def collections_parameter(names: Iterable[str]) -> Json:
    """``collections``: ids; whole addresses are taken too, which the list of names cannot say."""
    names = list(names)
    return query(
        "collections",
        {"type": "array", "minItems": 1, "items": {"type": "string", "enum": names}},
        "only these collections, the first at the bottom; ids, or addresses of collections of this API",
        style="form",
        explode=False,
    )


def form_parameter(forms: Iterable[str]) -> Json:
    return query("f", {"type": "string", "enum": list(forms)}, "the format; without it, the Accept header decides")


def an_object(required: tuple[str, ...], **properties: Json) -> Json:
    return {"type": "object", "required": list(required), "properties": properties}


def list_of(schema: Json) -> Json:
    return {"type": "array", "items": schema}
