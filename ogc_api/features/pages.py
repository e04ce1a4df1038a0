"""The pages of features: a map and a table of the same features, the form that asks for them, the request as code."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from layers import ordering, text_search, units, values
from layers.feature import Source
from layers.reading import Form
from layers.spec import Field, LayerSpec
from ogc_api import snippets, words
from ogc_api.answering import page
from ogc_api.asking import Asked
from ogc_api.config import attribution_of
from ogc_api.features import parameters, references
from ogc_api.features.chips import address, chips
from ogc_api.features.choosing import FORM_PARAMETERS
from ogc_api.features.form import controls
from ogc_api.features.wanted import Wanted, read_address

PAGE_SIZES = (20, 50, 100, 200, 500)
FIRST_CONTROLS = 8
"""Fields whose controls are not folded away."""
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DAYS = re.compile(rf"({_DAY}|\.\.)?(?:/({_DAY}|\.\.)?)?", re.ASCII)


def features_page(
    request: HttpRequest, asked: Asked, layer: LayerSpec, form: Form, document: Mapping[str, Any]
) -> HttpResponse:
    """The features of one page of the collection."""
    fields = form.fields(layer, asked.audience)
    leads = references.found(asked, fields, document["features"])
    rows = [
        {
            "id": feature["id"],
            "name": _name_of(layer, feature),
            "cells": [_cell(layer, f, feature["properties"][f.name], asked, leads) for f in fields],
        }
        for feature in document["features"]
    ]
    links = {link["rel"]: link["href"] for link in document["links"]}
    wanted = read_address(layer, asked.audience, asked.parameters)
    url = f"{asked.base_url}/collections/{layer.name}/items"
    attribution = _attribution(asked, layer, document["features"])
    conditions = chips(layer, asked.audience, wanted, url, asked.language)
    return page(
        request,
        asked,
        "items.html",
        {
            "document": document,
            "layer": _titled(layer, asked),
            "heads": [(f.title.in_language(asked.language), f.unit) for f in fields],
            "rows": rows,
            "next": links.get("next"),
            "paged": "cursor" in asked.parameters,
            "first_url": _first(asked),
            "own_query": f"?{urlencode({'as-of': asked.parameters['as-of']})}" if "as-of" in asked.parameters else "",
            "summary": summary(asked, document, bool(links.get("next"))),
            "chips": conditions,
            "without_all_url": address(url, _without_conditions(wanted).parameters()),
            **_form(layer, asked, wanted),
            "formats": formats_offered(document),
            "snippets": snippets.of_features(
                f"{asked.base_url}/collections/{layer.name}",
                _exactly(asked),
                layer.name,
                attribution,
                asked.language,
            ),
            **_placed(asked, layer),
            "attribution": attribution,
        },
    )


def summary(asked: Asked, document: Mapping[str, Any], has_more: bool) -> str:
    """How many there are and are shown, also where nobody has counted them all."""
    said = words.in_language(asked.language)
    matched, returned = document.get("numberMatched"), document["numberReturned"]
    if matched is None:
        known = not has_more and "cursor" not in asked.parameters
        sentence = said.summary_all if known else said.summary_more if has_more else said.summary_place
        return str(sentence).format(matched=returned, returned=f"{returned:,}")
    sentence = said.summary_all if matched == returned else said.summary
    return str(sentence).format(matched=f"{matched:,}", returned=f"{returned:,}")


def formats_offered(document: Mapping[str, Any]) -> list[dict[str, str]]:
    """The document itself and its other forms for programs, as its links offer them."""
    return [
        {"title": link.get("title", link["type"]), "type": link["type"].partition(";")[0], "href": _own_format(link)}
        for link in document["links"]
        if link["rel"] in {"self", "alternate"} and not link["type"].startswith("text/html")
    ]


def _own_format(link: Mapping[str, str]) -> str:
    """The address of the document itself says no format; a browser would get this page again."""
    if link["rel"] != "self":
        return link["href"]
    path, _, query = link["href"].partition("?")
    kept = [part for part in query.split("&") if part and not part.startswith("f=")]
    return f"{path}?{'&'.join([*kept, 'f=json'])}"


def _without_conditions(wanted: Wanted) -> Wanted:
    conditions = {"q", "bbox", "bbox-crs", "datetime"}
    return Wanted({name: text for name, text in wanted.kept.items() if name not in conditions})


def _exactly(asked: Asked) -> dict[str, str]:
    """The parameters of a request that gives what the page shows, no more and no less."""
    given = {name: text for name, text in asked.parameters.items() if name not in {"f", "lang"}}
    limit = parameters.read_limit(given.get("limit"), parameters.MAX_LIMIT_OF_PAGE)
    return given | {"limit": str(limit)}


def _form(layer: LayerSpec, asked: Asked, wanted: Wanted) -> dict[str, Any]:
    """What the form needs: its controls filled with what the address asks for."""
    made = controls(layer, asked.audience, wanted, asked.language)
    since, until, kept_datetime = _days(wanted.kept.get("datetime", ""))
    shown = wanted.kept["properties"].split(",") if "properties" in wanted.kept else [one["name"] for one in made]
    limit = parameters.read_limit(wanted.kept.get("limit"), parameters.MAX_LIMIT_OF_PAGE)
    return {
        "wanted": wanted,
        "controls": made[:FIRST_CONTROLS],
        "more_controls": made[FIRST_CONTROLS:],
        "is_more_open": any(one["is_set"] for one in made[FIRST_CONTROLS:]),
        "has_texts": bool(text_search.searched_fields(layer, asked.audience)),
        "has_period": layer.period is not None,
        "since": since,
        "until": until,
        "kept_datetime": kept_datetime,
        "sorts": _sorts(layer, asked, wanted.kept.get("sortby", "")),
        "sizes": sorted({*PAGE_SIZES, limit}),
        "limit": limit,
        "shown": [(one["name"], one["title"], one["name"] in shown) for one in made],
        "handed_on": [(name, wanted.kept[name]) for name in _HANDED_ON if name in wanted.kept],
        "form_words": _form_words(asked),
    }


_HANDED_ON = ("bbox-crs", "crs", "skipGeometry", "lang")
"""Parameters that no control says."""


def _form_words(asked: Asked) -> str:
    said = words.in_language(asked.language)
    names = ("go", "go_counted", "go_nothing", "box_taken", "chosen", "no_name")
    return json.dumps({name: getattr(said, name) for name in names}, ensure_ascii=False)


def _days(text: str) -> tuple[str, str, str]:
    """First and last day of the interval, or the interval as it is where it is not one of days."""
    found = _DAYS.fullmatch(text)
    if found is None:
        return "", "", text
    since, until = (part if part and part != ".." else "" for part in found.groups())
    return since, since if "/" not in text else until, ""


def _sorts(layer: LayerSpec, asked: Asked, chosen: str) -> list[tuple[str, str, bool]]:
    """Orders to choose from: by each field in both directions, and the one that is asked for."""
    said = words.in_language(asked.language)
    titles = {one.name: one.title.in_language(asked.language) for one in layer.fields_for(asked.audience)}
    orders = [("", said.sort_id)]
    for name in ordering.sortable_names(layer, asked.audience):
        if name in titles:
            orders.append((name, said.in_brackets.format(titles[name], said.ascending)))
        orders.append((f"-{name}", said.in_brackets.format(titles.get(name, said.id), said.descending)))
    if chosen.removeprefix("+") not in dict(orders):
        orders.append((chosen, chosen))
    return [(value, title, value == chosen.removeprefix("+")) for value, title in orders]


def _name_of(layer: LayerSpec, feature: Mapping[str, Any]) -> str:
    return str(feature["properties"].get(layer.style.label or "") or feature["id"])


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
            "name": _name_of(layer, feature),
            "formats": formats_offered(feature),
            "snippets": snippets.of_feature(
                asked.url.partition("?")[0],
                {name: text for name, text in asked.parameters.items() if name not in {"f", "lang"}},
                asked.language,
            ),
            **_placed(asked, layer),
        },
    )


def _placed(asked: Asked, layer: LayerSpec) -> dict[str, Any]:
    """What the map and the line below it need."""
    attribution = attribution_of(layer, settings.CITY).in_language(asked.language)
    return {
        "json_url": _as_json(asked),
        "map_url": _as_json(asked, FORM_PARAMETERS),
        "label_field": layer.style.label or "",
        "bounds": settings.CITY.bounds,
        "attribution": attribution,
        "past": _past(asked),
    }


def _past(asked: Asked) -> str:
    """That this is no picture of the present, where it is none; nobody may take it for that."""
    moment = parameters.read_as_of(asked.parameters.get("as-of"), timezone.now())
    if moment is None:
        return ""
    said = words.in_language(asked.language).as_of
    return str(said.format(moment=f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"))


def _attribution(asked: Asked, layer: LayerSpec, features: list[dict[str, Any]]) -> str:
    """The lines of the sources that these features name; the layer's own where they name none."""
    keys = {feature["properties"].get("source") for feature in features}
    lines = Source.objects.filter(pk__in=keys).values_list("attribution", flat=True).distinct().order_by("attribution")
    return " / ".join(lines) or attribution_of(layer, settings.CITY).in_language(asked.language)


def _as_json(asked: Asked, without: Iterable[str] = ()) -> str:
    """The same as JSON, and not more features than the page shows."""
    given = {name: text for name, text in asked.parameters.items() if name not in without}
    if "limit" in given:
        given["limit"] = str(parameters.read_limit(given["limit"], parameters.MAX_LIMIT_OF_PAGE))
    return f"{asked.url.partition('?')[0]}?{urlencode(given | {'f': 'json'})}"


def _first(asked: Asked) -> str:
    """The same without the place in the order: where the features begin."""
    query = urlencode({name: text for name, text in asked.parameters.items() if name != "cursor"})
    return f"{asked.url.partition('?')[0]}?{query}"


def _titled(layer: LayerSpec, asked: Asked) -> dict[str, str]:
    return {
        "name": layer.name,
        "title": layer.title.in_language(asked.language),
        "description": layer.description.in_language(asked.language),
        "colour": layer.style.colour,
    }


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
