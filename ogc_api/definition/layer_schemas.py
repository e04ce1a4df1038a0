"""What a layer's features look like, and what may be sent to search them: schemas for the definition. Pure.

Source: OpenAPI 3.0.3, 4.7.24 (Schema Object); RFC 7946 for the geometries.
"""

from __future__ import annotations

from typing import Any

from layers.spec import LayerSpec
from ogc_api import schema
from ogc_api.asking import Asked

Json = dict[str, Any]

_POSITION: Json = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 3}
_LINE: Json = {"type": "array", "items": _POSITION, "minItems": 2}
_RING: Json = {"type": "array", "items": _POSITION, "minItems": 4}
_POLYGON: Json = {"type": "array", "items": _RING, "minItems": 1}
_COORDINATES: dict[str, Json] = {
    "Point": _POSITION,
    "MultiPoint": {"type": "array", "items": _POSITION},
    "LineString": _LINE,
    "MultiLineString": {"type": "array", "items": _LINE},
    "Polygon": _POLYGON,
    "MultiPolygon": {"type": "array", "items": _POLYGON},
}
_TAKEN_TOO = {"MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}
"""A single shape is stored as a multiple one of one part (`layers.geometry`)."""


def of_layer(layer: LayerSpec, asked: Asked) -> Json:
    """The schemas of one layer's answers, by the names under which its operations refer to them."""
    name = schema_name(layer)
    return {
        f"{name}Geometry": geometry(layer) | {"nullable": True, "description": _WITHOUT},
        f"{name}Feature": _feature(name, layer, asked),
        f"{name}Features": _features(name),
    }


_WITHOUT = "null with skipGeometry, and outside the area of the reference system that is asked for"


def schema_name(layer: LayerSpec) -> str:
    """The layer's name as it stands in operation ids.

    >>> from types import SimpleNamespace
    >>> schema_name(SimpleNamespace(name="damage-areas"))
    'DamageAreas'
    """
    return "".join(part.capitalize() for part in layer.name.split("-"))


def geometry(layer: LayerSpec, *, sent: bool = False) -> Json:
    """The layer's geometry in GeoJSON; as `sent`, also what is taken for it."""
    kinds = list(_COORDINATES) if layer.geometry_type == "Geometry" else [layer.geometry_type]
    if sent:
        kinds = [_TAKEN_TOO[kind] for kind in kinds if kind in _TAKEN_TOO and _TAKEN_TOO[kind] not in kinds] + kinds
    shapes = [_shape(kind) for kind in kinds]
    return shapes[0] if len(shapes) == 1 else {"type": "object", "oneOf": shapes}


def _shape(kind: str) -> Json:
    return {
        "type": "object",
        "required": ["type", "coordinates"],
        "properties": {"type": {"type": "string", "enum": [kind]}, "coordinates": _COORDINATES[kind]},
        "additionalProperties": False,
    }


def _feature(name: str, layer: LayerSpec, asked: Asked) -> Json:
    properties = schema.properties(layer, asked.audience, asked.language)
    for field in layer.fields_for(asked.audience):
        if schema.find_referred(field, asked.audience) is not None:  # as `profile` asks: key, address or link
            properties[field.name] = {"anyOf": [properties[field.name], {"type": "string"}, {"type": "object"}]}
    return {
        "type": "object",
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string", "minLength": 1, "maxLength": 120},
            "geometry": {"$ref": f"#/components/schemas/{name}Geometry"},
            "properties": {"type": "object", "properties": properties, "additionalProperties": False},
            "links": {"type": "array", "items": {"$ref": "#/components/schemas/link"}},
            "notices": {
                "type": "array",
                "items": {"type": "string"},
                "description": "after writing: what was repaired",
            },
        },
        "additionalProperties": False,
    }


def _features(name: str) -> Json:
    count = {"type": "integer", "minimum": 0}
    members = {
        "type": {"type": "string", "enum": ["FeatureCollection"]},
        "features": {"type": "array", "items": {"$ref": f"#/components/schemas/{name}Feature"}},
        "links": {"type": "array", "items": {"$ref": "#/components/schemas/link"}},
        "numberMatched": count | {"description": "exact; left out where counting would cost too much"},
        "numberReturned": count,
        "timeStamp": {"type": "string", "format": "date-time"},
    }
    needed = [name for name in members if name != "numberMatched"]
    return {"type": "object", "required": needed, "properties": members, "additionalProperties": False}


def search_body(parameters: list[Json]) -> Json:
    """What is posted to a search: each parameter of the query as a member of an object, in JSON's own types."""
    members = {one["name"]: one["schema"] for one in parameters}
    members["filter"] = {
        "oneOf": [members["filter"], {"type": "object"}],
        "description": "CQL2, as text or as JSON (OGC 21-065r2)",
    }
    return {"type": "object", "properties": members, "additionalProperties": False}
