"""The filter of a request: which language, which coordinates, which condition."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from layers.problems import Problem
from layers.reading import Query
from layers.spec import Audience, LayerSpec
from ogc_api.cql2 import tree
from ogc_api.cql2.json_form import read_json
from ogc_api.cql2.shapes import ToLonLat, as_given
from ogc_api.cql2.sql import condition
from ogc_api.cql2.text import read_text
from ogc_api.cql2.tree import Node

LANGUAGES = {"cql2-text": read_text, "cql2-json": read_json}


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that has been read, before it is known for which layer."""

    node: Node

    def condition(self, layer: LayerSpec, audience: Audience, zone: datetime.tzinfo) -> Query:
        """The SQL condition on the table alias ``t`` (see `sql.condition`)."""
        return condition(self.node, layer, audience, zone)


def read_filter(text: str, language: str | None, to_lon_lat: ToLonLat = as_given) -> Filter:
    """Read a filter; without a language, JSON begins with a brace and anything else is text.

    Raises:
        Problem: 400, naming the parameter and what would be right.
    """
    check_language(language)
    if len(text) > tree.MAX_TEXT:
        raise tree.fault(f"the filter is longer than {tree.MAX_TEXT} characters")
    if "\x00" in text or not text.strip():
        raise tree.fault("the filter is empty or has a null character")
    guessed = "cql2-json" if text.lstrip().startswith("{") else "cql2-text"
    return Filter(LANGUAGES[language or guessed](text, to_lon_lat))


def check_language(language: str | None) -> None:
    """Raises:
    Problem: 400 for a language that is none.
    """
    if language is not None and language not in LANGUAGES:
        right = " or ".join(LANGUAGES)
        raise Problem(400, "invalid parameter", f"filter-lang={language!r:.80} is not {right}", parameter="filter-lang")
