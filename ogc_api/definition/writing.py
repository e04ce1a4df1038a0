"""The operations that write, for the OpenAPI definition: bodies by what the caller may write. Pure."""

from __future__ import annotations

from typing import Any

from layers.spec import LayerSpec, Text
from ogc_api import schema
from ogc_api.asking import Asked
from ogc_api.definition import layer_schemas
from ogc_api.definition.parts import ETAG, ETAGS, WRITING, Words, parameters, ref
from ogc_api.features.items import offered
from ogc_api.writing.body import COLLECTION_MEMBERS, GEOJSON, MAX_BATCH, MERGE_PATCH
from ogc_api.writing.members import required_names

_CREATE = Text("{}の地物を作る", "Create features of {}")
_REPLACE = Text("{}の地物を置き換える", "Replace a feature of {}")
_UPDATE = Text("{}の地物を一部変更する", "Change a feature of {}")
_DELETE = Text("{}の地物を消す", "Delete a feature of {}")
_TEXT = {"type": "string"}


def _header(name: str, description: str, required: bool = False, **more: Any) -> dict[str, Any]:
    described = {"name": name, "in": "header", "required": required, "description": description}
    return {**described, "schema": {**_TEXT, **more}}


_IF_MATCH = _header("If-Match", "ETag of the feature that was changed, or *", required=True, pattern=ETAGS)
_PREFER = _header("Prefer", "return=representation answers with the feature; return=minimal is the rule")
KEY = _header("Idempotency-Key", "the same key with the same body stores once", pattern="^[!#-~]{1,200}$")


def content_crs() -> dict[str, Any]:
    """The header that says in which system the body's coordinates are."""
    names = [f"<{crs.uri}>" for crs in offered()]
    return _header("Content-Crs", "reference system of the body's coordinates, axes in its order", enum=names)


_TAGGED = {
    "ETag": {"description": "of a single feature as it is now", "schema": {**_TEXT, "pattern": ETAG}},
    "Notices": {"description": "what was repaired or not used: JSON list of sentences", "schema": _TEXT},
}


_CREATED = {
    "type": "object",
    "required": ["created"],
    "properties": {
        "created": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "href", "etag", "notices"],
                "properties": {
                    "id": _TEXT,
                    "href": {**_TEXT, "format": "uri"},
                    "etag": _TEXT,
                    "notices": {"type": "array", "items": _TEXT},
                },
                "additionalProperties": False,
            },
        }
    },
    "additionalProperties": False,
}


def of_items(layer: LayerSpec, asked: Asked, name: str) -> dict[str, Any]:
    """What else than reading is offered at a collection's features, to this caller."""
    if not asked.audience.covers(layer.edit):
        return {}
    one = _feature(layer, asked)
    of_features = {
        "type": {"type": "string", "enum": ["FeatureCollection"]},
        "features": {"type": "array", "minItems": 1, "maxItems": MAX_BATCH, "items": one},
        **{name: {} for name in COLLECTION_MEMBERS if name not in {"type", "features"}},
    }
    many = {
        "type": "object",
        "required": ["type", "features"],
        "properties": of_features,
        "additionalProperties": False,
    }
    location = {"Location": {"description": "of a single new feature", "schema": {**_TEXT, "format": "uri"}}}
    created = {
        "description": "created; of a collection, all of its features",
        "headers": _TAGGED | location,
        "content": {GEOJSON: {"schema": ref("schemas", f"{name}Feature")}, "application/json": {"schema": _CREATED}},
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
            "content": {GEOJSON: {"schema": ref("schemas", f"{name}Feature")}},
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
        "security": WRITING,
        "parameters": [*given, *parameters("f", "lang")],
    }


def _body(content: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {kind: {"schema": one} for kind, one in content.items()}}


def _refusals(*statuses: str) -> dict[str, Any]:
    return {status: ref("responses", "Problem") for status in statuses}


def _properties(layer: LayerSpec, asked: Asked) -> dict[str, Any]:
    editable = {field.name for field in layer.editable_fields_for(asked.audience)}
    described = schema.properties(layer, asked.audience, asked.language)
    writable = {name: one for name, one in described.items() if name in editable}
    return {"type": "object", "properties": writable, "additionalProperties": False}


def _feature(layer: LayerSpec, asked: Asked) -> dict[str, Any]:
    properties, required = _properties(layer, asked), required_names(layer)
    if required:
        properties["required"] = required
    members = _members(layer, properties)
    return {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": members,
        "additionalProperties": False,
    }


def _members(layer: LayerSpec, properties: dict[str, Any]) -> dict[str, Any]:
    """The members of a feature; `bbox` and `links`, which follow from the others, are read over."""
    return {
        "type": {"type": "string", "enum": ["Feature"]},
        "id": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:-]{0,119}$"},
        "geometry": layer_schemas.geometry(layer, sent=True),
        "properties": properties,
        "bbox": {},
        "links": {},
    }


def _patch(layer: LayerSpec, asked: Asked) -> dict[str, Any]:
    properties = _properties(layer, asked)
    properties["properties"] = {name: {**one, "nullable": True} for name, one in properties["properties"].items()}
    members = _members(layer, properties)
    return {"type": "object", "properties": members, "additionalProperties": False}
