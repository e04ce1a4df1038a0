"""OGC API - Maps below ``/api/``: the city, some collections or one, as a picture of any place and size.

Source: OGC API - Maps - Part 1: Core (OGC 20-058).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import re_path
from django.utils.cache import patch_vary_headers

from gis_server.ogc_parts import pictures, words
from gis_server.ogc_parts.asked import layers_of, not_found, read_collections, read_data
from gis_server.ogc_parts.links import HTML, MAP, Link, link
from gis_server.ogc_parts.maps_definition import paths
from gis_server.ogc_parts.picture_asked import PARAMETERS, offered, read_background, read_place, read_size
from gis_server.ogc_parts.pictures import FORMATS, Picture, is_drawn
from gis_server.ogc_parts.times import shown_times
from layers import registry
from layers.crs import CRS84, CRS84_URI
from layers.problems import Problem
from layers.spec import LayerSpec
from ogc_api import asking, parts
from ogc_api.answering import answers, not_modified, page
from ogc_api.asking import Asked
from tile_cache.keeping.truth import stamps_of
from tile_cache.looks.base_map import BASE_GROUP

CONFORMANCE = tuple(
    f"http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/{name}"
    for name in (
        "core",
        "api-operations",
        "background",
        "collection-map",
        "collections-selection",
        "cors",
        "crs",
        "dataset-map",
        "jpeg",
        "png",
        "styled-map",
    )
)
DATASET_PARAMETERS = ("collections", *PARAMETERS)


@answers("GET", "HEAD")
def dataset_map(request: HttpRequest) -> HttpResponseBase:
    """The map of the city, or of the collections that are named."""
    asked = _asked(request, DATASET_PARAMETERS)
    drawn = [layer.name for layer in layers_of(asked.audience) if is_drawn(layer)]
    chosen = read_collections(asked, [BASE_GROUP, *drawn])
    if chosen is None:
        passes: tuple[tuple[str, ...], ...] = (pictures.of_city(),)
    else:
        passes = tuple(_pass(name) for name in chosen)
    return _answer(request, asked, passes, None)


@answers("GET", "HEAD")
def collection_map(request: HttpRequest, collection: str, style: str = "default") -> HttpResponseBase:
    """The map of one collection, in its one style."""
    layer = asking.get_layer(request, collection)
    if style != "default":
        raise not_found("style", style, ["default"], "styleId")
    if not is_drawn(layer):
        detail = f"there is no map of {layer.name}: maps show what everybody may read"
        raise Problem(404, "no map", detail, parameter="collectionId")
    asked = _asked(request, PARAMETERS)
    return _answer(request, asked, (_pass(layer.name),), layer)


def _asked(request: HttpRequest, known: tuple[str, ...]) -> Asked:
    """As a picture; as a page for browsers that open the address."""
    asked = read_data(request, (*known, "lang"), (*FORMATS, "html"))
    return replace(asked, html=asking.wants_html(request))


def _pass(name: str) -> tuple[str, ...]:
    """The layers that a name stands for."""
    return pictures.of_ground() if name == BASE_GROUP else (name,)


def _answer(
    request: HttpRequest, asked: Asked, passes: tuple[tuple[str, ...], ...], layer: LayerSpec | None
) -> HttpResponseBase:
    picture = _picture(request, asked, passes)
    if asked.html:
        return _page(request, asked, picture, layer)
    etag = _tag(picture)
    response = not_modified(request, etag) or HttpResponse(pictures.draw(picture), content_type=FORMATS[picture.form])
    return _with_headers(response, picture, etag)


def _picture(request: HttpRequest, asked: Asked, passes: tuple[tuple[str, ...], ...]) -> Picture:
    given = dict(asked.parameters)
    form = given.get("f") if given.get("f") in FORMATS else _preferred(request)
    crs, box = read_place(given)
    background = read_background(given, form or "png", pictures.paper_of(passes))
    return Picture(passes, crs, box, read_size(given, box), form or "png", background)


def _preferred(request: HttpRequest) -> str:
    """The format that the Accept header likes best; PNG where it says nothing."""
    liked = request.get_preferred_type(list(FORMATS.values()))
    return next((form for form, media_type in FORMATS.items() if media_type == str(liked)), "png")


def _tag(picture: Picture) -> str:
    """Known without drawing: the same while no layer of the picture changes."""
    stamps = stamps_of(picture.layer_names)
    told = repr((picture, stamps, pictures.fingerprint_of(picture)))
    return f'W/"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'


def _with_headers(response: HttpResponse, picture: Picture, etag: str) -> HttpResponse:
    response["Content-Crs"] = f"<{picture.crs.uri}>"
    response["Content-Bbox"] = ",".join(str(number) for number in bbox_of(picture))
    times = shown_times(picture.layer_names)
    if times is not None:
        response["Content-Datetime"] = times
    response["ETag"] = etag
    # Only what everybody may see is ever drawn; whether the collection exists still depends on who asks.
    response["Cache-Control"] = "public, no-cache"
    patch_vary_headers(response, ["Accept", "Cookie", "Authorization"])
    return response


def bbox_of(picture: Picture) -> tuple[float, ...]:
    """The corners in the order of the system's authority."""
    west, south, east, north = (round(side, picture.crs.digits) for side in picture.box)
    return (south, west, north, east) if picture.crs.north_first else (west, south, east, north)


def _page(request: HttpRequest, asked: Asked, picture: Picture, layer: LayerSpec | None) -> HttpResponseBase:
    said = words.in_language(asked.language)
    kept = {name: text for name, text in asked.parameters.items() if name not in {"f", "lang"}}
    address = asked.base_url if layer is None else f"{asked.base_url}/collections/{layer.name}"
    shown = dict(kept) | ({} if "bgcolor" in kept or "transparent" in kept else {"transparent": "false"})
    title = said.dataset_map if layer is None else said.map_of.format(layer.title.in_language(asked.language))
    context = {
        "said": said,
        "heading": title,
        "layer": layer,
        "layer_title": layer.title.in_language(asked.language) if layer else "",
        "picture": picture,
        "image": f"{address}/map?{urlencode(shown | {'f': 'png'})}",
        "plain": f"{address}/map?{urlencode(kept | {'f': 'png'})}",
        "bbox": ", ".join(str(number) for number in bbox_of(picture)),
        "layers": [registry.get(name).title.in_language(asked.language) for name in picture.layer_names],
    }
    return page(request, asked, "parts/map.html", context)


def _links(address: str, asked: Asked) -> Iterable[Link]:
    said = words.in_language(asked.language)
    for form, media_type in FORMATS.items():
        yield link(MAP, media_type, f"{said.map} ({form.upper()})", f"{address}/map?f={form}")
    yield link(MAP, HTML, said.map, f"{address}/map?f=html")


def _landing_links(asked: Asked) -> Iterable[Link]:
    return _links(asked.base_url, asked)


def _landing_members(asked: Asked) -> dict[str, Any]:
    """The systems and the extent of all the data (OGC 20-058, /req/dataset-map)."""
    return {
        "crs": [crs.uri for crs in offered()],
        "storageCrs": CRS84.uri,
        "extent": {"spatial": {"bbox": [list(settings.CITY.bounds)], "crs": CRS84_URI}},
    }


def _collection_links(layer: LayerSpec, asked: Asked) -> Iterable[Link]:
    return _links(f"{asked.base_url}/collections/{layer.name}", asked) if is_drawn(layer) else ()


_COLLECTION = r"collections/(?P<collection>[^/]+)"

MAPS_PART = parts.Part(
    name="maps",
    title=words.text("maps"),
    conformance=CONFORMANCE,
    urlpatterns=(
        re_path(r"^map/?$", dataset_map),
        re_path(rf"^{_COLLECTION}/map/?$", collection_map),
        re_path(rf"^{_COLLECTION}/styles/(?P<style>[^/]+)/map/?$", collection_map),
    ),
    landing_links=_landing_links,
    landing_members=_landing_members,
    collection_links=_collection_links,
    paths=paths,
)
