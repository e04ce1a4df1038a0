"""The parts that the addresses of the OpenAPI definition share. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from layers.city import City
from layers.crs import CRS84, offered_crs
from layers.spec import Text
from ogc_api.features import references
from ogc_api.features.parameters import DEFAULT_LIMIT, MAX_LIMIT, MAX_OFFSET, MAX_TEXT, MAX_TEXTS


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
        "headers": {
            "ETag": {"description": "of the document; a page has none", "schema": {"type": "string", "pattern": ETAG}},
            "Content-Language": {"schema": {"type": "string", "enum": ["ja", "en"]}, "required": True},
            "Cache-Control": {"schema": {"type": "string"}, "required": True},
        },
        "content": {media_type: {"schema": ref("schemas", schema)}, **page},
    }


def query(name: str, schema: dict[str, Any], description: str, **more: Any) -> dict[str, Any]:
    """A parameter of an address' query."""
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema, **more}


ETAG = '^(W/)?"[!#-~]+"$'
"""RFC 9110, 8.8.3."""
ETAGS = r'^(\*|(W/)?"[!#-~]+"( *, *(W/)?"[!#-~]+")*)$'
"""One, several or any of them (RFC 9110, 13.1)."""
_DAY = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME = f"{_DAY}([Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9]))?"
INTERVAL = f"^({_TIME}|({_TIME}|\\.\\.)?/({_TIME}|\\.\\.)?)$"


def _object(required: tuple[str, ...], **properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


def _list(schema: str) -> dict[str, Any]:
    return {"type": "array", "items": ref("schemas", schema)}


_TEXT = {"type": "string"}
_TYPES = {"type": "array", "items": {"type": "string", "enum": ["string", "number", "geometry"]}}
_TIME_OR_OPEN = {"type": "string", "format": "date-time", "nullable": True}
_BOX = {"type": "array", "items": {"type": "number"}, "oneOf": [{"minItems": n, "maxItems": n} for n in (4, 6)]}
_INTERVAL = {"type": "array", "items": _TIME_OR_OPEN, "minItems": 2, "maxItems": 2}
_EXTENT = {
    "type": "object",
    "properties": {
        "spatial": {"type": "object", "properties": {"bbox": {"type": "array", "items": _BOX}, "crs": _TEXT}},
        "temporal": {"type": "object", "properties": {"interval": {"type": "array", "items": _INTERVAL}}},
    },
}
_TITLED = {"title": _TEXT, "description": _TEXT, "links": _list("link")}

_PARAMETERS = {
    "f": query("f", {"type": "string", "enum": ["json", "html"]}, "json / html; without it, the Accept header decides"),
    "lang": query("lang", {"type": "string", "enum": ["ja", "en"]}, "ja / en; without it, Accept-Language decides"),
    "limit": query(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        f"features of one page at most; more than {MAX_LIMIT} is taken as {MAX_LIMIT}",
    ),
    "offset": query(
        "offset",
        {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET, "default": 0},
        "features to pass over; not with cursor. The links to next pages are quicker, and true while others write",
    ),
    "bbox": query(
        "bbox",
        {"type": "array", "oneOf": [{"minItems": n, "maxItems": n} for n in (4, 6)], "items": {"type": "number"}},
        "four numbers, or six with heights, in the axis order of bbox-crs (default: west,south,east,north in degrees);"
        " west > east crosses the antimeridian",
        style="form",
        explode=False,
    ),
    "datetime": query(
        "datetime",
        {"type": "string", "pattern": INTERVAL},
        "RFC 3339 time, date, or interval with /; .. is an open end",
    ),
    "skipGeometry": query("skipGeometry", {"type": "boolean", "default": False}, "true leaves the geometries empty"),
    "cursor": query(
        "cursor",
        {"type": "string", "pattern": "^~?[A-Za-z0-9_-]+$", "maxLength": MAX_TEXT},
        "place of a page, as found in a next link",
    ),
    "ifNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "description": "the ETag of what the caller has: 304 while it is true; what is none has no effect",
        "schema": {"type": "string"},
    },
    "profile": query(
        "profile",
        {"type": "array", "minItems": 1, "items": {"type": "string", "enum": list(references.SPELLINGS)}},
        "how references to other features are written: rel-as-key (as without it), rel-as-uri, rel-as-link",
        style="form",
        explode=False,
    ),
    "filter": query(
        "filter",
        {"type": "string", "minLength": 1, "maxLength": MAX_TEXTS["filter"]},
        "which features, in CQL2 (OGC 21-065r2), on the properties that …/queryables names",
    ),
    "filter-lang": query(
        "filter-lang",
        {"type": "string", "enum": ["cql2-text", "cql2-json"]},
        "how the filter is written; without it, JSON begins with a brace and anything else is text",
    ),
    "featureId": {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}},
}

SCHEMAS: dict[str, Any] = {
    "anything": {"type": "object"},
    "geometry": {
        **_object(("type",), type=_TEXT, coordinates={"type": "array", "items": {}}),
        "nullable": True,
        "description": "of any kind",
    },
    "feature": _object(
        ("type", "geometry", "properties"),
        type={"type": "string", "enum": ["Feature"]},
        id={},
        geometry=ref("schemas", "geometry"),
        properties={"type": "object"},
        links=_list("link"),
    ),
    "problem": _object(
        ("type", "title", "status", "detail"),
        type=_TEXT,
        title=_TEXT,
        status={"type": "integer", "minimum": 400, "maximum": 599},
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
        keywords={"type": "array", "items": _TEXT},
        extent=_EXTENT,
        crs={"type": "array", "items": _TEXT},
        storageCrs=_TEXT,
        attribution=_TEXT,
        license=_TEXT,
    ),
    "collections": _object(("collections", "links"), collections=_list("collection"), links=_list("link")),
    "featureCollection": _object(
        ("type", "features", "links", "numberReturned", "timeStamp"),
        type={"type": "string", "enum": ["FeatureCollection"]},
        features=_list("feature"),
        links=_list("link"),
        numberMatched={"type": "integer", "minimum": 0},
        numberReturned={"type": "integer", "minimum": 0},
        timeStamp={"type": "string", "format": "date-time"},
    ),
    "jsonSchema": _object(
        ("$schema", "type", "properties"),
        type={"type": "string", "enum": ["object"]},
        title=_TEXT,
        description=_TEXT,
        properties={"type": "object", "additionalProperties": {"type": "object"}},
        additionalProperties={"type": "boolean"},
        **{"$schema": _TEXT, "$id": _TEXT},
    ),
    "definition": _object(
        ("openapi", "info", "paths"), openapi=_TEXT, info={"type": "object"}, paths={"type": "object"}
    ),
    "function": _object(
        ("name", "returns"),
        name=_TEXT,
        description=_TEXT,
        arguments={"type": "array", "items": _object(("type",), type=_TYPES)},
        returns=_TYPES,
    ),
    "functions": _object(("functions",), functions=_list("function")),
    "process": _object(("id", "version"), id=_TEXT, version=_TEXT, **_TITLED),
    "processes": _object(("processes", "links"), processes=_list("process"), links=_list("link")),
}

_REALM = {"description": "how to prove who asks (RFC 6750)", "schema": _TEXT, "required": True}
SECURITY_SCHEMES: dict[str, Any] = {
    "token": {"type": "http", "scheme": "bearer", "description": "made by ./gis user token"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "of who has signed in on a page; writing also needs the header X-CSRFToken",
    },
}
READING: list[dict[str, Any]] = [{}, {"token": []}, {"session": []}]
"""Who says nothing of himself is the public; a wrong token is refused."""
WRITING: list[dict[str, Any]] = [{"token": []}, {"session": []}]

_RESPONSES: dict[str, Any] = {
    "NotModified": {"description": "what the caller has is still true (If-None-Match)"},
    "TooLong": {"description": "the address is longer than the web server reads; a search takes more by POST"},
    "Unauthorized": {
        "description": "the token is unknown, expired or revoked, or there is none where one is needed",
        "headers": {"WWW-Authenticate": _REALM},
        "content": {
            "application/problem+json": {"schema": ref("schemas", "problem")},
            "text/html": {"schema": _TEXT},
        },
    },
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
    return {
        "parameters": every_parameter(city),
        "schemas": SCHEMAS | schemas,
        "responses": _RESPONSES,
        "securitySchemes": SECURITY_SCHEMES,
    }


def every_parameter(city: City) -> dict[str, Any]:
    """The parameters that addresses share, by their names in the definition."""
    return _PARAMETERS | _crs_parameters(city)


def _crs_parameters(city: City) -> dict[str, Any]:
    names = [crs.uri for crs in offered_crs(city.plane_srid)]
    schema = {"type": "string", "format": "uri", "enum": names, "default": CRS84.uri}
    return {
        "bbox-crs": query("bbox-crs", schema, "reference system of bbox; the axes are in its authority's order"),
        "filter-crs": query("filter-crs", schema, "reference system of the coordinates within filter"),
        "crs": query("crs", schema, "reference system of the answer; the axes are in its authority's order"),
    }
