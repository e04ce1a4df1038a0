"""What a reader of a collection wants, as a value: read from an address, or from the fields of the page's form, and
written as the parameters of a plain request.

The form's fields say what ``field=value`` cannot: such conditions become a filter in CQL2. A filter of an address
goes back into the fields where all of it fits them; otherwise it stays as it is written. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from layers import values
from layers.problems import Problem
from layers.spec import Audience, Field, LayerSpec
from ogc_api.cql2 import read_filter
from ogc_api.cql2.tree import Call, Day, Node, Property, Value
from ogc_api.cql2.words import RESERVED

TEXT, JSON = "cql2-text", "cql2-json"
KEPT = ("q", "bbox", "bbox-crs", "datetime", "sortby", "properties", "limit", "crs", "skipGeometry", "lang")
"""Parameters of a request that are one thing each."""

_SIGNS = {"from": ">=", "to": "<="}
_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Test:
    """One condition: that a text contains something, that a number or a time is not less or not more than a bound.

    Args:
        name: of a field.
        way: ``has``, ``from`` or ``to``.
        kind: ``text``, ``number`` or ``time`` (whose value is a date, the whole day in the city).
    """

    name: str
    way: str
    kind: str
    value: str

    def text(self) -> str:
        """In CQL2's text encoding.

        >>> Test("name", "has", "text", "50%'s").text(), Test("opened_at", "to", "time", "2024-01-31").text()
        ("name LIKE '%50\\\\%''s%'", "opened_at <= DATE('2024-01-31')")
        """
        name = '"' + self.name.replace('"', '""') + '"' if self.name.lower() in RESERVED else self.name
        if self.way == "has":
            return f"{name} LIKE {quoted(_pattern(self.value))}"
        bound = f"DATE('{self.value}')" if self.kind == "time" else self.value
        return f"{name} {_SIGNS[self.way]} {bound}"

    def tree(self) -> dict[str, Any]:
        """In CQL2's JSON encoding."""
        if self.way == "has":
            return {"op": "like", "args": [{"property": self.name}, _pattern(self.value)]}
        bound = {"date": self.value} if self.kind == "time" else json.loads(self.value)
        return {"op": _SIGNS[self.way], "args": [{"property": self.name}, bound]}


def quoted(text: str) -> str:
    """A text in single quotes. A quote behind a backslash takes another one, since two quotes would be misread there.

    >>> quoted("it's")
    "'it''s'"
    """
    return "'" + re.sub(r"(\\?)'", lambda found: "\\\\'" if found[1] else "''", text) + "'"


def _pattern(text: str) -> str:
    """The pattern of LIKE for whatever contains the text."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", text) + "%"


def _contained(pattern: str) -> str | None:
    """The text of such a pattern; None where it is another pattern."""
    text = re.sub(r"\\(.)", r"\1", pattern[1:-1], flags=re.DOTALL)
    return text if text and text.isprintable() and _pattern(text) == pattern else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a collection.

    Args:
        kept: parameters that are one thing each, by name.
        equals: the values that fields have to have.
        tests: conditions that the form's fields can say.
        other: the rest of the filter as it is written, in `language`; nothing where there is none.
        filter_crs: reference system of the rest's coordinates.
    """

    kept: Mapping[str, str] = field(default_factory=dict)
    equals: Mapping[str, str] = field(default_factory=dict)
    tests: tuple[Test, ...] = ()
    other: str = ""
    language: str = TEXT
    filter_crs: str = ""

    def parameters(self) -> dict[str, str]:
        """The query of the request."""
        given = {**self.kept, **self.equals}
        if self.tests or self.other:
            given["filter"] = self._filter()
        if self.other and self.language == JSON:
            given["filter-lang"] = JSON
        if self.other and self.filter_crs:
            given["filter-crs"] = self.filter_crs
        return given

    def _filter(self) -> str:
        if self.language == JSON and self.other:
            if not self.tests:
                return self.other
            parts = [*(test.tree() for test in self.tests), _as_json(self.other)]
            return json.dumps({"op": "and", "args": parts}, ensure_ascii=False)
        if not self.tests:
            return self.other
        other = [f"({self.other})"] if self.other else []
        return " AND ".join([*(test.text() for test in self.tests), *other])

    def test(self, name: str, way: str) -> str:
        """The value of a field of the form; nothing where it is empty."""
        return next((test.value for test in self.tests if (test.name, test.way) == (name, way)), "")

    def without(self, part: str) -> Wanted:
        """The same without one parameter."""
        return replace(self, kept={name: text for name, text in self.kept.items() if name != part})

    def without_field(self, name: str) -> Wanted:
        """The same without what is asked of a field."""
        equals = {known: text for known, text in self.equals.items() if known != name}
        return replace(self, equals=equals, tests=tuple(test for test in self.tests if test.name != name))


def _as_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "invalid filter", f"the filter is not JSON: {error}", parameter="filter") from error


def kind_of(layer: LayerSpec, one: Field) -> str:
    """How a field is asked for: ``choice``, ``truth``, ``number``, ``time`` or ``text``."""
    if one.codes:
        return "choice"
    described = values.json_type(values.column_of(layer, one))
    if described.get("format") == "date-time":
        return "time"
    return {"boolean": "truth", "integer": "number", "number": "number"}.get(described["type"], "text")


def read_address(layer: LayerSpec, audience: Audience, given: Mapping[str, str]) -> Wanted:
    """What the parameters of a request, which have been checked, ask for. The place of a page is no part of it."""
    kinds = {one.name: kind_of(layer, one) for one in layer.fields_for(audience)}
    written, language = given.get("filter", ""), given.get("filter-lang")
    tests = _tests_of(read_filter(written, language).node, kinds) if written and "filter-crs" not in given else None
    is_json = language == JSON or (language is None and written.lstrip().startswith("{"))
    return Wanted(
        kept={name: given[name] for name in KEPT if name in given},
        equals={name: text for name, text in given.items() if name in kinds},
        tests=tests or (),
        other="" if tests else written,
        language=JSON if is_json and not tests else TEXT,
        filter_crs=given.get("filter-crs", ""),
    )


def _tests_of(node: Node, kinds: Mapping[str, str]) -> tuple[Test, ...] | None:
    """The filter as fields of the form; None where they do not say all of it."""
    parts = node.operands if isinstance(node, Call) and node.name == "and" else (node,)
    tests = [_test_of(part, kinds) for part in parts]
    known = [test for test in tests if test is not None]
    places = {(test.name, test.way) for test in known}
    return tuple(known) if len(places) == len(tests) else None


def _test_of(node: Node, kinds: Mapping[str, str]) -> Test | None:
    match node:
        case Call("like", (Property(name), Value(str(pattern)))) if kinds.get(name) == "text":
            text = _contained(pattern)
            return None if text is None else Test(name, "has", "text", text)
        case Call((">=" | "<=") as sign, (Property(name), Value(float(bound)))) if kinds.get(name) == "number":
            return Test(name, _way(sign), "number", number_text(bound))
        case Call((">=" | "<=") as sign, (Property(name), Day(date))) if kinds.get(name) == "time":
            return Test(name, _way(sign), "time", date.isoformat())
    return None


def _way(sign: str) -> str:
    return next(way for way, known in _SIGNS.items() if known == sign)


def number_text(number: float) -> str:
    """A number as short as can be.

    >>> number_text(100.0), number_text(0.5)
    ('100', '0.5')
    """
    return repr(number).removesuffix(".0")


def joined(tests: Iterable[Test], equals: dict[str, str]) -> Iterator[Test]:
    """The conditions but for a whole number that is least and greatest: that one is equal, and enters `equals`."""
    tests = list(tests)
    bounds = {(test.name, test.way): test.value for test in tests if test.kind == "number"}
    for test in tests:
        both = {bounds.get((test.name, way)) for way in _SIGNS}
        if test.kind == "number" and both == {test.value} and _WHOLE.fullmatch(test.value):
            equals[test.name] = test.value
        else:
            yield test
