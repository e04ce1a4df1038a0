"""The form of a page of features: what is filled in becomes a plain request that finds exactly what it says."""

from __future__ import annotations

from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.utils.html import escape

from layers import registry
from layers.spec import Audience
from ogc_api.features.pages import summary
from ogc_api.features.wanted import Test as Condition
from ogc_api.features.wanted import Wanted, quoted, read_address
from tests.ogc_api.rows import SECRET, add

pytestmark = pytest.mark.django_db

FACILITIES = registry.get("facilities")
SHELTERS = registry.get("shelters")
CLOSURES = registry.get("closures")
FORM = "/api/collections/{}/form"
HOSTILE = (
    "it's",
    "''",
    "'",
    "\\'",
    "\\''x",
    "\\",
    "\\\\",
    'say "it"',
    "100%",
    "a_b",
    "%_\\%",
    "first\nsecond",
    "tab\there",
    "🏫👩‍🚒",
    "名称 = 'x' OR TRUE",
    "') OR ('' = '",
    "--; DROP TABLE layers_facility",
    "<script>alert(1)</script>",
    "&amp;",
    "𠮷野",
)


def sent(client: Any, layer: str, **fields: Any) -> dict[str, str]:
    """The parameters of the address to which the form leads."""
    response = client.get(FORM.format(layer), fields)
    assert response.status_code == 302, response.content.decode()
    assert response.headers["Location"].startswith(f"http://testserver/api/collections/{layer}/items")
    return dict(parse_qsl(urlsplit(response.headers["Location"]).query, keep_blank_values=True))


def found(client: Any, layer: str, parameters: dict[str, str]) -> list[str]:
    response = client.get(f"/api/collections/{layer}/items", parameters)
    assert response.status_code == 200, response.content.decode()
    return [feature["id"] for feature in response.json()["features"]]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_of_any_characters_finds_exactly_what_contains_it(client, text):
    add(FACILITIES, "with", name=f"前{text}後")
    add(FACILITIES, "without", name="x100y a-b first second 100")
    parameters = sent(client, "facilities", **{"name.has": text})
    assert set(parameters) == {"filter"}
    assert found(client, "facilities", parameters) == ["with"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_of_any_characters_comes_back_into_the_form(text):
    wanted = Wanted(tests=(Condition("name", "has", "text", text),))
    again = read_address(FACILITIES, Audience.PUBLIC, wanted.parameters())
    assert again.parameters() == wanted.parameters()
    assert again.test("name", "has") == (text if text.isprintable() else "")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_only_text_on_the_page(client, text):
    add(FACILITIES, "a", name=text)
    page = client.get("/api/collections/facilities/items", {"q": text, "name": text, "f": "html"}).content.decode()
    assert "<script>alert" not in page
    assert escape(text) in page or text.isspace() or "\t" in text


def test_empty_fields_ask_for_nothing(client):
    fields = {"name.has": "", "q": " ", "bbox": "", "since": "", "until": "", "sortby": "", "filter": "", "limit": "50"}
    assert sent(client, "facilities", **fields) == {"limit": "50"}
    assert client.get(FORM.format("facilities")).headers["Location"].endswith("/items")


def test_numbers_from_and_to(client):
    for people in (10, 100, 1000):
        add(SHELTERS, f"s{people:04}", capacity_people=people)
    add(SHELTERS, "unknown", capacity_people=None)
    both = sent(client, "shelters", **{"capacity_people.from": "100", "capacity_people.to": "1000"})
    assert both == {"filter": "capacity_people >= 100 AND capacity_people <= 1000"}
    assert found(client, "shelters", both) == ["s0100", "s1000"]
    same = sent(client, "shelters", **{"capacity_people.from": "100", "capacity_people.to": "100"})
    assert same == {"capacity_people": "100"}
    assert found(client, "shelters", same) == ["s0100"]


def test_days_are_whole_days_of_the_city(client):
    for name, moment in (("before", "30T23:59:59"), ("first", "31T00:00:00"), ("last", "31T23:59:59")):
        add(CLOSURES, name, starts_at=f"2024-01-{moment}+09:00", ends_at=f"2024-01-{moment}+09:00")
    one_day = {"starts_at.from": "2024-01-31", "starts_at.to": "2024-01-31"}
    assert found(client, "closures", sent(client, "closures", **one_day)) == ["first", "last"]
    period = sent(client, "closures", since="2024-01-31")
    assert period == {"datetime": "2024-01-31/.."}
    assert found(client, "closures", period) == ["first", "last"]
    assert sent(client, "closures", since="2024-01-31", until="2024-01-31") == {"datetime": "2024-01-31"}


def test_codes_and_truths_are_plain_parameters(client):
    asked = {"opening_status.is": "open", "also_site.is": "true", "crowding.is": "∅"}
    assert sent(client, "shelters", **asked) == {"opening_status": "open", "also_site": "true", "crowding": ""}


def test_fields_to_show_are_named_only_where_some_are_left_out(client):
    every = [field.name for field in FACILITIES.fields_for(Audience.PUBLIC)]
    assert sent(client, "facilities", show=every) == {}
    assert sent(client, "facilities", show=["category", "name"]) == {"properties": "name,category"}


def test_own_conditions_stand_beside_the_fields(client):
    add(FACILITIES, "in", name="図書館")
    add(FACILITIES, "out", name="図書館", lon=139.9)
    box = "S_INTERSECTS(geometry, BBOX(139.5,35.6,139.6,35.7)) OR name = 'x'"
    as_text = sent(client, "facilities", **{"name.has": "図書", "filter": box})
    assert as_text == {"filter": f"name LIKE '%図書%' AND ({box})"}
    assert found(client, "facilities", as_text) == ["in"]
    own = '{"op": "=", "args": [{"property": "name"}, "図書館"]}'
    as_json = sent(client, "facilities", **{"name.has": "図", "filter": own, "filter-lang": "cql2-json"})
    assert as_json["filter-lang"] == "cql2-json"
    assert found(client, "facilities", as_json) == ["in", "out"]


@pytest.mark.parametrize(
    ("fields", "parameter"),
    [
        ({"capacity_people.from": "many"}, "capacity_people.from"),
        ({"capacity_people.from": "nan"}, "capacity_people.from"),
        ({"capacity_people.to": "1) OR (1=1"}, "capacity_people.to"),
        ({"capacity_people.to": "9" * 50}, "capacity_people.to"),
        ({"observed_at.from": "yesterday"}, "observed_at.from"),
        ({"observed_at.from": "2024-02-30"}, "observed_at.from"),
        ({"since": "1.1.2024"}, "since"),
        ({"name.has": "x" * 2001}, "name.has"),
        ({"name.has": ["a", "b"]}, "name.has"),
        ({"show": "nothing"}, "properties"),
        ({"colour.is": "red"}, "colour.is"),
        ({"filter": "{", "filter-lang": "cql2-json", "name.has": "x"}, "filter"),
    ],
)
def test_what_is_filled_in_wrongly_is_refused_by_its_name(client, fields, parameter):
    response = client.get(FORM.format("shelters"), fields)
    assert (response.status_code, response.json()["parameter"]) == (400, parameter)


def test_a_null_character_is_refused_and_never_a_fault(client):
    response = client.get(FORM.format("facilities"), {"name.has": "a\0b"}, follow=True)
    assert response.status_code == 400


def test_a_field_that_is_not_public_is_unknown_to_the_form(client, member):
    add(SHELTERS, "a", contact_phone=SECRET)
    for name in ("contact_phone.has", "nonsense.has"):
        refused = client.get(FORM.format("shelters"), {name: SECRET})
        assert refused.status_code == 400
        assert "contact_phone" not in str(refused.json()["known"])
    staff = member("staff")
    assert found(staff, "shelters", sent(staff, "shelters", **{"contact_phone.has": SECRET})) == ["a"]
    assert "contact_phone" not in client.get("/api/collections/shelters/items?f=html").content.decode()
    assert "contact_phone.has" in staff.get("/api/collections/shelters/items?f=html").content.decode()
    assert client.get(FORM.format("nothing")).status_code == 404


def test_the_page_shows_its_conditions_and_how_to_take_each_away(client):
    add(SHELTERS, "a", name="第一小学校", opening_status="open", capacity_people=50)
    asked = {"filter": "name LIKE '%大学%' AND capacity_people >= 10", "opening_status": "open", "limit": "20"}
    page = unescape(client.get("/api/collections/shelters/items", asked | {"f": "html"}).content.decode())
    assert 'name="name.has" value="大学"' in page
    assert 'name="capacity_people.from" value="10"' in page
    assert "条件に合う地物はありません" in page
    chips = page.split('class="chips"')[1].split("</ul>")[0].split('<a href="')[1:]
    without = [dict(parse_qsl(urlsplit(chip.split('"')[0]).query)) for chip in chips]
    assert {"filter": "capacity_people >= 10", "opening_status": "open", "limit": "20"} in without
    assert all(parameters["limit"] == "20" for parameters in without)
    assert [found(client, "shelters", parameters) for parameters in without].count(["a"]) == 1


@pytest.mark.parametrize(
    "filter_",
    [
        "name = 'a'",
        "name LIKE 'a%'",
        "name LIKE '%a%' OR name LIKE '%b%'",
        "NOT name LIKE '%a%'",
        "name LIKE '%a%' AND name LIKE '%b%'",
        "capacity_people > 1",
        "1 <= capacity_people",
        "shelter_type LIKE '%a%'",
        '{"op":"=","args":[{"property":"name"},"a"]}',
    ],
)
def test_a_filter_that_the_fields_cannot_say_stays_as_it_is(client, filter_):
    wanted = read_address(SHELTERS, Audience.PUBLIC, {"filter": filter_})
    assert (wanted.tests, wanted.other) == ((), filter_)
    assert found(client, "shelters", wanted.parameters()) == found(client, "shelters", {"filter": filter_})


def test_other_parameters_are_handed_on(client):
    crs = "http://www.opengis.net/def/crs/EPSG/0/6677"
    page = client.get("/api/collections/shelters/items", {"crs": crs, "lang": "en", "f": "html"}).content.decode()
    assert f'<input type="hidden" name="crs" value="{crs}">' in page
    assert sent(client, "shelters", crs=crs, lang="en") == {"crs": crs, "lang": "en"}


def test_the_number_is_said_also_where_nobody_has_counted(rf):
    def said(document: dict[str, int], has_more: bool, **given: str) -> str:
        from ogc_api.asking import Asked

        return summary(Asked(Audience.PUBLIC, "en", True, "", "", given), document, has_more)

    assert said({"numberMatched": 5000, "numberReturned": 100}, True) == "Showing 100 of 5,000 features."
    assert said({"numberMatched": 3, "numberReturned": 3}, False) == "Showing all 3 features."
    assert said({"numberReturned": 100}, True) == "More than 100 features; showing 100."
    assert said({"numberReturned": 7}, False) == "Showing all 7 features."
    assert said({"numberReturned": 7}, False, cursor="x") == "Showing 7 further features."


def test_a_quote_behind_a_backslash_is_read_as_it_was_meant():
    assert quoted("\\'") == "'\\\\''"
    assert quoted("''") == "''''''"
