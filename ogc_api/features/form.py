"""The form of a page of features: its fields become the parameters of a plain request, to which it leads.

It works without JavaScript: a browser sends the fields to ``/collections/{id}/form`` and is led on to ``…/items``
with an address that any program can use.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase

from layers import values
from layers.problems import Problem
from layers.spec import Audience, Field, LayerSpec
from ogc_api import asking
from ogc_api.answering import answers
from ogc_api.cql2 import tree
from ogc_api.features import choosing
from ogc_api.features.parameters import DEFAULT_LIMIT, fault
from ogc_api.features.wanted import JSON, KEPT, TEXT, Test, Wanted, joined, kind_of, number_text

NOTHING = "∅"
"""Stands in the form for the code that is an empty text."""
WAYS = {"choice": ("is",), "truth": ("is",), "number": ("from", "to"), "time": ("from", "to"), "text": ("has",)}
_OWN = ("since", "until", "filter", "filter-lang", "filter-crs", "f")
_MANY = "show"


@answers("GET", "HEAD")
def form(request: HttpRequest, collection: str) -> HttpResponseBase:
    """Leads to the features that the form asks for."""
    layer, audience = asking.get_layer(request, collection), asking.audience_of(request)
    given = _given(request, layer, audience)
    query = read_form(layer, audience, given, request.GET.getlist(_MANY)).parameters()
    if "f" in given:
        query["f"] = given["f"]
    address = f"{asking.base_url(request)}/collections/{layer.name}/items"
    response = HttpResponseRedirect(f"{address}?{urlencode(query)}" if query else address)
    response["Cache-Control"] = "no-store"
    return response


def _given(request: HttpRequest, layer: LayerSpec, audience: Audience) -> dict[str, str]:
    """The fields that were filled in.

    Raises:
        Problem: 400 for one that is unknown, given twice, or too long.
    """
    allowed = (*KEPT, *_OWN, *names_of(layer, audience))
    for name, texts in request.GET.lists():
        if name != _MANY:
            asking.check_parameter(name, texts, allowed)
    return {name: text for name, text in request.GET.items() if text.strip() and name != _MANY}


def names_of(layer: LayerSpec, audience: Audience) -> list[str]:
    """The names of the form's own fields: for each field of the layer that may be read, what can be asked of it."""
    fields = layer.fields_for(audience)
    return [f"{one.name}.{way}" for one in fields for way in (*WAYS[kind_of(layer, one)], "is")]


def read_form(layer: LayerSpec, audience: Audience, given: Mapping[str, str], shown: list[str]) -> Wanted:
    """What a filled form asks for.

    Args:
        given: the fields that are not empty.
        shown: the names of the layer's fields that are to be shown; all where none is named.

    Raises:
        Problem: 400, naming the field and what would be right.
    """
    fields = layer.fields_for(audience)
    equals = {one.name: _code(given[f"{one.name}.is"]) for one in fields if f"{one.name}.is" in given}
    tests = tuple(joined((test for one in fields for test in _tests(layer, one, given)), equals))
    return Wanted(
        kept=_kept(layer, audience, given, shown),
        equals=equals,
        tests=tests,
        other=given.get("filter", "").strip(),
        language=JSON if given.get("filter-lang") == JSON else TEXT,
        filter_crs=given.get("filter-crs", ""),
    )


def _kept(layer: LayerSpec, audience: Audience, given: Mapping[str, str], shown: list[str]) -> dict[str, str]:
    kept = {name: given[name] for name in KEPT if name in given}
    if kept.get("limit") == str(DEFAULT_LIMIT):
        del kept["limit"]
    since, until = (_date(name, given[name]) if name in given else ".." for name in ("since", "until"))
    if {since, until} != {".."}:
        kept["datetime"] = since if since == until else f"{since}/{until}"
    names = [one.name for one in layer.fields_for(audience)]
    if shown and set(shown) != set(names):
        choosing.read_properties(layer, audience, ",".join(shown))
        kept["properties"] = ",".join(name for name in names if name in shown)
    return kept


def _code(text: str) -> str:
    return "" if text == NOTHING else text


def _tests(layer: LayerSpec, one: Field, given: Mapping[str, str]) -> Iterator[Test]:
    kind = kind_of(layer, one)
    for way in WAYS[kind]:
        name = f"{one.name}.{way}"
        if way == "is" or name not in given:
            continue
        read = {"number": _number, "time": _date}.get(kind)
        yield Test(one.name, way, kind, read(name, given[name]) if read else given[name])


def _number(name: str, text: str) -> str:
    try:
        number = float(text) if len(text) <= tree.MAX_DIGITS and text.isascii() and "_" not in text else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise fault(name, text, "a number such as 100 or 0.5")
    return number_text(number)


def _date(name: str, text: str) -> str:
    try:
        return tree.day(text.strip()).date.isoformat()
    except Problem as problem:
        raise fault(name, text, "a date such as 2024-01-31") from problem


def controls(layer: LayerSpec, audience: Audience, wanted: Wanted, language: str) -> list[dict[str, Any]]:
    """One control of the form for each field that may be read, filled with what is wanted."""
    return [_control(layer, one, wanted, language) for one in layer.fields_for(audience)]


def _control(layer: LayerSpec, one: Field, wanted: Wanted, language: str) -> dict[str, Any]:
    kind, equal = kind_of(layer, one), wanted.equals.get(one.name)
    ways = {way: wanted.test(one.name, way) for way in WAYS[kind]}
    if kind == "number" and equal is not None:
        ways |= {"from": equal, "to": equal}
    known = {str(code): meaning.in_language(language) for code, meaning in one.codes.items()}
    return {
        "name": one.name,
        "title": one.title.in_language(language),
        "kind": kind,
        "unit": one.unit or "",
        "is_whole": values.json_type(values.column_of(layer, one))["type"] == "integer",
        "options": [(code or NOTHING, meaning or "–", equal == code) for code, meaning in known.items()],
        "equal": equal,
        "kept_equal": equal if _only_kept(kind, equal, known) else None,
        **{f"value_{way}": text for way, text in ways.items()},
        "is_set": equal is not None or any(ways.values()),
    }


def _only_kept(kind: str, equal: str | None, known: Mapping[str, str]) -> bool:
    """Whether the form can only hand on what a field has to equal, because no control of it says that."""
    if equal is None or kind == "number":
        return False
    return kind in {"text", "time"} or (kind == "choice" and equal not in known)
