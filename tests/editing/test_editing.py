import json

import pytest
from django.test import Client

from layers import database
from layers.catalog.disaster import DamageArea
from layers.changes import Change
from tests.editing.conftest import SQUARE, area

AREAS = "/edit/damage-areas/"


def test_a_drawn_area_is_stored_with_its_author_and_times(send):
    answer = send("POST", AREAS, area(description="冠水"))
    assert answer.status_code == 201
    assert answer.json()["version"] == 1
    stored = DamageArea.objects.get()
    assert (stored.description, stored.drawn_by, stored.city_code) == ("冠水", "disaster-staff-person", "132047")
    assert stored.published_at is not None
    assert Change.objects.get().actor == "disaster-staff-person"


def test_the_answer_states_the_revision_that_holds_the_change(send):
    before = send("GET", "/edit/changes?layers=damage-areas").json()["revisions"]["damage-areas"]
    assert send("POST", AREAS, area()).json()["revision"] == before + 1


def test_sending_the_same_area_again_stores_it_once(send):
    first, second = (send("POST", AREAS, area()) for _ in range(2))
    assert first.json()["id"] == second.json()["id"]
    assert DamageArea.objects.count() == 1


def test_nobody_draws_in_the_name_of_another(send):
    send("POST", AREAS, area(drawn_by="somebody-else"))
    assert DamageArea.objects.get().drawn_by == "disaster-staff-person"


def test_resolving_notes_when_and_reopening_takes_it_back(send):
    send("POST", AREAS, area())
    send("PATCH", AREAS + "a-1", {"properties": {"status": "resolved"}}, If_Match='"1"')
    assert DamageArea.objects.get().resolved_at is not None
    send("PATCH", AREAS + "a-1", {"properties": {"status": "active"}}, If_Match='"2"')
    assert DamageArea.objects.get().resolved_at is None


def test_a_colleagues_change_is_never_overwritten(send):
    send("POST", AREAS, area())
    send("PATCH", AREAS + "a-1", {"properties": {"description": "colleague"}}, If_Match='"1"')
    late = send("PATCH", AREAS + "a-1", {"properties": {"description": "late"}}, If_Match='"1"')
    assert late.status_code == 412
    assert late.json()["version"] == 2
    assert DamageArea.objects.get().description == "colleague"


def test_a_change_without_the_version_it_saw_is_refused(send):
    send("POST", AREAS, area())
    assert send("PATCH", AREAS + "a-1", {"properties": {}}).status_code == 428
    assert send("PATCH", AREAS + "a-1", {"properties": {}}, If_Match="*").status_code == 400


def test_a_self_crossing_shape_is_repaired_with_a_notice(send):
    bow = [[139.56, 35.68], [139.561, 35.681], [139.561, 35.68], [139.56, 35.681], [139.56, 35.68]]
    answer = send("POST", AREAS, area(geometry={"type": "Polygon", "coordinates": [bow]}))
    assert answer.status_code == 201
    assert answer.json()["notices"]
    assert DamageArea.objects.get().geometry.valid


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        json.dumps(area(geometry=None)).encode(),
        json.dumps(area(geometry={"type": "Polygon", "coordinates": []})).encode(),
        json.dumps(area(geometry={"type": "Point", "coordinates": [139, 35]})).encode(),
        json.dumps(
            area(geometry={"type": "Polygon", "coordinates": [[[35.6, 139.5], [35.7, 139.5], [35.7, 139.6]]]})
        ).encode(),
        json.dumps(area(kind="no such kind")).encode(),
        json.dumps(area(kind=None)).encode(),
        json.dumps(area(nonsense=1)).encode(),
        json.dumps(area(feature_id="a b")).encode(),
        json.dumps(area() | {"id": 7}).encode(),
        json.dumps(area() | {"properties": []}).encode(),
        json.dumps(area(description="a\x00b")).encode(),
    ],
)
def test_what_cannot_be_stored_is_refused_with_the_reason(send, body):
    answer = send("POST", AREAS, body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert not DamageArea.objects.exists()


def test_a_body_without_end_is_refused(send):
    assert send("POST", AREAS, b" " * 1_000_001).status_code == 413


def test_unknown_layers_and_features_are_not_found(send):
    assert send("POST", "/edit/nothing/", area()).status_code == 404
    assert send("PATCH", AREAS + "nothing", {"properties": {}}, If_Match='"1"').status_code == 404


def test_only_disaster_staff_draw(send_as):
    assert send_as("staff")("POST", AREAS, area()).status_code == 403
    assert not DamageArea.objects.exists()


def test_an_anonymous_visitor_cannot_draw(committed):
    answer = Client().post(AREAS, area(), content_type="application/json")
    assert answer.status_code == 401
    assert not DamageArea.objects.exists()


def test_a_page_hears_that_something_changed_and_otherwise_almost_nothing(send):
    send("POST", AREAS, area())
    client = Client()
    first = client.get("/edit/changes?layers=damage-areas,closures")
    again = client.get("/edit/changes?layers=damage-areas,closures", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    send("PATCH", AREAS + "a-1", {"geometry": SQUARE}, If_Match='"1"')
    later = client.get("/edit/changes?layers=damage-areas,closures", headers={"If-None-Match": first["ETag"]})
    assert later.json()["revisions"]["damage-areas"] == first.json()["revisions"]["damage-areas"] + 1


def test_asking_what_changed_costs_one_statement(send, django_assert_num_queries, monkeypatch):
    client, asked = Client(), []
    client.get("/edit/changes?layers=damage-areas")
    fetch = database.fetch
    monkeypatch.setattr(database, "fetch", lambda *given, **more: asked.append(given) or fetch(*given, **more))
    with django_assert_num_queries(0):
        client.get("/edit/changes?layers=damage-areas")
    assert len(asked) == 1


def test_asking_for_changes_of_an_unknown_layer_is_refused(db, client):
    assert client.get("/edit/changes?layers=nothing").json()["parameter"] == "layers"
