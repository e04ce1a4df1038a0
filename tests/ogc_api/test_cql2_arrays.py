"""Lists in filters: what is true of a site or a facility, as a set of codes."""

from __future__ import annotations

import json

import pytest

from layers import registry
from layers.catalog.codes import HAZARDS
from tests.ogc_api.rows import add

pytestmark = pytest.mark.django_db

SITES = "/api/collections/evacuation-sites/items"
NEITHER = dict.fromkeys(HAZARDS, False)


@pytest.fixture(autouse=True)
def sites(db):
    layer = registry.get("evacuation-sites")
    for name, hazards in {"none": (), "flood": ("flood",), "both": ("flood", "fire"), "all": tuple(HAZARDS)}.items():
        add(layer, name, **NEITHER | dict.fromkeys(hazards, True))


def found(client, condition):
    """The ids that fit, asked for in text, or in JSON by GET and by POST."""
    if isinstance(condition, str):
        answer = client.get(SITES, {"filter": condition})
    else:
        answer = client.get(SITES, {"filter": json.dumps(condition), "filter-lang": "cql2-json"})
        body = json.dumps({"filter": condition})
        posted = client.post(SITES.replace("items", "search"), body, content_type="application/json")
        assert posted.json()["features"] == answer.json()["features"]
    assert answer.status_code == 200, answer.content
    return {feature["id"] for feature in answer.json()["features"]}


@pytest.mark.parametrize(
    ("condition", "fit"),
    [
        ("A_CONTAINS(hazards, ('flood'))", {"flood", "both", "all"}),
        ("A_CONTAINS(hazards, ('fire', 'flood', 'fire'))", {"both", "all"}),
        ("A_CONTAINS(hazards, ())", {"none", "flood", "both", "all"}),
        ("A_CONTAINEDBY(hazards, ('fire','flood'))", {"none", "flood", "both"}),
        ("a_containedBy((), hazards)", {"none", "flood", "both", "all"}),
        ("A_EQUALS(hazards, ('fire','flood'))", {"both"}),
        ("A_EQUALS(('flood','fire','fire'), hazards)", {"both"}),
        ("A_EQUALS(hazards, ())", {"none"}),
        ("A_EQUALS(hazards, hazards)", {"none", "flood", "both", "all"}),
        ("A_OVERLAPS(hazards, ('fire','tsunami'))", {"both", "all"}),
        ("NOT A_OVERLAPS(hazards, ('flood')) AND flood = FALSE", {"none"}),
        ("A_OVERLAPS((id_of, 'x'), ('x'))".replace("id_of", "name"), {"none", "flood", "both", "all"}),
        ("A_CONTAINS((1, 2, 3), (2.0))", {"none", "flood", "both", "all"}),
        ("A_CONTAINS((TIMESTAMP('2024-01-01T07:10:00Z')), (observed_at))", {"none", "flood", "both", "all"}),
        ("A_EQUALS((), ())", {"none", "flood", "both", "all"}),
        ({"op": "a_contains", "args": [{"property": "hazards"}, ["flood", "fire"]]}, {"both", "all"}),
        ({"op": "a_containedBy", "args": [{"property": "hazards"}, ["flood"]]}, {"none", "flood"}),
        ({"op": "a_equals", "args": [["fire", "flood"], {"property": "hazards"}]}, {"both"}),
        ({"op": "a_overlaps", "args": [{"property": "hazards"}, ["volcano"]]}, {"all"}),
        ({"op": "a_overlaps", "args": [{"property": "hazards"}, []]}, set()),
    ],
    ids=lambda value: str(sorted(value)) if isinstance(value, set) else str(value),
)
def test_lists_are_compared_as_sets(client, condition, fit):
    assert found(client, condition) == fit


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("A_CONTAINS(hazards, (1, 2))", "the property hazards is a list of texts and cannot be compared with"),
        ("A_CONTAINS(hazards, (1, 2))", "a list of numbers"),
        ("A_CONTAINS(hazards, ('a', 1))", "'a' is a text and cannot be compared with 1"),
        ("A_CONTAINS(hazards, 'flood')", "A_CONTAINS takes a list such as ('a', 'b'); 'flood' is a text"),
        ("A_CONTAINS(name, ('flood'))", "the property name is a text"),
        ("A_CONTAINS(hazards)", "it takes 2"),
        ("A_CONTAINS(hazards, (('flood')))", "the list of texts ('flood') is a list"),
        ("A_CONTAINS(hazards, (geometry))", "is a geometry"),
        ("hazards = 'flood'", "the property hazards is a list"),
        ("hazards = hazards", "is a list and cannot be compared"),
        ("hazards LIKE 'f%'", "LIKE takes a text"),
        ("hazards", "a filter takes true or false"),
        ("A_CONTAINS(hazards, ('flood'", "an end where"),
        ({"op": "a_contains", "args": [{"property": "hazards"}, [1]]}, "a list of numbers"),
        ({"op": "a_contains", "args": [{"property": "hazards"}, [None]]}, "null stands where"),
        ({"op": "=", "args": [[1], [1]]}, "is a list"),
        ({"op": "in", "args": [{"property": "name"}, [["a"]]]}, "is a list"),
        (["flood"], "is a list"),
    ],
    ids=str,
)
def test_what_is_no_comparison_of_lists_is_refused_saying_why(client, condition, said):
    written = condition if isinstance(condition, str) else json.dumps(condition)
    language = "cql2-text" if isinstance(condition, str) else "cql2-json"
    answer = client.get(SITES, {"filter": written, "filter-lang": language})
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "filter"
    assert said in answer.json()["detail"]


def test_a_flag_that_is_not_known_is_not_in_the_list(client):
    layer = registry.get("facilities")
    add(layer, "unknown", child_pads=None, ostomate_toilet=None, infant_toilet=True, wheelchair_accessible=False)
    asked = {"filter": "A_EQUALS(equipment, ('infant_toilet'))"}
    answer = client.get("/api/collections/facilities/items", asked).json()
    assert [feature["id"] for feature in answer["features"]] == ["unknown"]


def test_lists_are_told_of_and_bounded(client):
    told = client.get("/api/collections/evacuation-sites/queryables").json()["properties"]["hazards"]
    assert told["type"] == "array"
    assert told["items"]["enum"] == list(HAZARDS)
    assert "hazards" not in client.get("/api/collections/evacuation-sites/sortables").json()["properties"]
    assert client.get(SITES, {"hazards": "flood"}).json()["parameter"] == "hazards"
    claimed = client.get("/api/conformance").json()["conformsTo"]
    assert "http://www.opengis.net/spec/cql2/1.0/conf/array-functions" in claimed
    nested = "(" * 60 + "'a'" + ")" * 60
    assert "deep" in client.get(SITES, {"filter": f"A_CONTAINS(hazards, {nested})"}).json()["detail"]
    many = ",".join(["1"] * 1001)
    assert "parts" in client.get(SITES, {"filter": f"A_CONTAINS(({many}), (1))"}).json()["detail"]
