"""Creating, replacing, changing and deleting one feature by HTTP."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client

from gis_server.accounts.roles import give_role
from layers import registry
from layers.changes import Change
from layers.spec import Audience
from tests.ogc_api.rows import add
from tests.ogc_api.writers import AREAS, GEOJSON, SITES, feature, point, sender

pytestmark = pytest.mark.django_db

LAYER = registry.get("evacuation-sites")
ONE = f"{SITES}/a"


@pytest.fixture
def send():
    return sender("disaster-staff")


@pytest.fixture
def site():
    add(LAYER, "a", name="元の名", remarks="備考", flood=True)


def tag(send, path: str = ONE) -> str:
    return send("GET", path).headers["ETag"]


def test_a_created_feature_is_where_its_location_says_with_the_tag_that_was_given(send):
    answer = send("POST", SITES, point())
    assert answer.status_code == 201
    read = send("GET", answer.headers["Location"])
    assert read.json()["properties"]["name"] == "場所"
    assert read.json()["properties"]["city_code"] == "132047"
    assert read.headers["ETag"] == answer.headers["ETag"]
    assert not read.headers["ETag"].startswith("W/")
    assert Change.objects.get().actor == "disaster-staff-writer"


def test_an_id_that_is_wished_for_is_given_once(send, site):
    assert send("POST", SITES, point(id="b-1")).headers["Location"].endswith("/items/b-1")
    assert send("POST", SITES, point(id="b-1")).status_code == 409
    assert send("POST", SITES, point(id="a")).status_code == 409
    assert LAYER.model.objects.get(pk="a").name == "元の名"


def test_replacing_sets_what_is_not_sent_to_what_a_new_feature_has(send, site):
    answer = send("PUT", ONE, point("新"), If_Match=tag(send))
    assert answer.status_code == 204
    assert answer.headers["ETag"] == tag(send)
    stored = LAYER.model.objects.get()
    assert (stored.name, stored.remarks, stored.flood, stored.version) == ("新", "", False, 2)


def test_a_feature_read_and_sent_back_changed_changes_only_that(send, site):
    read = send("GET", ONE)
    document = read.json()
    document["properties"]["remarks"] = "新しい備考"
    before = LAYER.model.objects.values().get()
    assert send("PUT", ONE, document, If_Match=read.headers["ETag"]).status_code == 204
    after = LAYER.model.objects.values().get()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"remarks", "version", "changed_at"}


def test_sending_back_what_was_read_changes_nothing(send, site):
    read = send("GET", ONE)
    assert send("PUT", ONE, read.json(), If_Match=read.headers["ETag"]).headers["ETag"] == read.headers["ETag"]
    assert send("PATCH", ONE, {}, If_Match=read.headers["ETag"]).status_code == 204
    assert LAYER.model.objects.get().version == 1


def test_rounding_never_moves_a_feature(send, site):
    LAYER.model.objects.update(geometry="SRID=4326;POINT(139.123456789012 35.5)")
    read = send("GET", ONE)
    send("PUT", ONE, read.json() | {"properties": {"name": "新"}}, If_Match=read.headers["ETag"])
    assert LAYER.model.objects.get().name == "新"
    assert LAYER.model.objects.get().geometry.x == 139.123456789012


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_the_address_decides_which_feature_is_meant(send, site, method):
    add(LAYER, "b", name="隣")
    answer = send(method, ONE, point("悪", id="b"), If_Match=tag(send))
    assert answer.status_code == 409
    assert answer.json()["parameter"] == "id"
    assert sorted(LAYER.model.objects.values_list("name", flat=True)) == ["元の名", "隣"]


def test_a_merge_patch_changes_what_it_names_and_null_takes_a_value_away(send, site):
    patch = {"properties": {"remarks": None, "flood": False}, "geometry": {"coordinates": [139.57, 35.69]}}
    answer = send("PATCH", ONE, patch, If_Match=tag(send), Prefer="return=representation")
    assert answer.status_code == 200
    assert answer.headers["Preference-Applied"] == "return=representation"
    assert answer.headers["ETag"] == tag(send)
    assert answer.headers["Content-Type"] == GEOJSON
    assert answer.json()["geometry"] == {"type": "Point", "coordinates": [139.57, 35.69]}
    stored = LAYER.model.objects.get()
    assert (stored.name, stored.remarks, stored.flood, stored.version) == ("元の名", "", False, 2)


def test_what_a_feature_needs_cannot_be_taken_away(send, site):
    match = tag(send)
    assert send("PATCH", ONE, {"properties": {"name": None}}, If_Match=match).json()["parameter"] == "name"
    assert send("PATCH", ONE, {"geometry": None}, If_Match=match).json()["parameter"] == "geometry"
    nameless = point() | {"properties": {}}
    assert send("PUT", ONE, nameless, If_Match=match).json()["parameter"] == "name"
    assert send("PUT", ONE, point(geometry=None), If_Match=match).json()["parameter"] == "geometry"
    assert send("POST", SITES, nameless).json()["parameter"] == "name"
    assert LAYER.model.objects.get().version == 1


def test_a_deleted_feature_is_gone_and_its_tag_is_of_no_later_one(send, site):
    match = tag(send)
    assert send("DELETE", ONE, If_Match=match).status_code == 204
    assert send("GET", ONE).status_code == 404
    assert Change.objects.order_by("-id")[0].operation == "delete"
    send("POST", SITES, point(id="a"))
    LAYER.model.objects.update(entered_at="2020-01-01T00:00:00Z")
    assert send("DELETE", ONE, If_Match=match).status_code == 412


@pytest.mark.parametrize(("method", "body"), [("PUT", point()), ("PATCH", {}), ("DELETE", None)])
def test_a_change_says_which_version_it_saw(send, site, method, body):
    stale = tag(send)
    assert send(method, ONE, body).status_code == 428
    assert send(method, ONE, body, If_Match="no tag").status_code == 400
    assert send(method, ONE, body, If_Match='"1"').status_code == 412
    LAYER.model.objects.update(name="同僚が直した")
    refused = send(method, ONE, body, If_Match=stale)
    assert refused.status_code == 412
    assert refused.json()["version"] == 2
    assert refused.json()["etag"] == tag(send)
    assert LAYER.model.objects.get().name == "同僚が直した"
    assert send(method, f"{SITES}/none", body, If_Match="*").status_code == 404
    assert send(method, ONE, body, If_Match=f"{stale}, {refused.json()['etag']}").status_code == 204


def test_a_star_matches_whatever_is_there(send, site):
    assert send("PATCH", ONE, {"properties": {"name": "新"}}, If_Match="*").status_code == 204


def test_a_tag_that_compression_made_weak_still_says_what_was_seen(send, site):
    LAYER.model.objects.update(remarks="備考" * 200)
    zipped = send("GET", ONE, Accept_Encoding="gzip").headers["ETag"]
    assert zipped.startswith("W/")
    assert send("PATCH", ONE, {"properties": {"name": "新"}}, If_Match=zipped).status_code == 204


def test_a_feature_that_has_not_changed_is_not_sent_again(send, site):
    assert send("GET", ONE, If_None_Match=tag(send)).status_code == 304
    assert send("GET", f"{ONE}?lang=en").headers["ETag"] != tag(send)


def test_a_broken_shape_is_repaired_with_a_notice(send):
    bow = [[139.56, 35.68], [139.561, 35.681], [139.561, 35.68], [139.56, 35.681], [139.56, 35.68]]
    area = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [bow]}, "properties": {}}
    answer = send("POST", AREAS, area, Prefer="return=representation")
    assert answer.status_code == 201
    assert "修正" in answer.json()["notices"][0]
    assert json.loads(answer.headers["Notices"]) == answer.json()["notices"]


def test_the_rules_of_a_layer_hold_here_too(send):
    shape = {"type": "Polygon", "coordinates": [[[139.56, 35.68], [139.57, 35.68], [139.57, 35.69], [139.56, 35.68]]]}
    area = {"type": "Feature", "id": "x", "geometry": shape, "properties": {"drawn_by": "somebody-else"}}
    answer = send("POST", AREAS, area, Prefer="return=representation")
    assert answer.json()["properties"]["drawn_by"] == "disaster-staff-writer"
    assert "drawn_by" in answer.json()["notices"][0]
    path = f"{AREAS}/x"
    resolved = send(
        "PATCH", path, {"properties": {"status": "resolved"}}, If_Match="*", Prefer="return=representation"
    ).json()
    assert resolved["properties"]["resolved_at"] is not None
    replaced = send("PUT", path, area | {"properties": {}}, If_Match="*", Prefer="return=representation").json()
    assert replaced["properties"]["resolved_at"] is None
    assert replaced["properties"]["drawn_by"] == "disaster-staff-writer"


@pytest.mark.parametrize("coordinates", [[35.68, 139.56], [0, 0], [135.5, 34.7]])
def test_a_feature_far_from_the_city_is_refused(send, site, coordinates):
    geometry = {"type": "Point", "coordinates": coordinates}
    refused = [
        send("POST", SITES, point(geometry=geometry)),
        send("PUT", ONE, point(geometry=geometry), If_Match="*"),
        send("PATCH", ONE, {"geometry": geometry}, If_Match="*"),
    ]
    for answer in refused:
        assert answer.status_code == 400
        assert answer.json()["parameter"] == "geometry"
    assert LAYER.model.objects.count() == 1


def test_only_who_has_signed_in_may_write_and_is_told_how(site):
    client = Client(enforce_csrf_checks=True)
    for method, path in (("post", SITES), ("put", ONE), ("patch", ONE), ("delete", f"{ONE}/")):
        answer = getattr(client, method)(path)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.json()["status"] == 401
    wrong = Client().delete(ONE, headers={"authorization": "Bearer wrong"})
    assert wrong.status_code == 401
    assert LAYER.model.objects.count() == 1


def test_a_session_needs_the_proof_of_origin_and_with_it_may_write(site):
    client = Client(enforce_csrf_checks=True)
    user = User.objects.create_user("hanako")
    give_role(user, "disaster-staff")
    client.force_login(user)
    body = json.dumps(point())
    assert client.post(SITES, body, content_type=GEOJSON).status_code == 403
    assert client.delete(ONE, headers={"if-match": "*"}).status_code == 403
    assert LAYER.model.objects.count() == 1
    token = "a" * 32
    client.cookies["csrftoken"] = token
    proof = {"x-csrftoken": token}
    assert client.post(SITES, body, content_type=GEOJSON, headers=proof).status_code == 201
    assert client.delete(ONE, headers=proof | {"if-match": "*"}).status_code == 204
    assert [site.name for site in LAYER.model.objects.all()] == ["場所"]


def test_a_collection_that_does_not_exist_takes_nothing(send):
    assert send("POST", "/api/collections/none/items", point()).status_code == 404


def test_a_time_in_a_zone_that_no_place_has_is_stored_as_the_moment_that_it_is():
    send = sender("disaster-staff")
    body = feature(registry.get("closures"), Audience.DISASTER_STAFF, starts_at="2024-01-01T00:00:00-20:18")
    made = send("POST", "/api/collections/closures/items", body, Prefer="return=representation")
    assert made.status_code == 201
    assert made.json()["properties"]["starts_at"].startswith("2024-01-01T20:18:00")
    first_day = feature(registry.get("closures"), Audience.DISASTER_STAFF, starts_at="0001-01-01T00:00:00+10:00")
    refused = send("POST", "/api/collections/closures/items", first_day)
    assert (refused.status_code, refused.json()["parameter"]) == (400, "starts_at")


def test_what_was_created_is_told_in_the_same_words_for_one_as_for_many():
    send = sender("disaster-staff")
    one = send("POST", SITES, point())
    (told,) = one.json()["created"]
    assert (told["href"], told["etag"]) == (one.headers["Location"], one.headers["ETag"])
    many = send("POST", SITES, {"type": "FeatureCollection", "features": [point()]}).json()["created"]
    assert set(many[0]) == set(told) == {"id", "href", "etag", "notices"}
