"""Several acts in one request: all of them in their order, or none; nobody's change is lost, nobody waits for ever."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from gis_server.accounts.models import create_token
from gis_server.accounts.roles import give_role
from layers import changes, registry
from ogc_api.writing import transactions
from tests.ogc_api.rows import add
from tests.ogc_api.writers import Send, point, sender, sender_with, together

TRANSACTIONS = "/api/transactions"
SITES, SHELTERS = "evacuation-sites", "shelters"


@pytest.fixture
def send(committed: None) -> Iterator[Send]:
    user = User.objects.create_user("hanako")
    give_role(user, "disaster-staff")
    yield sender_with(create_token(user))
    User.objects.all().delete()


def act(action: str, collection: str = SITES, **members: Any) -> dict[str, Any]:
    return {"action": action, "collection": collection, **members}


def do(send: Send, *actions: Any, **headers: str) -> Any:
    return send("POST", TRANSACTIONS, {"actions": actions}, **{"Content-Type": "application/json"} | headers)


def names(layer: str = SITES) -> dict[str, str]:
    return dict(registry.get(layer).model.objects.values_list("id", "name"))


def tag(send: Send, feature: str, layer: str = SITES) -> str:
    return str(send("GET", f"/api/collections/{layer}/items/{feature}").headers["ETag"])


def test_acts_of_every_kind_on_several_collections_are_done_in_their_order(send):
    for name in ("a", "b", "c"):
        add(registry.get(SITES), name, name=name)
    add(registry.get(SHELTERS), "s", name="s")
    before = changes.revisions_of([SITES, SHELTERS])
    answer = do(
        send,
        act("insert", feature=point("新", id="new")),
        act("update", id="new", ifMatch="*", patch={"properties": {"name": "新二"}}),
        act("replace", id="a", ifMatch=tag(send, "a"), feature=point("甲")),
        act("update", SHELTERS, id="s", ifMatch=tag(send, "s", SHELTERS), patch={"properties": {"name": "避難所"}}),
        act("delete", id="c", ifMatch=tag(send, "c")),
    )
    assert answer.status_code == 200, answer.content
    told = answer.json()["actions"]
    assert [one["action"] for one in told] == ["insert", "update", "replace", "update", "delete"]
    assert names() == {"a": "甲", "b": "b", "new": "新二"}
    assert names(SHELTERS) == {"s": "避難所"}
    assert told[1]["etag"] == tag(send, "new") != told[0]["etag"]
    assert told[3]["etag"] == tag(send, "s", SHELTERS)
    assert send("GET", told[2]["href"]).json()["properties"]["name"] == "甲"
    assert "etag" not in told[4]
    after = changes.revisions_of([SITES, SHELTERS])
    assert all(after[layer] > before[layer] for layer in after), "seen at once by those who compare revisions"


def test_of_one_fault_nothing_is_done_and_each_is_named_by_its_index(send):
    add(registry.get(SITES), "a", name="a")
    old = tag(send, "a")
    assert do(send, act("update", id="a", ifMatch=old, patch={"properties": {"name": "b"}})).status_code == 200
    answer = do(
        send,
        act("insert", feature=point("新", id="new")),
        act("update", id="a", ifMatch=old, patch={"properties": {"name": "c"}}),
        act("delete", id="nobody", ifMatch="*"),
        act("delete", id="a", ifMatch=""),
        act("insert", "no-such", feature=point()),
        act("insert", "base-roads-x", feature={}),
        act("insert", feature={"type": "Feature"}),
        act("insert", feature=point("x", id="new")),
        act("insert", feature=point(no_such=1)),
    )
    assert answer.status_code == 400
    faults = {fault["index"]: fault["status"] for fault in answer.json()["faults"]}
    assert faults == {1: 412, 2: 404, 3: 428, 4: 404, 5: 404, 6: 400, 7: 409, 8: 400}
    assert answer.json()["faults"][0]["version"] == 2
    assert names() == {"a": "b"}


@pytest.mark.parametrize(
    ("action", "status"),
    [
        (act("delete", id="a", ifMatch='"0-no-no"'), 412),
        (act("delete", id="a"), 428),
        (act("delete", id="b", ifMatch="*"), 404),
        (act("delete", id="a\0", ifMatch="*"), 404),
        (act("delete", id="a", ifMatch="no tag"), 400),
        (act("insert", feature=point(id="a")), 409),
        (act("replace", id="a", ifMatch="*", feature=point(id="b")), 409),
        (act("update", id="a", ifMatch="*", patch={"properties": {"version": 9}}), 403),
    ],
    ids=str,
)
def test_one_kind_of_fault_is_the_answers_status(action, status, send):
    add(registry.get(SITES), "a", name="a")
    answer = do(send, act("insert", feature=point("新")), action)
    assert answer.status_code == status, answer.content
    assert [fault["index"] for fault in answer.json()["faults"]] == [1]
    assert names() == {"a": "a"}


HOSTILE: dict[str, Any] = {
    "no act": {"actions": []},
    "no list": {"actions": {"action": "insert"}},
    "another member": {"actions": [], "semantic": "batch"},
    "a number": {"actions": [1]},
    "nothing": {"actions": [None]},
    "no action": {"actions": [{"collection": SITES}]},
    "another action": {"actions": [act("upsert", id="a")]},
    "an action that is a list": {"actions": [{"action": ["insert"], "collection": SITES}]},
    "no collection": {"actions": [{"action": "insert", "feature": point()}]},
    "a collection that is none": {"actions": [{"action": "insert", "collection": [], "feature": point()}]},
    "no feature": {"actions": [act("insert")]},
    "a feature that is a text": {"actions": [act("insert", feature="x")]},
    "an id that is a number": {"actions": [act("delete", id=1, ifMatch="*")]},
    "a patch in a replacement": {"actions": [act("replace", id="a", ifMatch="*", patch={})]},
    "an id beside an insert": {"actions": [act("insert", id="a", feature=point())]},
}


@pytest.mark.django_db
def test_what_is_no_transaction_is_refused_saying_why():
    send = sender("disaster-staff")
    for name, document in HOSTILE.items():
        answer = send("POST", TRANSACTIONS, document, Content_Type="application/json")
        assert answer.status_code == 400, (name, answer.content)
        assert answer.json()["detail"], name
    many = {"actions": [act("delete", id="a", ifMatch="*")] * (transactions.MAX_ACTIONS + 1)}
    assert send("POST", TRANSACTIONS, many, Content_Type="application/json").status_code == 413
    assert send("POST", TRANSACTIONS, {"actions": []}, Content_Type="text/plain").status_code == 415
    assert send("GET", TRANSACTIONS).status_code == 405
    assert send("POST", f"{TRANSACTIONS}?dry=1", {"actions": []}).json()["parameter"] == "dry"
    assert send("OPTIONS", TRANSACTIONS).headers["Accept-Post"] == "application/json"


@pytest.mark.django_db
def test_only_who_may_write_to_a_collection_writes_to_it_and_a_session_proves_its_origin(member):
    body = json.dumps({"actions": [act("insert", feature=point())]})
    nobody = Client().post(TRANSACTIONS, body, content_type="application/json")
    assert nobody.status_code == 401
    assert "Bearer" in nobody.headers["WWW-Authenticate"]
    assert do(sender("staff"), act("insert", feature=point())).status_code == 403
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(username="staff-writer"))
    assert client.post(TRANSACTIONS, body, content_type="application/json").status_code == 403
    assert names() == {}
    assert "/transactions" not in member("public").get("/api/openapi").json()["paths"]
    stated = member("staff").get("/api/openapi").json()["paths"]["/transactions"]["post"]
    kinds = stated["requestBody"]["content"]["application/json"]["schema"]["properties"]["actions"]["items"]["oneOf"]
    offered = kinds[0]["properties"]["collection"]["enum"]
    assert "facilities" in offered
    assert SITES not in offered


def test_the_same_key_does_it_once_and_tells_the_same(send):
    actions = [act("insert", feature=point("一")), act("insert", SHELTERS, feature=point("二"))]
    first, again = (do(send, *actions, Idempotency_Key="k").json() for _ in range(2))
    assert first == again
    assert len(names()) == len(names(SHELTERS)) == 1
    assert do(send, *actions[:1], Idempotency_Key="k").status_code == 422
    axes = "<http://www.opengis.net/def/crs/EPSG/0/4326>"
    assert do(send, *actions, Idempotency_Key="k", Content_Crs=axes).status_code == 422


def test_coordinates_are_of_the_system_that_is_named(send):
    place = point("北が先") | {"geometry": {"type": "Point", "coordinates": [35.68, 139.56]}}
    done = do(send, act("insert", feature=place), Content_Crs="<http://www.opengis.net/def/crs/EPSG/0/6668>")
    assert done.status_code == 200
    assert registry.get(SITES).model.objects.get().geometry.coords == (139.56, 35.68)


def test_those_who_want_the_same_features_in_opposite_order_never_wait_for_one_another(send):
    ids = [f"f{number}" for number in range(20)]
    for feature_id in ids:
        add(registry.get(SITES), feature_id)
        add(registry.get(SHELTERS), feature_id)

    def work(number: int) -> int:
        order = ids if number % 2 else ids[::-1]
        layers = (SITES, SHELTERS) if number % 4 < 2 else (SHELTERS, SITES)
        new = [act("insert", feature=point("新", id=f"{number}-{feature_id}")) for feature_id in order]
        changed = [
            act("update", layer, id=feature_id, ifMatch="*", patch={"properties": {"name": f"名{number}"}})
            for layer in layers
            for feature_id in order
        ]
        return int(do(send, *new, *changed).status_code)

    assert Counter(together(6, work)) == {200: 6}
    assert len({name for feature_id, name in names().items() if feature_id in ids}) == 1, "of one writer, all"


def test_those_who_wish_for_the_same_ids_in_opposite_order_never_wait_for_one_another(send):
    wished = [f"n{number}" for number in range(20)]

    def work(number: int) -> int:
        order = wished if number % 2 else wished[::-1]
        collection = {"type": "FeatureCollection", "features": [point(id=feature_id) for feature_id in order]}
        if number % 3:
            return int(send("POST", f"/api/collections/{SITES}/items", collection).status_code)
        return int(do(send, *(act("insert", feature=one) for one in collection["features"])).status_code)

    answers = Counter(together(6, work))
    assert sum(answers[status] for status in (200, 201)) == 1
    assert set(answers) <= {200, 201, 400, 409}
    assert set(names()) == set(wished)


@pytest.mark.django_db
def test_a_writer_who_is_given_up_by_the_database_is_told_to_ask_again():
    """Whoever locks past the API may still lead to a deadlock; the database's own error is raised here in its place."""
    send, path = sender("disaster-staff"), f"/api/collections/{SITES}/items/a"
    add(registry.get(SITES), "a", name="a")
    with connection.cursor() as cursor:
        cursor.execute(DEADLOCK.format(table=registry.get(SITES).table))
    patch = {"properties": {"name": "新"}}
    answers = [
        do(send, act("update", id="a", ifMatch="*", patch=patch)),
        send("PATCH", path, patch, If_Match="*"),
        send("DELETE", path, If_Match="*"),
    ]
    for answer in answers:
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert (answer.json()["title"], answer.json()["status"]) == ("busy", 503)
    assert names() == {"a": "a"}


DEADLOCK = """
CREATE FUNCTION given_up() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = 'deadlock_detected'; END $$;
CREATE TRIGGER given_up BEFORE UPDATE OR DELETE ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION given_up();
"""
