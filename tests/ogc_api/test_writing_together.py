"""Many who write at once, clients that ask again, and collections that are stored whole or not at all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction

from gis_server.accounts.models import create_token
from gis_server.accounts.roles import give_role
from layers import registry
from layers.changes import Change
from ogc_api.models import RememberedRequest
from ogc_api.writing import views
from tests.ogc_api.rows import add
from tests.ogc_api.writers import GEOJSON, SITES, Send, point, sender_with, together

LAYER = registry.get("evacuation-sites")
THREADS, EDITS, FEATURES = 30, 4, 5


@pytest.fixture
def token(committed: None) -> Iterator[str]:
    user = User.objects.create_user("hanako")
    give_role(user, "disaster-staff")
    yield create_token(user)
    User.objects.all().delete()


@pytest.fixture
def send(token: str) -> Send:
    return sender_with(token)


def test_of_writers_who_saw_the_same_version_one_wins(send):
    add(LAYER, "a", name="元の名")
    match = send("GET", f"{SITES}/a").headers["ETag"]
    answers = together(8, lambda n: send("PUT", f"{SITES}/a", point(f"名{n}"), If_Match=match).status_code)
    assert Counter(answers) == {204: 1, 412: 7}
    stored = LAYER.model.objects.get()
    assert stored.version == 2
    assert stored.name == f"名{answers.index(204)}"


def test_no_edit_is_lost_when_many_change_the_same_features(send):
    for number in range(FEATURES):
        add(LAYER, f"f{number}", remarks="")

    def edit(number: int) -> list[tuple[str, int]]:
        done = []
        for turn in range(EDITS):
            path = f"{SITES}/f{(number + turn) % FEATURES}"
            read = send("GET", path)
            remarks = f"{read.json()['properties']['remarks']}[{number}.{turn}]"
            answer = send("PATCH", path, {"properties": {"remarks": remarks}}, If_Match=read.headers["ETag"])
            done.append((f"{path[-2:]} [{number}.{turn}]", answer.status_code))
        return done

    done = [one for edits in together(THREADS, edit) for one in edits]
    assert {status for _, status in done} <= {204, 412}
    kept = [what for what, status in done if status == 204]
    rows = LAYER.model.objects.all()
    assert sum(row.version - 1 for row in rows) == len(kept) >= FEATURES
    for what in kept:
        feature_id, mark = what.split()
        assert mark in next(row.remarks for row in rows if row.id == feature_id)
    changes = Change.objects.filter(actor="hanako", operation="update").order_by("revision")
    assert changes.count() == len(kept)
    revisions = [change.revision for change in changes]
    assert revisions == list(range(revisions[0], revisions[0] + len(kept)))
    for row in rows:
        logged = [changed.after["version"] for change in changes for changed in change.rows.filter(feature_id=row.id)]
        assert logged == list(range(2, row.version + 1))


def test_the_tag_that_is_answered_is_of_what_was_stored_though_a_colleague_is_close_behind(send, monkeypatch):
    add(LAYER, "a", name="元の名")
    answer_of = views.saved_response

    def colleague(_: int) -> None:
        with suppress(OperationalError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
            cursor.execute(f'UPDATE "{LAYER.table}" SET name = %s', ["同僚の名"])

    def answer_after_a_colleague(*given: Any) -> Any:
        together(1, colleague)
        return answer_of(*given)

    monkeypatch.setattr(views, "saved_response", answer_after_a_colleague)
    match = send("GET", f"{SITES}/a").headers["ETag"]
    answer = send("PATCH", f"{SITES}/a", {"properties": {"name": "私の名"}}, If_Match=match)
    assert answer.status_code == 204
    assert answer.headers["ETag"].startswith('"2-')


def test_the_same_request_sent_again_stores_once_and_is_answered_alike(send):
    first, again = (send("POST", SITES, point(), Idempotency_Key='"k-1"') for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.headers["Location"] == again.headers["Location"]
    assert first.headers["ETag"] == again.headers["ETag"]
    assert LAYER.model.objects.count() == 1
    assert send("POST", SITES, point(), Idempotency_Key="k-2").headers["Location"] != first.headers["Location"]


def test_the_same_request_many_times_at_once_stores_once(send):
    answers = together(10, lambda _: send("POST", SITES, point(), Idempotency_Key="k"))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert LAYER.model.objects.count() == 1


def test_a_key_is_of_one_request_and_one_person(send):
    send("POST", SITES, point(), Idempotency_Key="k")
    other = send("POST", SITES, point("別"), Idempotency_Key="k")
    assert other.status_code == 422
    assert other.json()["parameter"] == "Idempotency-Key"
    elsewhere = send("POST", SITES.replace("evacuation-sites", "shelters"), point(), Idempotency_Key="k")
    assert elsewhere.status_code == 422
    colleague = User.objects.create_user("taro")
    give_role(colleague, "disaster-staff")
    assert sender_with(create_token(colleague))("POST", SITES, point("別"), Idempotency_Key="k").status_code == 201
    assert LAYER.model.objects.count() == 2


def test_a_request_that_failed_is_not_remembered(send):
    assert send("POST", SITES, point("x" * 500), Idempotency_Key="k").status_code == 400
    assert send("POST", SITES, point(), Idempotency_Key="k").status_code == 201
    for key in ("", '""', "x" * 201, "鍵".encode().decode("latin-1")):
        assert send("POST", SITES, point(), Idempotency_Key=key).status_code == 400


def test_keys_are_forgotten_after_a_week(send):
    send("POST", SITES, point(), Idempotency_Key="old")
    RememberedRequest.objects.update(at="2020-01-01T00:00:00Z")
    send("POST", SITES, point(), Idempotency_Key="new")
    assert [known.key for known in RememberedRequest.objects.all()] == ["new"]


def collection(*features: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def test_a_collection_is_stored_whole(send):
    answer = send("POST", SITES, collection(point("一", id="a"), point("二")), Idempotency_Key="k")
    assert answer.status_code == 201
    created = answer.json()["created"]
    assert created[0]["id"] == "a"
    for one in created:
        assert send("GET", one["href"]).headers["ETag"] == one["etag"]
    again = send("POST", SITES, collection(point("一", id="a"), point("二")), Idempotency_Key="k")
    assert again.json() == answer.json()
    assert LAYER.model.objects.count() == 2


def test_a_collection_with_a_fault_is_not_stored_at_all_and_each_fault_is_named(send):
    far = {"type": "Point", "coordinates": [0, 0]}
    answer = send("POST", SITES, collection(point(), point(geometry=far), point(), {"type": "Feature"}, 1))
    assert answer.status_code == 400
    assert [(fault["index"], fault["parameter"]) for fault in answer.json()["faults"]] == [
        (1, "geometry"),
        (3, "geometry"),
        (4, "type"),
    ]
    assert LAYER.model.objects.count() == 0
    assert Change.objects.count() == 0


def test_the_same_id_twice_in_a_collection_is_a_fault(send):
    answer = send("POST", SITES, collection(point(id="a"), point(id="a")))
    assert [fault["index"] for fault in answer.json()["faults"]] == [1]
    assert LAYER.model.objects.count() == 0


def test_a_collection_has_bounds(send):
    assert send("POST", SITES, collection()).status_code == 400
    assert send("POST", SITES, collection(*[1] * 1001)).status_code == 413


HOSTILE = {
    "spaces": b" ",
    "half": b'{"type": "Feature"',
    "a list": b"[]",
    "null": b"null",
    "not utf-8": b'{"type": "\xff\xfe"}',
    "deep": b"[" * 100_000,
    "deep objects": b'{"a":' * 3_000 + b"1" + b"}" * 3_000,
    "deep coordinates": json.dumps(point()).replace("[139.56", "[" * 40 + "[139.56").replace("]", "]" * 41).encode(),
    "NaN": json.dumps(point()).replace("139.56", "NaN").encode(),
    "infinity": json.dumps(point()).replace("139.56", "1e999").encode(),
    "huge integer": json.dumps(point()).replace("139.56", "9" * 6_000).encode(),
    "twice": b'{"type": "Feature", "type": "Feature", "geometry": null, "properties": {}}',
    "half a surrogate": json.dumps(point()).replace("\\u5834", "\\ud800").encode(),
    "null character": json.dumps(point("a\0b")).encode(),
    "null character in a name": json.dumps({**point(), "properties": {"name": "a", "b\0": 1}}).encode(),
    "id is a number": json.dumps(point(id=7)).encode(),
    "id is a path": json.dumps(point(id="../a")).encode(),
    "geometry type is a list": json.dumps(point(geometry={"type": ["Point"], "coordinates": [1, 2]})).encode(),
    "geometry is text": json.dumps(point(geometry="POINT(1 2)")).encode(),
    "ragged": json.dumps(point(geometry={"type": "Point", "coordinates": [[1], 2]})).encode(),
    "properties is a list": json.dumps(point(properties=[1])).encode(),
    "unknown member": json.dumps(point(owner="me")).encode(),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_body_is_a_fault_of_its_sender(send, body):
    add(LAYER, "a", name="元の名")
    answers = [send("POST", SITES, body), send("PUT", f"{SITES}/a", body, If_Match="*")]
    if body not in {HOSTILE["id is a number"], HOSTILE["id is a path"]}:
        answers.append(send("PATCH", f"{SITES}/a", body, If_Match="*"))
    for answer in answers:
        assert answer.status_code in {400, 409}, answer.content
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert LAYER.model.objects.get().name == "元の名"


def test_other_media_types_are_refused_whatever_they_hold(send):
    for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x", "", f"{GEOJSON}; charset=x"):
        assert send("POST", SITES, point(), Content_Type=kind).status_code == 415
    assert send("PATCH", f"{SITES}/a", {}, Content_Type="application/geo+json", If_Match="*").status_code == 415
    assert send("POST", SITES, point(), Content_Encoding="gzip").status_code == 415
    assert send("POST", SITES, point(), Content_Crs="<http://www.opengis.net/def/crs/EPSG/0/6669>").status_code == 400
    crs84 = "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    assert send("POST", SITES, point(), Content_Crs=crs84).status_code == 201


def test_bodies_and_shapes_have_bounds(send):
    assert send("POST", SITES, b" " * 2_000_001).status_code == 413
    assert send("POST", SITES, b" " * 3_000_000).status_code == 413
    many = {"type": "MultiLineString", "coordinates": [[[139.5, 35.6]] * 100_001]}
    closure = {"type": "Feature", "geometry": many, "properties": {}}
    body = json.dumps(closure, separators=(",", ":")).encode()
    answer = send("POST", SITES.replace("evacuation-sites", "closures"), body)
    assert answer.status_code == 400
    assert "100000" in answer.json()["detail"]


def test_odd_addresses_are_not_found(send):
    for feature_id in ("%00", "a%00b", "%ff", "x" * 500):
        assert send("DELETE", f"{SITES}/{feature_id}", If_Match="*").status_code == 404
