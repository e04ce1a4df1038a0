"""Records as a part of the API (OGC API - Records - Part 1: Core, OGC 20-004r1)."""

from __future__ import annotations

from typing import Any, Final

from django.urls import re_path

from gis_server.data import record_views
from gis_server.data.record_search import TYPES
from gis_server.data.record_views import NAME, TITLE
from layers.spec import Text
from ogc_api.asking import Asked
from ogc_api.definition.operations import NOT_MODIFIED, content, operation, path_parameter
from ogc_api.definition.parts import Words, answer, parameters, query, ref
from ogc_api.parts import Part

CONF: Final = "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/"
CLASSES: Final = (
    "html",
    "json",
    "oas30",
    "record-api",
    "record-collection",
    "record-core",
    "record-core-query-parameters",
    "searchable-catalog",
)
TAG: Final = "records"
_ITEMS = Text("記録の一覧", "Records")
_ITEM = Text("記録ひとつ", "One record")
_TEXT = {"type": "string"}
_ADDRESS = rf"^collections/{NAME}/items"

SCHEMAS: Final[dict[str, Any]] = {
    "record": {
        "type": "object",
        "required": ["id", "type", "geometry", "properties", "time", "links"],
        "properties": {
            "id": _TEXT,
            "type": {"type": "string", "enum": ["Feature"]},
            "conformsTo": {"type": "array", "items": _TEXT},
            "time": {"type": "object", "nullable": True},
            "geometry": ref("schemas", "geometry"),
            "properties": {
                "type": "object",
                "required": ["type", "title"],
                "properties": {
                    "type": {"type": "string", "enum": list(TYPES)},
                    "title": _TEXT,
                    "description": _TEXT,
                    "updated": {"type": "string", "format": "date-time"},
                },
            },
            "links": {"type": "array", "items": ref("schemas", "link")},
        },
    },
    "records": {
        "type": "object",
        "required": ["type", "features", "links", "numberMatched", "numberReturned"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": ref("schemas", "record")},
            "links": {"type": "array", "items": ref("schemas", "link")},
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
        },
    },
}


def _paths(asked: Asked) -> dict[str, Any]:
    words, own = Words(asked.language), f"/collections/{NAME}"
    listed = content(ref("schemas", "records"), "application/geo+json")
    one = content(ref("schemas", "record"), "application/geo+json")
    record_id = path_parameter("recordId")
    return {
        own: {"get": operation("getCatalogue", words(TITLE), TAG, {"200": answer("collection"), **NOT_MODIFIED})},
        f"{own}/items": {
            "get": operation("getRecords", words(_ITEMS), TAG, {"200": listed, **NOT_MODIFIED}, given=_given())
        },
        f"{own}/items/{{recordId}}": {
            "get": operation(
                "getRecord", words(_ITEM), TAG, {"200": one, **NOT_MODIFIED}, given=[record_id], refused=("400", "404")
            )
        },
    }


def _given() -> list[dict[str, Any]]:
    terms = {"type": "string", "minLength": 1}
    return [
        query("q", terms, "terms parted by commas, one of which has to stand in title, description or keywords"),
        *parameters("bbox", "datetime"),
        _list("type", "kinds of resources, such as dataset"),
        _list("ids", "records by their ids"),
        _list("externalIds", "records by other ids, with the scheme and a colon before or without"),
        *parameters("limit", "cursor"),
    ]


def _list(name: str, description: str) -> dict[str, Any]:
    schema = {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}}
    return query(name, schema, f"{description}; parted by commas", style="form", explode=False)


RECORDS = Part(
    name=TAG,
    title=TITLE,
    conformance=tuple(f"{CONF}{name}" for name in CLASSES),
    urlpatterns=(
        re_path(rf"{_ADDRESS}/?$", record_views.items, name="records"),
        re_path(rf"{_ADDRESS}/(?P<record>[^/]+)/?$", record_views.item, name="record"),
    ),
    collections=record_views.collections,
    paths=_paths,
    schemas=SCHEMAS,
)
