"""A raster's collection and its schema, as documents and as pages; and what a raster has not."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from layers.problems import Problem
from ogc_api import asking, config, words
from ogc_api.answering import SCHEMA_JSON, answers, json_response, page
from ogc_api.rasters import describing, stored
from ogc_api.rasters.stored import Stored


@answers("GET", "HEAD")
def collection(request: HttpRequest, collection: str) -> HttpResponseBase:
    """What the raster is, and where its values are."""
    asked = asking.read(request)
    one = stored.get(collection)
    document = describing.collection(one, asked)
    if asked.html:
        return page(request, asked, "raster.html", {"document": document, **_shown(one, document, asked.base_url)})
    return json_response(request, asked, document)


@answers("GET", "HEAD")
def schema(request: HttpRequest, collection: str) -> HttpResponseBase:
    """The fields of the raster."""
    asked = asking.read(request)
    one = stored.get(collection)
    document = describing.schema(one, asked)
    if not asked.html:
        return json_response(request, asked, document, SCHEMA_JSON)
    rows = [
        {"name": name, "title": field["title"], "type": field["type"], "unit": field.get("x-ogc-unit", ""), "codes": []}
        for name, field in document["properties"].items()
    ]
    shown = {
        "layer": one.id,
        "heading": words.in_language(asked.language).schema,
        "document_url": f"{one.url(asked.base_url)}/schema",
        "rows": rows,
    }
    return page(request, asked, "schema.html", {"document": document, **shown})


@answers("GET", "HEAD")
def nothing_here(request: HttpRequest, collection: str, **_: str) -> HttpResponseBase:
    """What only collections of features have."""
    one = stored.get(collection)
    url = one.url(asking.base_url(request))
    offered = ", ".join(("coverage", "schema", *describing.QUERIES))
    at = request.path[:200]
    detail = f"{one.id} is a raster, no collection of features: there is nothing at {at}; {url} has {offered}"
    raise Problem(404, "not found", detail, parameter="collectionId")


def _shown(one: Stored, document: dict[str, Any], base_url: str) -> dict[str, Any]:
    """What the page needs beside the document: the outline for the map, a point in the middle, the addresses."""
    url, middle = one.url(base_url), one.raster.bounds.centroid
    return {
        "url": url,
        "outline": one.raster.bounds.geojson,
        "point": f"POINT({middle.x:.6f} {middle.y:.6f})",
        "band": one.bands[0].name,
        "unit": one.raster.unit,
        "licence_url": config.LICENCE_URLS.get(document["license"]),
        "links": [link for link in document["links"] if link["rel"].endswith("/coverage")],
        "queries": [query["link"] for query in document["data_queries"].values()],
    }
