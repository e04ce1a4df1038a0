"""Everything but the features: landing page, conformance, collections, their schemas, processes, the API definition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from pygeoapi.api import conformance as ask_conformance
from pygeoapi.api import describe_collections, landing_page
from pygeoapi.api.processes import describe_processes

from layers import changes, registry
from layers.crs import CRS84, offered_crs
from layers.problems import Problem
from layers.spec import LayerSpec
from ogc_api import apis, asking, claims, config, pages, parts, words
from ogc_api.answering import JSON, OPENAPI_JSON, SCHEMA_JSON, answers, json_response, page
from ogc_api.asking import Asked
from ogc_api.definition import build as openapi
from ogc_api.features import formats
from ogc_api.features.remembering import attribution_of, extent_of
from ogc_api.processes.pages import process as process_page

Shown = Callable[[dict[str, Any], Asked], dict[str, Any]]
"""What a page shows beside its document."""


@answers("GET", "HEAD")
def landing(request: HttpRequest) -> HttpResponseBase:
    """Where everything else is found."""
    asked = asking.read(request)
    document = apis.ask(asked, landing_page) | {"attribution": settings.CITY.name.in_language(asked.language)}
    document["links"] += parts.landing_links(asked)
    document |= parts.landing_members(asked)
    return _answer(request, asked, document, "landing.html", pages.landing)


@answers("GET", "HEAD")
def conformance(request: HttpRequest) -> HttpResponseBase:
    """The classes of the standards that hold here: fewer than pygeoapi would claim."""
    asked = asking.read(request)
    document = apis.ask(asked, ask_conformance)
    document["conformsTo"] = sorted({*config.CONFORMANCE_CLASSES, *parts.conformance_classes()})
    document |= parts.conformance_details()
    return _answer(request, asked, document, "conformance.html", claims.page)


@answers("GET", "HEAD")
def api_definition(request: HttpRequest) -> HttpResponseBase:
    """The OpenAPI definition."""
    asked = asking.read(request)
    document = openapi.build_definition(
        asked, settings.CITY, list(registry.visible_to(asked.audience)), _processes(asked)
    )
    return _answer(request, asked, document, "openapi.html", pages.openapi, OPENAPI_JSON)


@answers("GET", "HEAD")
def collections(request: HttpRequest) -> HttpResponseBase:
    """The collections that this caller may read."""
    asked = asking.read(request)
    document = apis.ask(asked, describe_collections)
    revisions = changes.revisions_of([collection["id"] for collection in document["collections"]])
    for collection in document["collections"]:
        _complete(collection, registry.get(collection["id"], asked.audience), asked, revisions[collection["id"]])
    document["collections"] += parts.collections(asked)
    return _answer(request, asked, document, "collections.html", pages.collections)


@answers("GET", "HEAD")
def collection(request: HttpRequest, collection: str) -> HttpResponseBase:
    """One collection: a layer of features, or what a part offers."""
    asked = asking.read(request)
    of_a_part = parts.find_collection(collection, asked)
    if of_a_part is not None:
        return _answer(request, asked, of_a_part, "collection.html", pages.collection)
    layer = asking.get_layer(request, collection)
    revision = changes.revision_of(layer.name)
    document = _complete(apis.ask(asked, describe_collections, layer.name), layer, asked, revision)
    return _answer(request, asked, document, "collection.html", pages.collection)


def _complete(document: dict[str, Any], layer: LayerSpec, asked: Asked, revision: int) -> dict[str, Any]:
    """Adds what pygeoapi has no place for; extent and sources are those of the features."""
    extent = extent_of(layer, asked.audience, revision)
    if extent is not None:
        document["extent"]["spatial"]["bbox"] = [[round(degrees, CRS84.digits) for degrees in extent]]
    lines, licences = attribution_of(layer, asked.audience, revision)
    others = [link for link in document["links"] if link["rel"] != "license"]
    licences = licences or [layer.open_data.licence]
    document["attribution"] = " / ".join(lines) or config.attribution_of(layer, settings.CITY).in_language(
        asked.language
    )
    document["license"] = ", ".join(licences)
    document["crs"] = [crs.uri for crs in offered_crs(settings.CITY.plane_srid)]
    document["storageCrs"] = CRS84.uri
    sortables = {
        "rel": "http://www.opengis.net/def/rel/ogc/1.0/sortables",
        "type": SCHEMA_JSON,
        "title": words.in_language(asked.language).sortables,
        "href": f"{asked.base_url}/collections/{layer.name}/sortables?f=json",
    }
    own = [sortables, *formats.collection_links(layer, asked)]
    document["links"] = [*config.licence_links(licences), *others, *own, *parts.collection_links(layer, asked)]
    return document


@answers("GET", "HEAD")
def processes(request: HttpRequest) -> HttpResponseBase:
    """The processes that this server runs."""
    asked = asking.read(request)
    return _answer(request, asked, apis.ask(asked, describe_processes), "processes.html")


@answers("GET", "HEAD")
def process(request: HttpRequest, process: str) -> HttpResponseBase:
    """One process, with its inputs and outputs."""
    check_process(process)
    asked = asking.read(request)
    document = apis.ask(asked, describe_processes, process)
    return _answer(request, asked, document, "process.html", process_page)


def _processes(asked: Asked) -> list[dict[str, Any]]:
    return [apis.ask(asked, describe_processes, name) for name in process_names()]


def process_names() -> list[str]:
    return list(getattr(settings, "OGC_API_PROCESSES", {}))


def check_process(name: str) -> None:
    """Raises:
    Problem: 404, where there is no such process.
    """
    if name not in process_names():
        raise Problem(
            404,
            "unknown process",
            f"there is no process {name!r:.80}; there are: {', '.join(process_names()) or 'none yet'}",
            parameter="processId",
            extra={"type": "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-process"},
        )


@answers("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
def unknown(request: HttpRequest, **_: str) -> HttpResponseBase:
    """Any other address below the API."""
    raise Problem(
        404, "not found", f"there is nothing at {request.path[:200]}; the API begins at {asking.base_url(request)}"
    )


def _answer(
    request: HttpRequest,
    asked: Asked,
    document: dict[str, Any],
    template: str,
    shown: Shown = pages.nothing_more,
    media_type: str = JSON,
) -> HttpResponseBase:
    """The document as JSON, or on its page."""
    if asked.html:
        return page(request, asked, template, {"document": document, **shown(document, asked)})
    return json_response(request, asked, document, media_type)
