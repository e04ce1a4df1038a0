"""The gazetteer stays exact whoever writes, shows nothing that is not for everybody, and uses its index."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib.gis.geos import LineString, MultiLineString, Point
from django.db import connection

from layers.catalog.basemap import BasePlace
from layers.catalog.boundaries import Town
from layers.catalog.disaster import EvacuationSite, Shelter
from layers.catalog.facilities import Facility
from layers.catalog.pedestrian import WalkingCourse
from layers.gazetteer.asked import understand
from layers.gazetteer.entries import current_revisions, enter
from layers.gazetteer.models import Place
from layers.gazetteer.query import candidates_query
from layers.registry import get, searched
from layers.spec import Audience, Certainty
from tests.running import CHECKOUT

HERE = Point(139.56, 35.68)
OTHER_PROCESS = """
import sys, django
django.setup()
from django.conf import settings
from layers.gazetteer.entries import current_revisions
from layers.gazetteer.search import find
for line in sys.stdin:
    current_revisions(settings.CITY)
    print(*(place.name for place in find(line.strip(), settings.CITY)), flush=True)
"""


def names(found):
    return [place["name"] for place in found]


def test_what_was_just_entered_changed_or_removed_is_found_so(ask):
    assert ask("こもれび図書館") == []
    Facility.objects.create(id="a", name="こもれび図書館", geometry=HERE)
    assert names(ask("こもれび")) == ["こもれび図書館"]
    Facility.objects.filter(id="a").update(name="ひだまり図書館")
    assert ask("こもれび") == []
    assert names(ask("ひだまり")) == ["ひだまり図書館"]
    Facility.objects.filter(id="a").update(geometry=Point(139.57, 35.69))
    assert ask("ひだまり")[0]["at"] == [139.57, 35.69]
    Facility.objects.all().delete()
    assert ask("ひだまり") == []


def test_what_is_written_past_the_application_is_found(ask):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO layers_facility (id, name, geometry)"
            " VALUES ('b', 'よその館', ST_SetSRID(ST_MakePoint(139.56, 35.68), 4326))"
        )
    assert names(ask("よその館")) == ["よその館"]


def test_only_what_differs_is_entered_again(ask):
    Facility.objects.bulk_create([Facility(id=str(n), name=f"広場{n}号", geometry=HERE) for n in range(50)])
    ask("広場")
    before = dict(Place.objects.values_list("feature_id", "id"))
    Facility.objects.filter(id="7").update(name="広場七号館")
    Facility.objects.filter(id="8").update(phone="0422-00-0000")
    with connection.cursor() as cursor:
        cursor.execute("SELECT feature_id, xmin::text FROM layers_place")
        versions = dict(cursor.fetchall())
        assert names(ask("広場七号館")) == ["広場七号館"]
        cursor.execute("SELECT feature_id, xmin::text FROM layers_place")
        changed = {key for key, version in cursor.fetchall() if versions[key] != version}
    assert changed == {"7"}
    assert dict(Place.objects.values_list("feature_id", "id")) == before


def test_processes_that_know_nothing_of_one_another_answer_alike(ask):
    database = connection.settings_dict
    url = f"postgresql://{database['USER']}:{database['PASSWORD']}@/{database['NAME']}"
    url += f"?host={database['HOST']}&port={database['PORT']}"
    with subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS],
        cwd=CHECKOUT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "gis_server.settings", "DATABASE_URL": url},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        for name in ("みなも館", "あさぎり館"):
            Facility.objects.create(id=name, name=name, geometry=HERE)
            other.stdin.write(name + "\n")
            other.stdin.flush()
            assert other.stdout.readline().strip() == name
            assert names(ask(name)) == [name]
        other.stdin.close()
    assert other.returncode == 0


def test_keys_of_older_rules_are_made_anew(ask):
    Facility.objects.create(id="a", name="ことり館", geometry=HERE)
    ask("ことり")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE layers_place SET name_key = 'x', grams = '{}'")
        cursor.execute("UPDATE layers_placesread SET rules = '0'")
    assert names(ask("ことり")) == ["ことり館"]


def test_nothing_comes_in_that_is_not_for_everybody(ask, monkeypatch):
    Facility.objects.create(id="a", name="ひみつ館", staff_contact="ないしょ太郎", geometry=HERE)
    assert ask("ないしょ太郎") == []
    for layer in searched():
        assert layer.read is Audience.PUBLIC
        assert {layer.get_field(name).read for name in layer.gazetteer.field_names} == {Audience.PUBLIC}


def test_a_field_that_becomes_one_of_the_staff_leaves_the_gazetteer(ask):
    from dataclasses import replace

    layer = get("facilities")
    Facility.objects.create(id="a", name="ひろば", address="ないしょ町1-1", geometry=HERE)
    assert names(ask("ないしょ町1-1")) == ["ひろば"]
    hidden = tuple(replace(field, read=Audience.STAFF) if field.name == "address" else field for field in layer.fields)
    enter(replace(layer, fields=hidden), settings.CITY)
    assert list(Place.objects.values_list("address", "address_key")) == [("", "")]


def test_one_place_of_one_name_in_two_layers_is_shown_once_within_a_hundred_metres(ask):
    EvacuationSite.objects.create(id="s", name="ひばり 公園", geometry=HERE)
    Facility.objects.create(id="near", name="ひばり公園", category="park", geometry=Point(139.5605, 35.6803))
    Facility.objects.create(id="far", name="ひばり公園", category="park", geometry=Point(139.57, 35.68))
    found = ask("ひばり公園")
    assert [sorted(role["kind"] for role in place["roles"]) for place in found] == [["facility", "site"], ["facility"]]


def test_one_number_in_two_municipalities_is_two_places(ask):
    EvacuationSite.objects.create(id="a", city_code="132047", place_number="00001", name="かえで広場", geometry=HERE)
    Shelter.objects.create(id="b", city_code="132080", place_number="00001", name="かえで会館", geometry=HERE)
    Shelter.objects.create(id="c", city_code="132047", place_number="00001", name="もみじ会館", geometry=HERE)
    found = {place["name"]: {role["name"] for role in place["roles"]} for place in ask("かえで")}
    assert found == {"かえで広場": {"かえで広場", "もみじ会館"}, "かえで会館": {"かえで会館"}}


def test_a_station_is_exact_and_the_label_of_a_quarter_is_not(ask):
    BasePlace.objects.create(id="a", name="ほしぞら台駅", kind="station", geometry=HERE)
    BasePlace.objects.create(id="b", name="ほしぞら台", kind="quarter", geometry=HERE)
    found = {place["kind"]: (place["certainty"], place["accuracy_m"]) for place in ask("ほしぞら台")}
    assert found["station"] == ("exact", 0)
    assert found["quarter"][0] == "town"
    assert found["quarter"][1] >= 200


def test_a_course_is_found_on_its_line_with_how_far_it_reaches(ask):
    line = LineString((139.56, 35.68), (139.58, 35.68))
    WalkingCourse.objects.create(id="w", name="せせらぎの道", geometry=MultiLineString(line))
    (course,) = ask("せせらぎ")
    assert (course["kind"], course["certainty"]) == ("course", "exact")
    assert 900 <= course["accuracy_m"] <= 1900


def test_kana_of_a_facility_finds_it(ask):
    Facility.objects.create(id="a", name="欅苑", name_kana="ケヤキエン", geometry=HERE)
    found = ask("けやきえん")
    assert names(found) == ["欅苑"]
    assert found[0]["matched"] == {"field": "kana", "text": "ケヤキエン"}


def test_a_single_letter_finds_names_that_begin_with_it(ask):
    Facility.objects.create(id="a", name="森の館", geometry=HERE)
    Facility.objects.create(id="b", name="青い森の館", geometry=HERE)
    assert names(ask("森")) == ["森の館"]


def test_a_search_among_a_hundred_thousand_places_uses_the_index(committed):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO layers_facility (id, name, address, geometry) SELECT n,"
            " '架空' || chr(12354 + n % 80) || chr(19968 + n % 997) || chr(20968 + n % 1009) || '館' || n,"
            " '架空町' || n % 9 + 1 || '丁目' || n % 50 || '-' || n % 30,"
            " ST_SetSRID(ST_MakePoint(139.5 + n % 100 * 0.001, 35.6 + n / 100 * 0.0001), 4326)"
            " FROM generate_series(1, 100000) n"
        )
        current_revisions(settings.CITY)
        cursor.execute("ANALYZE layers_place")
        for text in ("館99999", "架空町3丁目17-7", "第四小学校", "新", "一二 館"):
            query = candidates_query(understand(text, "三鷹市"), (139.56, 35.68), 40)
            cursor.execute("EXPLAIN (FORMAT JSON) " + query.sql, query.params)
            plan = json.dumps(cursor.fetchone()[0])
            assert "Seq Scan" not in plan, text
            assert "place_grams" in plan, text


def test_a_remark_behind_the_name_of_a_town_does_not_hide_its_addresses(ask):
    Town.objects.create(id="t", name="みどり町一丁目（架空）", geometry=HERE)
    found = ask("みどり町1-12-9")[0]
    assert (found["name"], found["certainty"], found["unmatched"]) == ("みどり町一丁目（架空）", "town", "12番9号")


def test_every_layer_that_is_searched_says_what_its_points_stand_for():
    assert {layer.name for layer in searched()} == {
        "boundaries", "towns", "facilities", "evacuation-sites", "shelters", "walking-courses", "base-places"
    }  # fmt: skip
    assert get("towns").gazetteer.certainty is Certainty.TOWN
    assert get("boundaries").gazetteer.certainty is Certainty.CITY


@pytest.mark.usefixtures("committed")
def test_a_lone_town_has_the_widest_radius(ask):
    Town.objects.create(id="t", name="ひとつ町", geometry=HERE)
    assert ask("ひとつ町")[0]["accuracy_m"] == 2000
