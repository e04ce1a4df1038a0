"""The pages of features: a table of what the JSON holds, codes in words, and a map beside it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from layers import units, values
from layers.feature import Source
from layers.reading import Form
from layers.spec import Field, LayerSpec
from ogc_api import words
from ogc_api.answering import page
from ogc_api.asking import Asked
from ogc_api.config import attribution_of
from ogc_api.features import references
from ogc_api.features.choosing import FORM_PARAMETERS


def features_page(
    request: HttpRequest, asked: Asked, layer: LayerSpec, form: Form, document: Mapping[str, Any]
) -> HttpResponse:
    """The features of one page of the collection."""
    fields = form.fields(layer, asked.audience)
    leads = references.found(asked, fields, document["features"])
    rows = [
        {"id": feature["id"], "cells": [_cell(layer, f, feature["properties"][f.name], asked, leads) for f in fields]}
        for feature in document["features"]
    ]
    links = {link["rel"]: link["href"] for link in document["links"]}
    return page(
        request,
        asked,
        "items.html",
        {
            "document": document,
            "layer": _titled(layer, asked),
            "heads": [f.title.in_language(asked.language) for f in fields],
            "rows": rows,
            "next": links.get("next"),
            "paged": "cursor" in asked.parameters,
            "first_url": _first(asked),
            "summary": _summary(document, asked),
            **_placed(asked, layer),
            "attribution": _attribution(asked, layer, document["features"]),
        },
    )


def _summary(document: Mapping[str, Any], asked: Asked) -> str:
    """How many there are, where that is known, and how many are shown."""
    said = words.in_language(asked.language)
    returned, matched = document["numberReturned"], document.get("numberMatched")
    text = said.summary_uncounted if matched is None else said.summary
    return str(text.format(matched=matched, returned=returned))


def feature_page(request: HttpRequest, asked: Asked, layer: LayerSpec, form: Form, text: str) -> HttpResponse:
    """One feature, with the line that its source demands."""
    feature = json.loads(text)
    fields = form.fields(layer, asked.audience)
    leads = references.found(asked, fields, [feature])
    source = Source.objects.filter(pk=feature["properties"].get("source") or "").first()
    return page(
        request,
        asked,
        "item.html",
        {
            "feature": feature,
            "layer": _titled(layer, asked),
            "rows": [
                (f.title.in_language(asked.language), _cell(layer, f, feature["properties"][f.name], asked, leads))
                for f in fields
            ],
            "source": source,
            "name": feature["properties"].get(layer.style.label or "") or feature["id"],
            **_placed(asked, layer),
        },
    )


def _placed(asked: Asked, layer: LayerSpec) -> dict[str, Any]:
    """What the map and the line below it need."""
    attribution = attribution_of(layer, settings.CITY).in_language(asked.language)
    return {
        "json_url": _as_json(asked),
        "map_url": _as_json(asked, FORM_PARAMETERS),
        "bounds": settings.CITY.bounds,
        "attribution": attribution,
    }


def _attribution(asked: Asked, layer: LayerSpec, features: list[dict[str, Any]]) -> str:
    """The lines of the sources that these features name; the layer's own where they name none."""
    keys = {feature["properties"].get("source") for feature in features}
    lines = Source.objects.filter(pk__in=keys).values_list("attribution", flat=True).distinct().order_by("attribution")
    return " / ".join(lines) or attribution_of(layer, settings.CITY).in_language(asked.language)


def _as_json(asked: Asked, without: Iterable[str] = ()) -> str:
    given = {name: text for name, text in asked.parameters.items() if name not in without}
    query = urlencode(given | {"f": "json"})
    return f"{asked.url.partition('?')[0]}?{query}"


def _first(asked: Asked) -> str:
    """The same without the place in the order: where the features begin."""
    query = urlencode({name: text for name, text in asked.parameters.items() if name != "cursor"})
    return f"{asked.url.partition('?')[0]}?{query}"


def _titled(layer: LayerSpec, asked: Asked) -> dict[str, str]:
    return {"name": layer.name, "title": layer.title.in_language(asked.language)}


def _cell(
    layer: LayerSpec, field: Field, value: Any, asked: Asked, leads: Mapping[tuple[str, str], str]
) -> dict[str, str | None]:
    """A value as it is shown, and where it leads, if it refers to a feature that is there."""
    return {"text": _shown(layer, field, value, asked), "href": leads.get((field.name, value))}


def _shown(layer: LayerSpec, field: Field, value: Any, asked: Asked) -> str:
    """A value as a reader takes it: the meaning of a code, a yes or no, a time of the city, a number with its unit."""
    said = words.in_language(asked.language)
    if value is None:
        return ""
    if value in field.codes:
        return field.codes[value].in_language(asked.language)
    if isinstance(value, bool):
        return str(said.yes if value else said.no)
    if values.json_type(values.column_of(layer, field)).get("format") == "date-time":
        return f"{timezone.localtime(datetime.datetime.fromisoformat(value)):%Y-%m-%d %H:%M}"
    unit = units.shown(field.unit, asked.language)
    return f"{value} {unit}" if unit and isinstance(value, int | float) else str(value)
