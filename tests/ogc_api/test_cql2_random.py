"""Random filters: the database finds what the same condition finds in Python, with values that are not known."""

from __future__ import annotations

import contextlib
import json
import operator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers import reading, registry
from layers.problems import Problem
from layers.spec import Audience
from ogc_api.cql2 import read_filter
from tests.ogc_api.rows import add

LAYER = registry.get("evacuation-sites")
TEXTS = ["", "a", "A", "é", "避難所", "100%", "a'b"]
COMPARED = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
COMPUTED = {"+": operator.add, "-": operator.sub, "*": operator.mul}
ROWS = [
    {
        "id": f"r{place}",
        "name": name,
        "address": TEXTS[-place],
        "flood": place % 2 == 0,
        "version": 1,
        "also_shelter": (True, False, None)[place % 3],
    }
    for place, name in enumerate(TEXTS)
]

texts = st.one_of(st.sampled_from(["name", "address"]).map(lambda n: {"property": n}), st.sampled_from(TEXTS))
numbers = st.recursive(
    st.one_of(st.just({"property": "version"}), st.integers(-3, 3)),
    lambda part: st.builds(lambda op, a, b: {"op": op, "args": [a, b]}, st.sampled_from([*COMPUTED, "/"]), part, part),
    max_leaves=4,
)


def compared(part):
    return st.builds(lambda op, a, b: {"op": op, "args": [a, b]}, st.sampled_from(list(COMPARED)), part, part)


conditions = st.recursive(
    st.one_of(
        compared(texts),
        compared(numbers),
        st.sampled_from(["flood", "also_shelter"]).map(lambda n: {"property": n}),
        st.booleans(),
        st.builds(lambda a, b: {"op": "in", "args": [a, b]}, texts, st.lists(texts, min_size=1, max_size=3)),
        st.builds(lambda a, b, c: {"op": "between", "args": [a, b, c]}, numbers, numbers, numbers),
        st.builds(lambda a: {"op": "isNull", "args": [a]}, numbers),
    ),
    lambda part: st.one_of(
        st.builds(
            lambda op, parts: {"op": op, "args": parts},
            st.sampled_from(["and", "or"]),
            st.lists(part, min_size=1, max_size=3),
        ),
        st.builds(lambda a: {"op": "not", "args": [a]}, part),
    ),
    max_leaves=8,
)


def value(node, row):
    """What a condition is for a row; None is not known."""
    if not isinstance(node, dict):
        return node
    if "property" in node:
        return row[node["property"]]
    name, parts = node["op"], node["args"]
    if name == "in":
        return value({"op": "or", "args": [{"op": "=", "args": [parts[0], part]} for part in parts[1]]}, row)
    if name == "between":
        ends = [{"op": ">=", "args": parts[:2]}, {"op": "<=", "args": [parts[0], parts[2]]}]
        return value({"op": "and", "args": ends}, row)
    return worked_out(name, [value(part, row) for part in parts])


def worked_out(name, known):
    if name == "isNull":
        return known[0] is None
    if name in {"and", "or"}:
        decisive = name == "or"
        return decisive if decisive in known else None if None in known else not decisive
    if None in known or (name == "/" and known[1] == 0):
        return None
    if name == "not":
        return not known[0]
    return known[0] / known[1] if name == "/" else (COMPARED | COMPUTED)[name](*known)


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(node=conditions)
def test_the_database_finds_what_python_finds(filled, node):
    extra = read_filter(json.dumps(node), "cql2-json").condition(LAYER, Audience.PUBLIC, None)
    query = reading.features_query(reading.select(LAYER, Audience.PUBLIC, conditions=[reading.Query(" AND ") + extra]))
    assert [row[0] for row in reading.rows(query)] == [row["id"] for row in ROWS if value(node, row) is True]


@pytest.fixture
def filled(db):
    for row in ROWS:
        add(LAYER, row["id"], **{name: value for name, value in row.items() if name not in {"id", "version"}})


@settings(max_examples=300, deadline=None)
@given(
    text=st.text(
        st.sampled_from("abAND()'\"=<>+-*/%^,. 1e避.\\{}[]:IN LIKE POINT BBOX T_AFTER DATE").map(str), max_size=60
    )
)
def test_any_text_is_read_or_refused_with_a_problem(text):
    for language in ("cql2-text", "cql2-json"):
        with contextlib.suppress(Problem):
            assert read_filter(text, language).condition(LAYER, Audience.PUBLIC, None).sql
