"""The formats of features in the OpenAPI definition. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ogc_api.asking import Formats
from ogc_api.definition.parts import answer, query, ref
from ogc_api.features.formats import FILES, JSONFG, OF_ITEM

_TEXTS = frozenset({"csv", "kml"})
_HEADERS = {
    "Content-Crs": "reference system of the coordinates, in angle brackets",
    "Content-Disposition": "name of the file, where the answer is one",
    "Link": "the rest of the features, where a file was limited (RFC 8288)",
}

SCHEMAS: dict[str, Any] = {
    "jsonfgMembers": {
        "type": "object",
        "required": ["conformsTo", "featureType", "coordRefSys"],
        "properties": {
            "conformsTo": {"type": "array", "items": {"type": "string"}},
            "featureType": {"type": "string"},
            "coordRefSys": {"type": "string", "format": "uri"},
        },
    },
    "jsonfgFeature": {"allOf": [ref("schemas", "feature"), ref("schemas", "jsonfgMembers")]},
    "jsonfgFeatureCollection": {"allOf": [ref("schemas", "featureCollection"), ref("schemas", "jsonfgMembers")]},
}


def format_parameter(formats: Iterable[str]) -> dict[str, Any]:
    """``f`` of an address with formats of its own."""
    names = list(formats)
    return query("f", {"type": "string", "enum": names}, f"{' / '.join(names)}; without it, the Accept header decides")


def features_answer(offered: Formats, schema: str) -> dict[str, Any]:
    """Features, in each format; `schema` is of those in GeoJSON."""
    found = answer(schema, "application/geo+json")
    found["headers"] |= {name: _header(said) for name, said in _HEADERS.items()}
    content = {OF_ITEM[JSONFG][0]: {"schema": ref("schemas", "jsonfgFeatureCollection")}}
    for name in FILES:
        content[offered[name][0]] = {"schema": {"type": "string", **({} if name in _TEXTS else {"format": "binary"})}}
    found["content"] |= content
    return found


def feature_answer(schema: str) -> dict[str, Any]:
    """One feature, in each format; `schema` is of that in GeoJSON."""
    found = answer(schema, "application/geo+json")
    found["headers"] |= {"Content-Crs": _header(_HEADERS["Content-Crs"])}
    found["content"] |= {OF_ITEM[JSONFG][0]: {"schema": ref("schemas", "jsonfgFeature")}}
    return found


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}
