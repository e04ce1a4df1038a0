"""OGC API - Styles below ``/api/``: the styles that the tiles have, of the city and of each layer.

Source: OGC API - Styles - Part 1: Core (OGC 20-009, draft), 7 to 9 and 12.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import re_path

from gis_server.ogc_parts import words
from gis_server.ogc_parts.asked import not_found, tiles_root
from gis_server.ogc_parts.defining import (
    an_object,
    collection_parameter,
    document,
    list_of,
    operation,
    path_parameter,
)
from gis_server.ogc_parts.links import MAP, STYLE_JSON, STYLES, Link, in_both_forms, link, to_itself
from gis_server.ogc_parts.pictures import is_drawn
from layers import registry
from layers.changes import revisions_of
from layers.spec import LayerSpec
from ogc_api import asking, config, parts
from ogc_api.answering import answers, json_response, page
from ogc_api.asking import Asked
from ogc_api.definition.parts import ref
from ogc_api.features.remembering import attribution_of
from tile_cache.looks import style as mapped
from tile_cache.looks.base_map import BASE_GROUP

CONFORMANCE = tuple(
    f"http://www.opengis.net/spec/ogcapi-styles-1/1.0/conf/{name}"
    for name in ("core", "global-styles", "collection-styles", "mapbox-styles")
)
OF_LAYER: Final = "default"
"""The one style of a layer."""
OF_CITY: Final = "city"
TAG: Final = "styles"
Json = dict[str, Any]


@answers("GET", "HEAD")
def style_list(request: HttpRequest, collection: str | None = None) -> HttpResponseBase:
    """The styles of the city, or of one collection."""
    layer = _layer(request, collection)
    asked = asking.read(request)
    address = _address(asked, layer)
    styles = [_description(name, layer, asked) for name in _names(layer)]
    found = {"default": OF_CITY if layer is None else OF_LAYER, "styles": styles, "links": to_itself(asked, address)}
    return _answer(request, asked, found, "styles.html", layer)


@answers("GET", "HEAD")
def style(request: HttpRequest, style: str, collection: str | None = None) -> HttpResponseBase:
    """A style for MapLibre (Style Specification, version 8); on its page, the map that it makes."""
    layer = _layer(request, collection)
    _check(style, layer)
    asked = asking.read(request)
    if asked.html:
        return _answer(request, asked, _metadata(style, layer, asked), "style.html", layer)
    return json_response(request, asked, _stylesheet(style, layer, asked), STYLE_JSON)


@answers("GET", "HEAD")
def style_metadata(request: HttpRequest, style: str, collection: str | None = None) -> HttpResponseBase:
    """What a style is for, whose data it shows, and where else it is found."""
    layer = _layer(request, collection)
    _check(style, layer)
    asked = asking.read(request)
    return _answer(request, asked, _metadata(style, layer, asked), "style.html", layer)


def _layer(request: HttpRequest, collection: str | None) -> LayerSpec | None:
    return None if collection is None else asking.get_layer(request, collection)


def _names(layer: LayerSpec | None) -> tuple[str, ...]:
    return mapped.STYLES if layer is None else (OF_LAYER,)


def _check(style: str, layer: LayerSpec | None) -> None:
    if style not in _names(layer):
        raise not_found("style", style, _names(layer), "styleId")


def _address(asked: Asked, layer: LayerSpec | None) -> str:
    return f"{asked.base_url}/styles" if layer is None else f"{asked.base_url}/collections/{layer.name}/styles"


def _stylesheet(name: str, layer: LayerSpec | None, asked: Asked) -> Json:
    root = tiles_root(asked)
    if layer is not None:
        return mapped.build_layer_style(layer, root, asked.language)
    return mapped.build_style(name, asked.audience, root, asked.language)


def _title(name: str, layer: LayerSpec | None, asked: Asked) -> str:
    if layer is not None:
        return layer.title.in_language(asked.language)
    return mapped.title(name, asked.language)


def _description(name: str, layer: LayerSpec | None, asked: Asked) -> Json:
    """A style as the list tells of it."""
    said, own = words.in_language(asked.language), f"{_address(asked, layer)}/{name}"
    return {
        "id": name,
        "title": _title(name, layer, asked),
        "links": [
            link("stylesheet", STYLE_JSON, said.style, f"{own}?f=json"),
            *in_both_forms("describedby", said.style_metadata, f"{own}/metadata"),
        ],
    }


def _metadata(name: str, layer: LayerSpec | None, asked: Asked) -> Json:
    said, own = words.in_language(asked.language), f"{_address(asked, layer)}/{name}"
    shown = _shown(name, layer, asked)
    lines, licences = _sources(shown, asked)
    links = [
        *to_itself(asked, f"{own}/metadata"),
        link("stylesheet", STYLE_JSON, said.style, f"{own}?f=json"),
    ]
    if layer is not None and is_drawn(layer):
        links.append(link(MAP, "image/png", said.map, f"{own}/map?f=png"))
    return {
        "id": name,
        "title": _title(name, layer, asked),
        "description": layer.description.in_language(asked.language) if layer else said.styles_lead,
        "attribution": " / ".join(lines),
        "attributionMediaType": "text/plain",
        "license": ", ".join(licences),
        "publisher": settings.CITY.name.in_language(asked.language),
        "keywords": [settings.CITY.name.in_language(asked.language), *([layer.name] if layer else [])],
        "resourceLanguages": [{"code": asked.language}],
        "layers": [{"id": each.name, "title": each.title.in_language(asked.language)} for each in shown],
        "links": links,
    }


def _shown(name: str, layer: LayerSpec | None, asked: Asked) -> list[LayerSpec]:
    """The layers that a style can show to this caller."""
    if layer is not None:
        return [layer]
    is_ground = name.split("-")[0] == BASE_GROUP
    return [each for each in registry.visible_to(asked.audience) if not is_ground or each.group == BASE_GROUP]


def _sources(shown: list[LayerSpec], asked: Asked) -> tuple[list[str], list[str]]:
    """The lines to be shown with the data, and their licences, each once."""
    revisions = revisions_of(layer.name for layer in shown)
    lines: dict[str, None] = {}
    licences: dict[str, None] = {}
    for layer in shown:
        told, under = attribution_of(layer, asked.audience, revisions[layer.name])
        declared = config.attribution_of(layer, settings.CITY).in_language(asked.language)
        lines |= dict.fromkeys(told or [declared])
        licences |= dict.fromkeys(under or [layer.open_data.licence])
    return list(lines), list(licences)


def _answer(
    request: HttpRequest, asked: Asked, found: Json, template: str, layer: LayerSpec | None
) -> HttpResponseBase:
    if not asked.html:
        return json_response(request, asked, found)
    said = words.in_language(asked.language)
    address = _address(asked, layer)
    context = {
        "document": found,
        "said": said,
        "layer": layer,
        "layer_title": layer.title.in_language(asked.language) if layer else "",
        "heading": said.styles_of.format(layer.title.in_language(asked.language)) if layer else said.styles,
        "address": address,
        "style": f"{address}/{found['id']}?f=json" if "id" in found else "",
        "over": layer is not None and layer.group != BASE_GROUP,
        "bounds": ",".join(str(degrees) for degrees in settings.CITY.bounds),
    }
    return page(request, asked, f"parts/{template}", context)


def _landing_links(asked: Asked) -> Iterable[Link]:
    yield from in_both_forms(STYLES, words.in_language(asked.language).styles, _address(asked, None))


def _collection_links(layer: LayerSpec, asked: Asked) -> Iterable[Link]:
    yield from in_both_forms(STYLES, words.in_language(asked.language).styles, _address(asked, layer))


def paths(asked: Asked) -> Json:
    """Every address of the styles, for the definition."""
    found: Json = {}
    for origin, prefix, names, given in (
        ("dataset", "", mapped.STYLES, []),
        ("collection", "/collections/{collectionId}", (OF_LAYER,), [collection_parameter(asked)]),
    ):
        chosen = [*given, path_parameter("styleId", {"type": "string", "enum": list(names)}, "id of a style")]
        own = f"{prefix}/styles"
        found |= {
            own: operation(asked, f"{TAG}.{origin}.getStyles", TAG, "styles", document("styles"), given),
            f"{own}/{{styleId}}": operation(
                asked, f"{TAG}.{origin}.getStyle", TAG, "style", document("stylesheet", STYLE_JSON), chosen
            ),
            f"{own}/{{styleId}}/metadata": operation(
                asked, f"{TAG}.{origin}.getStyleMetadata", TAG, "style_metadata", document("style"), chosen
            ),
        }
    return found


_TEXT = {"type": "string"}
_LINKS = list_of(ref("schemas", "link"))
SCHEMAS: Json = {
    "styles": an_object(
        ("styles", "default", "links"), styles=list_of(ref("schemas", "style")), default=_TEXT, links=_LINKS
    ),
    "style": an_object(
        ("id", "links"),
        id=_TEXT,
        title=_TEXT,
        description=_TEXT,
        attribution=_TEXT,
        attributionMediaType=_TEXT,
        license=_TEXT,
        publisher=_TEXT,
        keywords=list_of(_TEXT),
        resourceLanguages=list_of(an_object(("code",), code=_TEXT)),
        layers=list_of(an_object(("id",), id=_TEXT, title=_TEXT)),
        links=_LINKS,
    ),
    "stylesheet": an_object(
        ("version", "sources", "layers"),
        version={"type": "integer", "enum": [8]},
        name=_TEXT,
        sources={"type": "object"},
        layers=list_of({"type": "object"}),
    ),
}

_COLLECTION = r"collections/(?P<collection>[^/]+)"

STYLES_PART = parts.Part(
    name=TAG,
    title=words.text("styles"),
    conformance=CONFORMANCE,
    urlpatterns=tuple(
        pattern
        for prefix in ("", f"{_COLLECTION}/")
        for pattern in (
            re_path(rf"^{prefix}styles/?$", style_list),
            re_path(rf"^{prefix}styles/(?P<style>[^/]+)/?$", style),
            re_path(rf"^{prefix}styles/(?P<style>[^/]+)/metadata/?$", style_metadata),
        )
    ),
    landing_links=_landing_links,
    collection_links=_collection_links,
    paths=paths,
    schemas=SCHEMAS,
)
