"""The catalogue for people and for harvesters."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gis_server.data.asked import audience_of, check_parameters, get_layer, language_of
from gis_server.data.entries import catalogue_for
from gis_server.data.figures import Figures, figures_of
from gis_server.data.words import in_language, reference_system
from layers import registry, units
from layers.formats import Format, formats_for
from layers.formats.municipal_standard import standards_of
from layers.formats.reference_systems import supported_srids
from layers.problems import Problem
from layers.spec import Audience, Field, LayerSpec
from ogc_api import open_data
from ogc_api.open_data import Catalogue

DCAT_MEDIA_TYPE = "application/ld+json"
GEOJSON_MEDIA_TYPE = "application/geo+json"


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every data set that the reader may take away."""
    check_parameters(request)
    language, layers = language_of(request), list(registry.visible_to(audience_of(request)))
    figures = figures_of(layers, audience_of(request))
    sets = [_card(layer, figures[layer.name], language) for layer in layers]
    groups = [
        (in_language(language)[key], [card for card in sets if card["is_base"] == is_base])
        for key, is_base in (("city_data", False), ("base_data", True))
    ]
    return _page(request, "catalogue.html", {"groups": groups})


@require_safe
def dataset(request: HttpRequest, name: str) -> HttpResponse:
    """One data set: preview, rights, quality, downloads."""
    check_parameters(request)
    layer, language = get_layer(request, name), language_of(request)
    figures = figures_of([layer], audience_of(request))[layer.name]
    context = {
        "set": _card(layer, figures, language),
        "attributions": _attributions(layer, figures, language),
        "fields": [_field(field, figures.share_of(filled), language) for field, filled in figures.filled],
        "downloads": [_download(layer, known, language) for known in formats_for(layer)],
        "standards": [
            {"title": sheet.title.in_language(language), "href": f"/data/{layer.name}.{sheet.name}.csv"}
            for sheet in standards_of(layer)
        ],
        "figures": figures,
        "bounds": figures.extent or settings.CITY.bounds,
    }
    return _page(request, "dataset.html", context)


@require_safe
def dcat(request: HttpRequest) -> HttpResponse:
    """The public catalogue as DCAT-AP, whoever asks: harvesters pass on what they find."""
    check_parameters(request)
    return _document(request, open_data.build_dcat(_public_catalogue(request)), DCAT_MEDIA_TYPE)


@require_safe
def records(request: HttpRequest) -> HttpResponse:
    """The public catalogue as records of OGC API – Records."""
    check_parameters(request)
    return _document(request, open_data.build_records(_public_catalogue(request)), GEOJSON_MEDIA_TYPE)


@require_safe
def record(request: HttpRequest, name: str) -> HttpResponse:
    check_parameters(request)
    known = _public_catalogue(request)
    entry = next((entry for entry in known.entries if entry.layer.name == name), None)
    if entry is None:
        names = ", ".join(entry.layer.name for entry in known.entries)
        raise Problem(404, "unknown record", f"there is no record {name!r:.80}; there are: {names}")
    return _document(request, open_data.build_record(known, entry), GEOJSON_MEDIA_TYPE)


def _public_catalogue(request: HttpRequest) -> Catalogue:
    return catalogue_for(request.build_absolute_uri("/").rstrip("/"), Audience.PUBLIC)


def _card(layer: LayerSpec, figures: Figures, language: str) -> dict[str, Any]:
    return {
        "name": layer.name,
        "title": layer.title.in_language(language),
        "description": layer.description.in_language(language),
        "licence": "、".join(dict.fromkeys(source.licence for source in figures.sources)) or layer.open_data.licence,
        "is_base": layer.group == "base",
        "count": figures.count,
        "changed_at": figures.changed_at,
        "colour": layer.style.colour,
        "min_zoom": layer.zooms.start,
    }


def _attributions(layer: LayerSpec, figures: Figures, language: str) -> list[tuple[str, str]]:
    """Lines to be shown with the data, each with its licence: those of the rows' sources, else the layer's own."""
    if figures.sources:
        return list(dict.fromkeys((source.attribution, source.licence) for source in figures.sources))
    own = layer.open_data.attribution or settings.CITY.name
    return [(own.in_language(language), layer.open_data.licence)]


def _field(field: Field, share: float, language: str) -> dict[str, Any]:
    codes = " / ".join(f"{code}: {words.in_language(language)}" for code, words in field.codes.items() if code != "")
    return {
        "name": field.name,
        "title": field.title.in_language(language),
        "meaning": ", ".join(filter(None, (units.shown(field.unit, language), codes))),
        "share": share,
    }


@dataclass(frozen=True, slots=True)
class Link:
    words: str
    href: str


def _download(layer: LayerSpec, known: Format, language: str) -> dict[str, Any]:
    address = f"/data/{layer.name}.{known.extension}"
    others = () if known.is_lon_lat_only else supported_srids(settings.CITY)[1:]
    return {
        "title": known.title.in_language(language),
        "extension": known.extension,
        "href": address,
        "links": [Link(reference_system(srid, language), f"{address}?crs=EPSG:{srid}") for srid in others],
        "axes": known.axis_order.in_language(language),
        "lacks": known.lacks.in_language(language) if known.lacks else "",
    }


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    language, audience = language_of(request), audience_of(request)
    frame = {"words": in_language(language), "is_staff": audience > Audience.PUBLIC}
    response = render(request, f"data/{template}", frame | context)
    response["Cache-Control"] = "private, no-cache" if audience is Audience.PUBLIC else "private, no-store"
    return response


def _document(request: HttpRequest, document: dict[str, Any], media_type: str) -> HttpResponse:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    response = HttpResponse(text, content_type=media_type)
    response["Cache-Control"] = "public, no-cache"
    return response
