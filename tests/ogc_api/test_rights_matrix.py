"""Role by action by collection by field, derived from the declarations: what these do not give is not to be had.

Nothing hidden is read, filtered on, sorted by, counted or guessed: a hidden name is answered as one that does not
exist is, with the same status and the same text, and what only hidden rows change changes no answer.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import models
from django.test import Client

from gis_server.accounts.models import create_token
from gis_server.accounts.roles import ROLES, give_role
from layers import registry, values
from layers.problems import Problem
from layers.spec import SYSTEM_FIELDS, Audience, Field, LayerSpec
from ogc_api.cql2 import read_filter
from ogc_api.cql2.functions import FUNCTIONS
from ogc_api.cql2.names import ARITHMETIC, ARRAY, COMPARISONS, LETTERS, SPATIAL, TEMPORAL
from tests.ogc_api.rows import add
from tests.ogc_api.writers import Send, sender_with, values_of

AUDIENCES = {"public": Audience.PUBLIC, **ROLES}
every_role = pytest.mark.parametrize("role", AUDIENCES)
LAYERS = registry.every()
TILE = "14/14543/6453"
"""The tile in which the features lie."""


def hidden(layer: LayerSpec, audience: Audience) -> list[Field]:
    readable = {field.name for field in layer.fields_for(audience)}
    return [field for field in layer.fields if field.name not in readable]


def secret(field: Field) -> str:
    """What stands in a field that not everybody may read: as many letters as any column holds."""
    return f"himitsu{field.read.value}"


def secrets_of(layer: LayerSpec) -> dict[str, str]:
    """Texts that say who may read them, in every field of text that not everybody may read."""
    texts = [f for f in layer.fields if f.read > Audience.PUBLIC and values.json_type(values.column_of(layer, f))]
    return {
        f.name: secret(f) for f in texts if isinstance(values.column_of(layer, f), models.CharField | models.TextField)
    }


def add_with_secrets(layer: LayerSpec, feature_id: str, **more: Any) -> None:
    given = secrets_of(layer)
    if layer.rows is not None:
        given[layer.rows.field] = layer.rows.values[0]
    add(layer, feature_id, **given | more)


def session_of(role: str) -> Client:
    client = Client()
    if role != "public":
        client.force_login(person(role))
    return client


def person(role: str) -> User:
    user, is_new = User.objects.get_or_create(username=f"{role}-person")
    if is_new:
        give_role(user, role)
    return user


def token_of(role: str) -> Send:
    return sender_with(create_token(person(role)))


# Names


def ways_to_name(layer: LayerSpec, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Addresses and parameters that name a field."""
    items = f"/api/collections/{layer.name}/items"
    yield items, {name: "1"}
    yield items, {"sortby": f"-{name}"}
    yield items, {"properties": name}
    yield f"{items}/one", {"properties": name}
    yield items, {"filter": f"{name} IS NULL", "filter-lang": "cql2-text"}
    yield items, {"filter": json.dumps({"op": "isNull", "args": [{"property": name}]}), "filter-lang": "cql2-json"}
    yield items, {"filter": f"TRUE = TRUE OR {name} = 'a'", "f": "html"}


def told(response: Any, name: str) -> tuple[int, Any]:
    """Status and problem document, without the name itself."""
    if response.headers.get("Content-Type", "").startswith("text/html") or not response.content:
        return response.status_code, response.headers.get("Content-Type")
    return response.status_code, without(response.json(), name)


def without(value: Any, name: str) -> Any:
    """A document in which the name, where it stands alone or in quotes, is taken out."""
    if isinstance(value, dict):
        return {member: without(inner, name) for member, inner in value.items()}
    if isinstance(value, list):
        return [without(inner, name) for inner in value]
    return re.sub(rf"(^|['-]){name}('|$)", r"\1NAME\2", value) if isinstance(value, str) else value


@every_role
@pytest.mark.django_db
def test_a_hidden_name_is_answered_as_one_that_does_not_exist(role):
    client, audience = session_of(role), AUDIENCES[role]
    for layer in LAYERS:
        add_with_secrets(layer, "one")
        for field in hidden(layer, audience):
            stranger = "x" * len(field.name)
            for (path, asked), (_, other) in zip(
                ways_to_name(layer, field.name), ways_to_name(layer, stranger), strict=True
            ):
                answer = client.get(path, asked)
                assert answer.status_code == 400, (layer.name, asked)
                assert told(answer, field.name) == told(client.get(path, other), stranger), asked
            search = f"/api/collections/{layer.name}/search"
            bodies = [{"filter": {"op": "isNull", "args": [{"property": name}]}} for name in (field.name, stranger)]
            posted = [client.post(search, body, content_type="application/json") for body in bodies]
            assert told(posted[0], field.name) == told(posted[1], stranger)


def filters_on(name: str) -> Iterator[dict[str, Any]]:
    """A call of every operator and function of CQL2, with the field as each of its operands."""
    own = {"property": name}
    for op in (*COMPARISONS, *ARITHMETIC, *SPATIAL, *TEMPORAL, *ARRAY, "like"):
        yield {"op": op, "args": [own, own]}
        yield {"op": op, "args": ["a", own]}
    for op in (*LETTERS, *(n for n, f in FUNCTIONS.items() if len(f.takes) == 1), "isNull", "not"):
        yield {"op": op, "args": [own]}
    for op in (n for n, f in FUNCTIONS.items() if len(f.takes) == 2):
        yield {"op": op, "args": [own, own]}
    yield {"op": "between", "args": [own, "a", "b"]}
    yield {"op": "in", "args": [own, ["a"]]}
    yield {"op": "in", "args": ["a", [own]]}
    yield {"op": "a_contains", "args": [["a", own], ["a"]]}
    yield {"op": "t_during", "args": [{"interval": [own, ".."]}, {"interval": ["..", own]}]}
    yield {"op": "and", "args": [True, {"op": "or", "args": [{"op": "=", "args": [own, "a"]}, False]}]}


def refusal(layer: LayerSpec, audience: Audience, condition: dict[str, Any]) -> dict[str, Any]:
    with pytest.raises(Problem) as caught:
        read_filter(json.dumps(condition), "cql2-json").condition(layer, audience, datetime.UTC)
    return caught.value.document()


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_no_function_of_a_filter_knows_a_hidden_name(layer):
    for audience in AUDIENCES.values():
        for field in hidden(layer, audience):
            stranger = "x" * len(field.name)
            for condition, other in zip(filters_on(field.name), filters_on(stranger), strict=True):
                known, unknown = refusal(layer, audience, condition), refusal(layer, audience, other)
                assert without(known, field.name) == without(unknown, stranger), condition
                assert field.name not in known["known"]


# Values


def everything_about(layer: LayerSpec) -> list[str]:
    own = f"/api/collections/{layer.name}"
    pages = [own, f"{own}/schema", f"{own}/queryables", f"{own}/sortables", f"{own}/items", f"{own}/items/one"]
    files = [f"/data/{layer.name}.{ending}" for ending in ("geojson", "csv")] + [f"/data/{layer.name}"]
    files += [f"/data/records/{layer.name}", f"/tiles/{layer.name}.json", f"/tiles/{layer.name}/{TILE}.mvt"]
    return [f"{page}?f={form}" for page in pages for form in ("json", "html")] + files


def body(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return bytes(content).decode(errors="replace")


@every_role
@pytest.mark.django_db
def test_what_a_role_may_not_read_stands_nowhere_and_what_it_may_read_is_there(role):
    client, audience = session_of(role), AUDIENCES[role]
    for layer in LAYERS:
        add_with_secrets(layer, "one")
        beyond = {secret(field) for field in hidden(layer, audience)}
        for path in everything_about(layer):
            answer = client.get(path)
            assert answer.status_code in {200, 204}, path
            text = body(answer)
            assert not [one for one in beyond if one in text], path
        given = {field.name for field in layer.fields_for(audience)}
        read = client.get(f"/api/collections/{layer.name}/items/one").json()["properties"]
        assert set(read) == given
        schemas = {name: described(client, layer, name) for name in ("schema", "queryables", "sortables")}
        lists = {one.name for one in layer.lists_for(audience)}
        assert schemas["schema"] == {*given, "id", "geometry"}
        assert schemas["queryables"] == {*given, *lists, "geometry"}
        assert schemas["sortables"] == {*given, "id"}
    for text in map(body, (client.get("/api/openapi"), client.get("/api/collections"), client.get("/data/"))):
        assert "himitsu" not in text


def described(client: Client, layer: LayerSpec, name: str) -> set[str]:
    return set(client.get(f"/api/collections/{layer.name}/{name}").json()["properties"])


@every_role
@pytest.mark.django_db
def test_words_and_values_are_found_by_whom_they_are_given_to_alone(role):
    client, audience = session_of(role), AUDIENCES[role]
    for layer in LAYERS:
        add_with_secrets(layer, "one")
        for name, text in secrets_of(layer).items():
            field, items = layer.get_field(name), f"/api/collections/{layer.name}/items"
            if field.codes or (layer.rows and name == layer.rows.field):
                continue
            may = audience.covers(field.read)
            assert client.get(items, {"q": text}).json()["numberMatched"] == int(may), (layer.name, name)
            if may:
                assert client.get(items, {name: text}).json()["numberMatched"] == 1


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.django_db
def test_a_token_shows_what_a_session_shows(role):
    session, send = session_of(role), token_of(role)
    for layer in LAYERS:
        add_with_secrets(layer, "one")
        own = f"/api/collections/{layer.name}"
        for path in (f"{own}/items/one", f"{own}/schema"):
            assert body(session.get(path)) == body(send("GET", path)), path
    assert body(session.get("/api/openapi")) == body(send("GET", "/api/openapi"))


# Rows

RULED = [layer for layer in LAYERS if layer.rows is not None]


@every_role
@pytest.mark.django_db
def test_a_hidden_row_is_answered_as_one_that_does_not_exist(role):
    client, audience = session_of(role), AUDIENCES[role]
    for layer in RULED:
        add_with_secrets(layer, "open")
        add(layer, "shut", **{layer.rows.field: "himitsu"})
        own = f"/api/collections/{layer.name}/items"
        shown = audience.covers(layer.rows.everything)
        for method in ("get", "head", "put", "patch", "delete"):
            answers = [getattr(client, method)(f"{own}/{name}") for name in ("shut", "none")]
            if not shown:
                assert told(answers[0], "shut") == told(answers[1], "none"), (layer.name, method)
        assert client.get(f"{own}/shut").status_code == (200 if shown else 404)
        for asked in ({}, {"sortby": layer.rows.field if shown else "id"}, {"filter": "geometry IS NOT NULL"}):
            assert client.get(own, asked).json()["numberMatched"] == (2 if shown else 1)


@pytest.mark.parametrize("layer", RULED, ids=lambda layer: layer.name)
def test_what_only_hidden_rows_change_changes_no_answer(layer, committed):
    client, own = Client(), f"/api/collections/{layer.name}"
    add_with_secrets(layer, "open")
    asked = [
        f"{own}/items",
        f"{own}/items?limit=1&sortby=id",
        f"{own}/items?skipGeometry=true",
        f"{own}/items/open",
        own,
    ]
    seen = {path: client.get(path) for path in asked}
    tile = client.get(f"/tiles/{layer.name}/{TILE}.mvt").content
    hidden_rows = layer.model.objects.filter(pk="shut")
    add(layer, "shut", **{layer.rows.field: "himitsu"}, lon=10, lat=10)
    for change in (lambda: None, lambda: hidden_rows.update(source="x"), hidden_rows.delete):
        change()
        for path, before in seen.items():
            again = client.get(path)
            assert again.headers["ETag"] == before.headers["ETag"], path
            assert without_time(again) == without_time(before), path
            assert client.get(path, headers={"If-None-Match": before.headers["ETag"]}).status_code == 304, path
        assert client.get(f"/tiles/{layer.name}/{TILE}.mvt").content == tile
    layer.model.objects.filter(pk="open").update(source="y")
    for path in asked[:4]:
        assert client.get(path).headers["ETag"] != seen[path].headers["ETag"], "what is seen changes is told"


def without_time(response: Any) -> dict[str, Any]:
    return {name: value for name, value in response.json().items() if name != "timeStamp"}


# Writing


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.django_db
def test_a_transaction_writes_field_by_field_what_the_declaration_gives(role):
    send, audience = token_of(role), ROLES[role]
    for layer in LAYERS:
        add_with_secrets(layer, "one")
        sent = {field.name: "別の値" for field in SYSTEM_FIELDS} | values_of(layer, Audience.ADMIN) | {"no_such": 1}
        acts = [act(layer, name, value) for name, value in sent.items()]
        answer = send("POST", "/api/transactions", {"actions": acts}, Content_Type="application/json")
        writable = {field.name for field in layer.editable_fields_for(audience)}
        readable = {field.name for field in layer.fields_for(audience)}
        expected = {index: right(name, writable, readable) for index, name in enumerate(sent)}
        if not audience.covers(layer.edit):
            expected = dict.fromkeys(range(len(sent)), 403)
        faults = {fault["index"]: fault["status"] for fault in answer.json()["faults"]}
        assert faults == {index: status for index, status in expected.items() if status >= 400}, layer.name
        assert layer.model.objects.get().version == 1, "all or nothing"


def act(layer: LayerSpec, name: str, value: Any) -> dict[str, Any]:
    patch = {"properties": {name: value}}
    return {"action": "update", "collection": layer.name, "id": "one", "ifMatch": "*", "patch": patch}


def right(name: str, writable: set[str], readable: set[str]) -> int:
    if name in writable & readable:
        return 200
    return 403 if name in readable else 400


def test_nobody_in_particular_writes_anything(db):
    for layer in LAYERS:
        path = f"/api/collections/{layer.name}/items"
        statuses = {getattr(Client(), method)(f"{path}/one").status_code for method in ("put", "patch", "delete")}
        assert statuses | {Client().post(path).status_code} == {401}
    body = json.dumps({"actions": [act(LAYERS[0], "name", "x")]})
    assert Client().post("/api/transactions", body, content_type="application/json").status_code == 401
