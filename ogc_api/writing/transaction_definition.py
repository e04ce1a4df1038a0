"""The transactions in the OpenAPI definition. Pure."""

from __future__ import annotations

from typing import Any, Final

from layers import registry
from layers.spec import Text
from ogc_api.asking import Asked
from ogc_api.definition.parts import Words, parameters, ref
from ogc_api.definition.writing import KEY, content_crs

_TITLE: Final = Text("まとめて変更（すべてか、なしか）", "Several changes, all of them or none")
_TEXT: Final = {"type": "string"}
_OBJECT: Final = {"type": "object"}
_ACTIONS: Final = {
    "insert": {"feature": _OBJECT},
    "replace": {"id": _TEXT, "ifMatch": _TEXT, "feature": _OBJECT},
    "update": {"id": _TEXT, "ifMatch": _TEXT, "patch": _OBJECT},
    "delete": {"id": _TEXT, "ifMatch": _TEXT},
}
_REFUSALS: Final = ("400", "401", "403", "404", "409", "412", "413", "415", "422", "428", "503")


def paths(asked: Asked) -> dict[str, Any]:
    """The operation, for whoever may write to any layer."""
    names = [one.name for one in registry.visible_to(asked.audience) if asked.audience.covers(one.edit)]
    if not names:
        return {}
    post = {
        "operationId": "transact",
        "summary": Words(asked.language)(_TITLE),
        "tags": ["transactions"],
        "parameters": [KEY, content_crs(), *parameters("f", "lang")],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _body(names)}}},
        "responses": {"200": _answer(), **{status: ref("responses", "Problem") for status in _REFUSALS}},
    }
    return {"/transactions": {"post": post}}


def _body(names: list[str]) -> dict[str, Any]:
    collection = {"type": "string", "enum": names}
    kinds = [
        _closed({"action": {"type": "string", "enum": [kind]}, "collection": collection, **members})
        for kind, members in _ACTIONS.items()
    ]
    listed = {"type": "array", "minItems": 1, "maxItems": 1000, "items": {"oneOf": kinds}}
    return _closed({"actions": listed})


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties, "additionalProperties": False}


def _answer() -> dict[str, Any]:
    one = dict.fromkeys(("action", "collection", "id", "href", "etag"), _TEXT)
    notices = {"type": "array", "items": _TEXT}
    required = ["action", "collection", "id", "notices"]
    told = {"type": "object", "required": required, "properties": {**one, "notices": notices}}
    document = {"type": "object", "required": ["actions"], "properties": {"actions": {"type": "array", "items": told}}}
    return {"description": "all of it was done", "content": {"application/json": {"schema": document}}}
