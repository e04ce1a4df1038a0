"""References between layers: written as the key, as an address or as a link, and found for pages.

Source: OGC 23-058r2, requirements classes "References", "Profile query parameter" and "Profiles for references".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

from layers import reading
from layers.reading import Form, Query, Selection
from layers.spec import Field, LayerSpec
from ogc_api import words
from ogc_api.asking import Asked
from ogc_api.features.parameters import fault
from ogc_api.schema import find_referred

PARAMETER = "profile"
AS_KEY, AS_URI, AS_LINK = PROFILES = ("rel-as-key", "rel-as-uri", "rel-as-link")
_REGISTER = "http://www.opengis.net/def/profile/OGC/0/"
SPELLINGS = {spelling: name for name in PROFILES for spelling in (name, f"[ogc-profile:{name}]", f"{_REGISTER}{name}")}
"""A profile by its identifier, its safe CURIE or its URI."""


def read_profile(asked: Asked) -> str:
    """How references are to be written; as keys, as they are stored, where nothing is said. Pages have links anyway.

    The first that is asked for is taken, since one reference is written in one way.

    Raises:
        Problem: 400, naming what is offered.
    """
    text = asked.parameters.get(PARAMETER)
    if text is None:
        return AS_KEY
    wanted = text.split(",")
    for one in wanted:
        if one not in SPELLINGS:
            raise fault(PARAMETER, one, f"one of {', '.join(PROFILES)}, or its URI or safe CURIE")
    return AS_KEY if asked.html else SPELLINGS[wanted[0]]


def rewriting(layer: LayerSpec, asked: Asked, form: Form) -> Callable[[str], str] | None:
    """What makes of a feature's text the text of the profile that is asked for; None where they are the same."""
    profile = read_profile(asked)
    fields = {field.name: field for field in form.fields(layer, asked.audience) if find_referred(field, asked.audience)}
    if profile == AS_KEY or not fields:
        return None

    def rewritten(text: str) -> str:
        feature = json.loads(text)
        for name, field in fields.items():
            if key := feature["properties"].get(name):
                address = address_of(asked, field, key)
                feature["properties"][name] = address if profile == AS_URI else {"href": address}
        return json.dumps(feature, ensure_ascii=False, separators=(",", ":"))

    return rewritten


def profile_link(asked: Asked) -> dict[str, str]:
    """The link that says in which profile an answer is."""
    title = words.in_language(asked.language).profile
    return {"rel": "profile", "title": title, "href": _REGISTER + read_profile(asked)}


def address_of(asked: Asked, field: Field, key: str) -> str:
    return f"{asked.base_url}/collections/{field.reference}/items/{quote(key, safe='')}"


def found(asked: Asked, fields: Iterable[Field], features: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """The addresses that references of these features lead to, by field and key: of those features that are there and
    that the caller may see.
    """
    addresses = {}
    features = list(features)
    for field in fields:
        layer = find_referred(field, asked.audience)
        keys = {feature["properties"].get(field.name) for feature in features} - {None, ""}
        if layer is not None and keys:
            for key in _visible(layer, asked, sorted(keys)):
                addresses[field.name, key] = address_of(asked, field, key)
    return addresses


def _visible(layer: LayerSpec, asked: Asked, keys: list[str]) -> list[str]:
    query = Query(f"SELECT t.id FROM {reading.quoted(layer.table)} t") + reading.where(Selection(layer, asked.audience))
    return [row[0] for row in reading.rows(query + Query(" AND t.id = ANY(%s)", (keys,)))]
