"""Places as GeoJSON, with the words for what they are and how certain the position is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote

from layers import registry
from layers.gazetteer.entry import Entry, Found
from layers.gazetteer.words import CERTAINTY
from layers.spec import Certainty

DIGITS: Final = 7
"""Decimals of a degree: 1 cm."""


def collection(places: Iterable[Found], language: str) -> dict[str, Any]:
    """A FeatureCollection, in the order of the places."""
    return {"type": "FeatureCollection", "features": [feature(place, language) for place in places]}


def feature(place: Found, language: str) -> dict[str, Any]:
    """One place. `layer` and `feature` name what its position comes from, `href` leads there."""
    entry = place.entry
    field, text = place.matched
    properties = {
        "name": place.name,
        "kana": entry.kana or None,
        "kind": entry.kind,
        "kind_title": kind_title(entry, language),
        "address": entry.address or None,
        "certainty": place.certainty.value,
        "certainty_text": CERTAINTY[place.certainty].in_language(language),
        "is_exact": place.certainty is Certainty.EXACT,
        "accuracy_m": place.accuracy_m,
        "unmatched": place.unmatched or None,
        "matched": {"field": field, "text": text},
        "distance_m": None if entry.distance_m is None else round(entry.distance_m),
        "layer": entry.layer,
        "feature": entry.feature_id,
        "href": item_address(entry),
        "roles": [role(one, language) for one in place.roles],
    }
    coordinates = [round(value, DIGITS) for value in place.position]
    return {
        "type": "Feature",
        "id": f"{entry.layer}/{entry.feature_id}" + (f"#{place.name}" if place.name != entry.name else ""),
        "geometry": {"type": "Point", "coordinates": coordinates},
        "properties": properties,
    }


def role(entry: Entry, language: str) -> dict[str, Any]:
    """What a place is in one layer."""
    return {
        "kind": entry.kind,
        "kind_title": kind_title(entry, language),
        "name": entry.name,
        "layer": entry.layer,
        "feature": entry.feature_id,
        "href": item_address(entry),
    }


def kind_title(entry: Entry, language: str) -> str:
    """What a feature is, in words: by its code where it has one, else as its layer is called."""
    layer = registry.get(entry.layer)
    by = layer.gazetteer.by if layer.gazetteer else None
    codes = layer.get_field(by).codes if by else {}
    words = codes.get(entry.code, layer.title)
    return words.in_language(language)


def item_address(entry: Entry) -> str:
    """Where the OGC API has the feature."""
    return f"/api/collections/{entry.layer}/items/{quote(entry.feature_id, safe='')}"
