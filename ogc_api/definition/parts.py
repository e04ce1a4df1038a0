"""The parts that the addresses of the OpenAPI definition share. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from layers.city import City
from layers.crs import CRS84, offered_crs
from layers.spec import Text
from ogc_api.features import references
from ogc_api.features.parameters import DEFAULT_LIMIT, MAX_LIMIT, MAX_TEXTS


@dataclass(frozen=True, slots=True)
class Words:
    """Chooses the words of one language."""

    language: str

    def __call__(self, text: Text) -> str:
        return text.in_language(self.language)


_SAID = {
    "schema": Text("{}の項目", "Fields of {}"),
    "queryables": Text("{}の絞り込みに使える項目", "What {} can be filtered on"),
    "sortables": Text("{}の並べ替えに使える項目", "What {} can be sorted by"),
    "items": Text("{}の地物", "Features of {}"),
    "item": Text("{}の地物ひとつ", "One feature of {}"),
    "search": Text("{}の地物（POST）", "Features of {}, asked for by POST"),
    "execute": Text("{}を実行", "Run {}"),
}


def said(words: Words, title: str, what: str) -> str:
    return words(_SAID[what]).format(title)


def ref(kind: str, name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/{kind}/{name}"}


def parameters(*names: str) -> list[dict[str, Any]]:
    return [ref("parameters", name) for name in names]


def answer(schema: str, media_type: str = "application/json", *, is_page: bool = True) -> dict[str, Any]:
    """A good answer, as JSON and, mostly, as a page."""
    page = {"text/html": {"schema": {"type": "string"}}} if is_page else {}
    return {
        "description": "OK",
        "headers": {"ETag": {"schema": {"type": "string"}}},
        "content": {media_type: {"schema": ref("schemas", schema)}, **page},
    }


def query(name: str, schema: dict[str, Any], description: str, **more: Any) -> dict[str, Any]:
    """A parameter of an address' query."""
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema, **more}


def _object(required: tuple[str, ...], **properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


def _list(schema: str) -> dict[str, Any]:
    return {"type": "array", "items": ref("schemas", schema)}


_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}
_TITLED = {"title": _TEXT, "description": _TEXT, "links": _list("link")}

_PARAMETERS = {
    "f": query("f", {"type": "string", "enum": ["json", "html"]}, "json / html; without it, the Accept header decides"),
    "lang": query("lang", {"type": "string", "enum": ["ja", "en"]}, "ja / en; without it, Accept-Language decides"),
    "limit": query(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        f"features of one page at most; more than {MAX_LIMIT} is taken as {MAX_LIMIT}",
    ),
    "bbox": query(
        "bbox",
        {"type": "array", "oneOf": [{"minItems": n, "maxItems": n} for n in (4, 6)], "items": {"type": "number"}},
        "four numbers, or six with heights, in the axis order of bbox-crs (default: west,south,east,north in degrees);"
        " west > east crosses the antimeridian",
        style="form",
        explode=False,
    ),
    "datetime": query("datetime", _TEXT, "RFC 3339 time, date, or interval with /; .. is an open end"),
    "properties": query(
        "properties",
        {"type": "array", "minItems": 1, "items": _TEXT},
        "the fields that are wanted, parted by commas; without it, all",
        style="form",
        explode=False,
    ),
    "skipGeometry": query("skipGeometry", {"type": "boolean", "default": False}, "true leaves the geometries empty"),
    "profile": query(
        "profile",
        {"type": "array", "minItems": 1, "items": {"type": "string", "enum": list(references.SPELLINGS)}},
        "how references to other features are written: rel-as-key (as without it), rel-as-uri, rel-as-link",
        style="form",
        explode=False,
    ),
    "cursor": query("cursor", _TEXT, "place of a page, as found in a next link"),
    "filter": query(
        "filter",
        {"type": "string", "maxLength": MAX_TEXTS["filter"]},
        "which features, in CQL2 (OGC 21-065r2), on the properties that …/queryables names",
    ),
    "filter-lang": query(
        "filter-lang",
        {"type": "string", "enum": ["cql2-text", "cql2-json"]},
        "how the filter is written; without it, JSON begins with a brace and anything else is text",
    ),
    "featureId": {"name": "featureId", "in": "path", "required": True, "schema": _TEXT},
}

SCHEMAS: dict[str, Any] = {
    "anything": {"type": "object"},
    "problem": _object(
        ("type", "title", "status", "detail"),
        type=_TEXT,
        title=_TEXT,
        status={"type": "integer"},
        detail=_TEXT,
        parameter=_TEXT,
    ),
    "link": _object(("href", "rel"), href=_TEXT, rel=_TEXT, type=_TEXT, title=_TEXT, hreflang=_TEXT),
    "landingPage": _object(("links",), **_TITLED, attribution=_TEXT),
    "conformance": _object(("conformsTo",), conformsTo={"type": "array", "items": _TEXT}),
    "collection": _object(
        ("id", "links"),
        id=_TEXT,
        **_TITLED,
        itemType=_TEXT,
        extent={"type": "object"},
        crs={"type": "array", "items": _TEXT},
        storageCrs=_TEXT,
        attribution=_TEXT,
        license=_TEXT,
    ),
    "collections": _object(("collections", "links"), collections=_list("collection"), links=_list("link")),
    "geometry": {
        **_object(("type",), type=_TEXT, coordinates={"type": "array", "items": {}}),
        "nullable": True,
        "description": "null with skipGeometry, and outside the domain of the reference system that is asked for",
    },
    "feature": _object(
        ("type", "id", "geometry", "properties"),
        type={"type": "string", "enum": ["Feature"]},
        id=_TEXT,
        geometry=ref("schemas", "geometry"),
        properties={"type": "object"},
        links=_list("link"),
    ),
    "featureCollection": _object(
        ("type", "features", "links", "numberReturned", "timeStamp"),
        type={"type": "string", "enum": ["FeatureCollection"]},
        features=_list("feature"),
        links=_list("link"),
        numberMatched={**_COUNT, "description": "exact; left out where counting would cost too much"},
        numberReturned=_COUNT,
        timeStamp={"type": "string", "format": "date-time"},
    ),
    "search": {
        **_object((), filter={"oneOf": [_TEXT, {"type": "object"}]}, **{"filter-lang": _TEXT}),
        "additionalProperties": {"oneOf": [_TEXT, {"type": "number"}, {"type": "boolean"}, {"type": "array"}]},
    },
    "functions": _object(("functions",), functions={"type": "array", "items": {"type": "object"}}),
    "process": _object(("id", "version"), id=_TEXT, version=_TEXT, **_TITLED),
    "processes": _object(("processes", "links"), processes=_list("process"), links=_list("link")),
    "execute": {
        **_object(
            (),
            inputs={"type": "object"},
            outputs={"type": "object"},
            response={"type": "string", "enum": ["raw", "document"], "default": "raw"},
        ),
        "additionalProperties": False,
    },
}

_RESPONSES: dict[str, Any] = {
    "NotModified": {"description": "what the caller has is still true (If-None-Match)"},
    "Problem": {
        "description": "what is wrong with the request, and what would be right (RFC 9457)",
        "content": {
            "application/problem+json": {"schema": ref("schemas", "problem")},
            "text/html": {"schema": _TEXT},
        },
    },
}


def components(city: City, schemas: dict[str, Any]) -> dict[str, Any]:
    """Parameters, schemas (with those of the parts) and answers; the reference systems are the city's."""
    return {"parameters": _PARAMETERS | _crs_parameters(city), "schemas": SCHEMAS | schemas, "responses": _RESPONSES}


def _crs_parameters(city: City) -> dict[str, Any]:
    names = [crs.uri for crs in offered_crs(city.plane_srid)]
    schema = {"type": "string", "format": "uri", "enum": names, "default": CRS84.uri}
    return {
        "bbox-crs": query("bbox-crs", schema, "reference system of bbox; the axes are in its authority's order"),
        "filter-crs": query("filter-crs", schema, "reference system of the coordinates within filter"),
        "crs": query("crs", schema, "reference system of the answer; the axes are in its authority's order"),
    }
