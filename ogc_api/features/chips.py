"""The conditions that are set, in words, each with the address of the same request without it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from layers.spec import Audience, Field, LayerSpec
from ogc_api import words
from ogc_api.features.wanted import Test, Wanted


def chips(layer: LayerSpec, audience: Audience, wanted: Wanted, url: str, language: str) -> list[dict[str, str]]:
    """What chooses features, condition by condition: ``said``, and ``without``, an address."""
    return [
        {"said": said, "without": address(url, less.parameters())}
        for said, less in _conditions(layer, audience, wanted, language)
    ]


def address(url: str, parameters: dict[str, str]) -> str:
    return f"{url}?{urlencode(parameters)}" if parameters else url


def _conditions(layer: LayerSpec, audience: Audience, wanted: Wanted, language: str) -> Iterator[tuple[str, Wanted]]:
    said = words.in_language(language)
    for name, title in (("q", said.words_in_texts), ("bbox", said.box_name), ("datetime", said.period)):
        if name in wanted.kept:
            yield f"{title}: {wanted.kept[name]}", wanted.without(name)
    for one in layer.fields_for(audience):
        parts = [*_equal(one, wanted, language), *_bounds(one, wanted, said)]
        if parts:
            yield f"{one.title.in_language(language)}: {'、'.join(parts)}", wanted.without_field(one.name)
    if wanted.other:
        yield f"{said.own_filter}: {wanted.other}", _without_other(wanted)


def _without_other(wanted: Wanted) -> Wanted:
    return Wanted(wanted.kept, wanted.equals, wanted.tests)


def _equal(one: Field, wanted: Wanted, language: str) -> Iterator[str]:
    if one.name not in wanted.equals:
        return
    text = wanted.equals[one.name]
    said = words.in_language(language)
    meanings = {str(code): meaning.in_language(language) for code, meaning in one.codes.items()}
    yes_or_no = {"true": said.yes, "1": said.yes, "false": said.no, "0": said.no} if not one.codes else {}
    yield meanings.get(text) or yes_or_no.get(text.lower()) or text or said.not_given


def _bounds(one: Field, wanted: Wanted, said: Any) -> Iterator[str]:
    for test in wanted.tests:
        if test.name == one.name:
            yield _bound(test, one, said)


def _bound(test: Test, one: Field, said: Any) -> str:
    if test.way == "has":
        return f"「{test.value}」" if said.yes == "はい" else f"“{test.value}”"
    sign = "≧" if test.way == "from" else "≦"
    return f"{sign} {test.value}{(one.unit and f' {one.unit}') or ''}"
