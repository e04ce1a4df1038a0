"""``GET /places/``: what is refused and how, and what may be kept."""

from __future__ import annotations

import pytest
from django.contrib.gis.geos import Point
from django.core.management import CommandError, call_command
from django.test import Client

from layers.catalog.facilities import Facility

HERE = Point(139.56, 35.68)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "q"),
        ("q=", "q"),
        ("q=%E3%80%80", "q"),
        ("q=" + "a" * 101, "q"),
        ("q=a%00b", "q"),
        ("q=a%0Ab", "q"),
        ("q=a&q=b", "q"),
        ("q=a&near=1", "near"),
        ("q=a&near=139.5,95", "near"),
        ("q=a&near=nan,nan", "near"),
        ("q=a&near=1e5,3", "near"),
        ("q=a&near=" + "9" * 200, "near"),
        ("q=a&limit=0", "limit"),
        ("q=a&limit=51", "limit"),
        ("q=a&limit=%EF%BC%91", "limit"),
        ("q=a&limit=-1", "limit"),
        ("q=a&lang=fr", "lang"),
        ("q=a&bbox=1,2,3,4", "bbox"),
    ],
)
def test_a_wrong_request_is_refused_with_the_parameter_at_fault(db, client, query, parameter):
    answer = client.get(f"/places/?{query}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["parameter"] == parameter


def test_only_reading_is_possible(db, client):
    assert client.post("/places/?q=a").status_code == 405


def test_the_answer_is_geojson_that_may_be_kept_until_something_changes(committed):
    client = Client()
    Facility.objects.create(id="a/b", name="ことり館", geometry=HERE)
    first = client.get("/places/?q=ことり&lang=en")
    assert first["Content-Type"] == "application/geo+json"
    assert first["Cache-Control"] == "public, no-cache"
    (feature,) = first.json()["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [139.56, 35.68]}
    assert client.get(feature["properties"]["href"]).json()["properties"]["name"] == "ことり館"
    again = client.get("/places/?q=ことり&lang=en", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get("/places/?q=ことり&lang=ja", headers={"If-None-Match": first["ETag"]})
    assert other.status_code == 200
    Facility.objects.create(id="b", name="ことり分館", geometry=HERE)
    later = client.get("/places/?q=ことり&lang=en", headers={"If-None-Match": first["ETag"]})
    assert len(later.json()["features"]) == 2
    assert "lang" not in later.cookies


def test_no_more_places_come_than_were_asked_for(committed):
    Facility.objects.bulk_create([Facility(id=str(n), name=f"ことり館{n}", geometry=HERE) for n in range(60)])
    client = Client()
    assert len(client.get("/places/?q=ことり").json()["features"]) == 10
    assert len(client.get("/places/?q=ことり&limit=50").json()["features"]) == 50


def test_the_command_says_what_and_how_certain(committed, capsys):
    Facility.objects.create(id="a", name="ことり館", category="library", address="みどり町1-2", geometry=HERE)
    call_command("find_place", "ことり")
    line = "ことり館（図書館）  35.68000, 139.56000  この場所の位置 ±0 m  みどり町1-2"
    assert capsys.readouterr().out.strip() == line
    call_command("find_place", "どこにもない")
    assert "nothing is known" in capsys.readouterr().out
    with pytest.raises(CommandError, match="near is not"):
        call_command("find_place", "ことり", near="x")
