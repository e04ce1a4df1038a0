"""The operations that write, for the OpenAPI definition: bodies by what the caller may write. Pure."""

from __future__ import annotations

from typing import Any

from layers.spec import LayerSpec, Text
from ogc_api import schema
from ogc_api.asking import Asked
from ogc_api.definition.parts import Words, parameters, ref
from ogc_api.features.items import offered
from ogc_api.writing.body import GEOJSON, MAX_BATCH, MERGE_PATCH
from ogc_api.writing.members import required_names

_CREATE = Text("{}の地物を作る", "Create features of {}")
_REPLACE = Text("{}の地物を置き換える", "Replace a feature of {}")
_UPDATE = Text("{}の地物を一部変更する", "Change a feature of {}")
_DELETE = Text("{}の地物を消す", "Delete a feature of {}")
_TEXT = {"type": "string"}


def _header(name: str, description: str, required: bool = False, **more: Any) -> dict[str, Any]:
    described = {"name": name, "in": "header", "required": required, "description": description}
    return {**described, "schema": {**_TEXT, **more}}


_IF_MATCH = _header("If-Match", "ETag of the feature that was changed, or *", required=True)
_PREFER = _header("Prefer", "return=representation answers with the feature; return=minimal is the rule")
KEY = _header("Idempotency-Key", "the same key with the same body stores once", minLength=1, maxLength=200)


def content_crs() -> dict[str, Any]:
    """The header that says in which system the body's coordinates are."""
    names = [f"<{crs.uri}>" for crs in offered()]
    return _header("Content-Crs", "reference system of the body's coordinates, axes in its order", enum=names)


_TAGGED = {
    "ETag": {"description": "of the feature as it is now", "schema": _TEXT},
    "Notices": {"description": "what was repaired or not used: JSON list of sentences", "schema": _TEXT},
}


def of_items(layer: LayerSpec, asked: Asked, name: str) -> dict[str, Any]:
    """What else than reading is offered at a collection's features, to this caller."""
    if not asked.audience.covers(layer.edit):
        return {}
    one = _feature(layer, asked)
    many = {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "minItems": 1, "maxItems": MAX_BATCH, "items": one},
        },
    }
    location = {"Location": {"description": "of a single new feature", "schema": {**_TEXT, "format": "uri"}}}
    created = {
        "description": "created; of a collection, all of its features",
        "headers": _TAGGED | location,
        "content": {GEOJSON: {"schema": ref("schemas", "feature")}, "application/json": {"schema": {"type": "object"}}},
    }
    post = _operation(f"create{name}", _CREATE, layer, asked, [_PREFER, KEY, content_crs(), *parameters("crs")])
    post["requestBody"] = _body({GEOJSON: {"oneOf": [one, many]}})
    post["responses"] = {"201": created, **_refusals("400", "401", "403", "404", "409", "413", "415", "422", "503")}
    return {"post": post}


def of_item(layer: LayerSpec, asked: Asked, name: str) -> dict[str, Any]:
    """What else than reading is offered at one feature, to this caller."""
    if not asked.audience.covers(layer.edit):
        return {}
    feature_id, sent = parameters("featureId"), [_PREFER, content_crs(), *parameters("crs")]
    put = _operation(f"replace{name}", _REPLACE, layer, asked, [*feature_id, _IF_MATCH, *sent])
    put["requestBody"] = _body({GEOJSON: _feature(layer, asked)})
    patch = _operation(f"update{name}", _UPDATE, layer, asked, [*feature_id, _IF_MATCH, *sent])
    patch["requestBody"] = _body({MERGE_PATCH: _patch(layer, asked)})
    delete = _operation(f"delete{name}", _DELETE, layer, asked, [*feature_id, _IF_MATCH])
    conditional = _refusals("400", "401", "403", "404", "412", "428", "503")
    with_body = conditional | _refusals("409", "413", "415")
    changed = {
        "200": {
            "description": "changed, where Prefer asks for the feature",
            "headers": _TAGGED,
            "content": {GEOJSON: {"schema": ref("schemas", "feature")}},
        },
        "204": {"description": "changed", "headers": _TAGGED},
    }
    put["responses"] = patch["responses"] = changed | with_body
    delete["responses"] = {"204": {"description": "deleted"}, **conditional}
    return {"put": put, "patch": patch, "delete": delete}


def _operation(name: str, summary: Text, layer: LayerSpec, asked: Asked, given: list[Any]) -> dict[str, Any]:
    words = Words(asked.language)
    return {
        "operationId": name,
        "summary": words(summary).format(words(layer.title)),
        "tags": [layer.name],
        "parameters": [*given, *parameters("f", "lang")],
    }


def _body(content: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {kind: {"schema": one} for kind, one in content.items()}}


def _refusals(*statuses: str) -> dict[str, Any]:
    return {status: ref("responses", "Problem") for status in statuses}


def _properties(layer: LayerSpec, asked: Asked) -> dict[str, Any]:
    editable = {field.name for field in layer.editable_fields_for(asked.audience)}
    described = schema.properties(layer, asked.audience, asked.language)
    return {"type": "object", "properties": {name: one for name, one in described.items() if name in editable}}


def _feature(layer: LayerSpec, asked: Asked) -> dict[str, Any]:
    properties, required = _properties(layer, asked), required_names(layer)
    if required:
        properties["required"] = required
    return {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": _TEXT,
            "geometry": ref("schemas", "geometry"),
            "properties": properties,
        },
    }


def _patch(layer: LayerSpec, asked: Asked) -> dict[str, Any]:
    properties = _properties(layer, asked)
    properties["properties"] = {name: {**one, "nullable": True} for name, one in properties["properties"].items()}
    return {"type": "object", "properties": {"geometry": {"type": "object"}, "properties": properties}}
