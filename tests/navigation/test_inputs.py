"""Whatever is sent, the answer is a route or a problem that names the input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_server.navigation.inputs import read_nearest_site, read_route
from layers.problems import Problem

GOOD = {"from": [139.56, 35.68], "to": [139.57, 35.69]}


@pytest.mark.parametrize(
    ("change", "parameter", "words"),
    [
        ({"from": None}, "from", "[経度, 緯度]"),
        ({"from": [139.56, 35.68, 12.0]}, "from", "2 つの数"),
        ({"from": [139.56]}, "from", "2 つの数"),
        ({"from": "139.56,35.68"}, "from", "2 つの数"),
        ({"from": ["139.56", "35.68"]}, "from", "2 つの数"),
        ({"from": [True, False]}, "from", "2 つの数"),
        ({"from": [float("nan"), 35.0]}, "from", "2 つの数"),
        ({"from": [10**400, 35.0]}, "from", "2 つの数"),
        ({"from": ["x" * 10_000]}, "from", "2 つの数"),
        ({"from": [139.56, 95]}, "from", "緯度 95"),
        ({"from": [200, 35.68]}, "from", "経度 200"),
        ({"from": [35.68, 139.56]}, "from", "順序は [経度, 緯度]"),
        ({"from": {"type": "Point", "coordinates": [139.56, 35.68]}}, "from", "2 つの数"),
        ({"to": None}, "to", "[経度, 緯度]"),
        ({"to": ""}, "to", "2 つの数"),
        ({"to": 7}, "to", "2 つの数"),
        ({"to": [139.56, 35.68]}, "to", "同じ地点"),
        ({"profile": "bicycle"}, "profile", "walk, wheelchair"),
        ({"profile": ["walk"]}, "profile", "walk, wheelchair"),
        ({"hazard": "zombies"}, "hazard", "flood, landslide"),
        ({"lang": "fr"}, "lang", "ja, en, ja-simple"),
        ({"form": [1, 2]}, "form", "from, to, profile, hazard, lang"),
    ],
)
def test_a_wrong_input_of_a_route_is_named_with_what_would_be_right(
    change: dict[str, Any], parameter: str, words: str
) -> None:
    with pytest.raises(Problem) as caught:
        read_route(GOOD | change)
    assert (caught.value.status, caught.value.parameter) == (400, parameter)
    assert words in caught.value.detail
    assert len(caught.value.detail) < 400


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"hazard": None}, "hazard"),
        ({"hazard": "FLOOD"}, "hazard"),
        ({"count": 0}, "count"),
        ({"count": 21}, "count"),
        ({"count": 2.5}, "count"),
        ({"count": True}, "count"),
        ({"to": [139.5, 35.6]}, "to"),
    ],
)
def test_a_wrong_input_of_nearest_site_is_named(change: dict[str, Any], parameter: str) -> None:
    with pytest.raises(Problem) as caught:
        read_nearest_site({"from": GOOD["from"], "hazard": "flood"} | change)
    assert (caught.value.status, caught.value.parameter) == (400, parameter)


def test_the_missing_hazard_is_told_with_all_eight() -> None:
    with pytest.raises(Problem) as caught:
        read_nearest_site({"from": GOOD["from"], "lang": "en"})
    assert caught.value.detail.startswith("“hazard” is missing. It is one of flood, landslide, storm_surge, earthquake")


def test_defaults_and_wrapped_values_are_understood() -> None:
    request = read_route({"from": {"value": [139, 35]}, "to": {"value": "site-1"}})
    assert (request.origin, request.destination) == ((139.0, 35.0), "site-1")
    assert (request.profile.name, request.hazard, request.language) == ("walk", None, "ja")


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    JSON
    | st.fixed_dictionaries(
        {"from": JSON}, optional={"to": JSON, "profile": JSON, "hazard": JSON, "count": JSON, "lang": JSON}
    )
)
def test_no_json_at_all_is_more_than_a_problem(data: Any) -> None:
    for read in (read_route, read_nearest_site):
        assert status_of(read, data) in (200, 400)


def status_of(read: Callable[[Any], object], data: Any) -> int:
    try:
        read(data)
    except Problem as problem:
        return problem.status if problem.parameter is not None else 500
    return 200
