"""Layers that the office adds while the city runs: there at once, as declared, for whom they are meant."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from gis_server.accounts.roles import give_role
from layers import editing, registry
from layers.added import adding, current
from layers.added.models import AddedLayer, table_of
from layers.changes import Change
from layers.editing import Editor
from layers.problems import Problem
from layers.spec import Audience
from tests.asking import get
from tests.running import RunningCity

TREES = {
    "title": {"ja": "保存樹木", "en": "Protected trees"},
    "geometry": "Point",
    "label": "species",
    "fields": [
        {"name": "species", "kind": "text", "title": {"ja": "樹種", "en": "Species"}},
        {"name": "height_m", "kind": "number", "title": {"ja": "高さ", "en": "Height"}, "unit": "m"},
        {"name": "owner", "kind": "text", "title": {"ja": "所有者", "en": "Owner"}, "read": "staff"},
        {"name": "measured_at", "kind": "moment"},
        {"name": "is_sound", "kind": "truth"},
        {"name": "rings", "kind": "integer"},
    ],
}
KEYAKI = {"species": "ケヤキ", "height_m": 21.5, "owner": "himitsu", "rings": 120}
HERE = {"type": "Point", "coordinates": [139.56, 35.68]}
OFFICE = Editor("office", Audience.STAFF)


@pytest.fixture(autouse=True)
def nothing_added(committed: None) -> Iterator[None]:
    """The registry asks for added layers, as it does in a city; none is left behind."""
    current.forget()
    current.begin()
    yield
    for layer in AddedLayer.objects.all():
        with connection.cursor() as cursor:
            cursor.execute(f'DROP TABLE IF EXISTS "{table_of(layer.name)}"')
    AddedLayer.objects.all().delete()
    with connection.cursor() as cursor:
        current.count_up(cursor)
    registry.consult(lambda is_exact: registry.Added())


def changed(**members: object) -> dict:
    return copy.deepcopy(TREES) | members


def test_an_added_layer_is_there_in_every_form_at_once(client):
    assert client.get("/api/collections/trees").status_code == 404
    layer = adding.add("trees", TREES)
    editing.create(layer, OFFICE, KEYAKI, HERE, feature_id="t-1")
    assert "trees" in [one["id"] for one in client.get("/api/collections?f=json").json()["collections"]]
    assert client.get("/api/collections/trees?lang=en").json()["title"] == "Protected trees"
    feature = client.get("/api/collections/trees/items?filter=height_m > 20 AND species LIKE 'ケ%'").json()["features"][
        0
    ]
    assert feature["properties"]["species"] == "ケヤキ"
    assert feature["properties"]["measured_at"] is None
    schema = client.get("/api/collections/trees/schema").json()["properties"]
    assert schema["height_m"]["x-ogc-unit"] == "m"
    assert "/collections/trees/items" in json.dumps(client.get("/api/openapi").json())
    assert client.get("/tiles/trees.json").status_code == 200
    assert b"".join(client.get("/data/trees.csv").streaming_content).decode("utf-8-sig").count("ケヤキ") == 1
    assert "保存樹木" in client.get("/data/").content.decode()


def test_fields_for_staff_are_as_unknown_as_in_any_layer(client):
    layer = adding.add("trees", TREES)
    editing.create(layer, OFFICE, KEYAKI, HERE, feature_id="t-1")
    assert "himitsu" not in client.get("/api/collections/trees/items").content.decode()
    assert client.get("/api/collections/trees/items?owner=himitsu").status_code == 400
    user = User.objects.create_user("tree-staff")
    give_role(user, "staff")
    staff = Client()
    staff.force_login(user)
    assert staff.get("/api/collections/trees/items?owner=himitsu").json()["numberMatched"] == 1
    user.delete()


def test_a_field_that_is_hidden_later_is_hidden_at_once_in_items_and_tiles(client):
    layer = adding.add("trees", TREES)
    editing.create(layer, OFFICE, KEYAKI, HERE, feature_id="t-1")
    tile = "/tiles/trees/16/58174/25806.mvt"
    assert "120" in client.get("/api/collections/trees/items").content.decode()
    with_rings = client.get(tile).content
    fields = [one | {"read": "staff"} if one["name"] == "rings" else one for one in TREES["fields"]]
    adding.add("trees", changed(fields=fields))
    assert "rings" not in client.get("/api/collections/trees/items").content.decode()
    without = client.get(tile)
    assert without.status_code == 200
    assert with_rings != without.content
    assert b"rings" in with_rings
    assert b"rings" not in without.content


def test_fields_can_be_added_and_left_out_and_keep_their_values(client):
    layer = adding.add("trees", TREES)
    editing.create(layer, OFFICE, KEYAKI, HERE, feature_id="t-1")
    adding.add("trees", changed(fields=[*TREES["fields"][:1], {"name": "note", "kind": "text"}]))
    assert set(properties(client)) == {"species", "note", "city_code", "source", "version", "changed_at"}
    adding.add("trees", TREES)
    assert properties(client)["height_m"] == 21.5


def properties(client: Client) -> dict:
    return client.get("/api/collections/trees/items/t-1").json()["properties"]


def test_every_change_of_an_added_layer_is_in_the_log():
    layer = adding.add("trees", TREES)
    editing.create(layer, OFFICE, KEYAKI, HERE, feature_id="t-1")
    with connection.cursor() as cursor:
        cursor.execute('DELETE FROM "added_trees"')
    operations = list(Change.objects.filter(layer="trees").order_by("revision").values_list("operation", flat=True))
    assert operations == ["declare", "insert", "delete"]


def test_a_withdrawn_layer_is_gone_and_comes_back_with_its_rows(client):
    layer = adding.add("trees", TREES)
    editing.create(layer, OFFICE, KEYAKI, HERE, feature_id="t-1")
    adding.withdraw("trees")
    assert client.get("/api/collections/trees/items").status_code == 404
    assert "trees" not in [layer.name for layer in registry.every()]
    adding.add("trees", TREES)
    assert client.get("/api/collections/trees/items").json()["numberMatched"] == 1
    with pytest.raises(Problem, match="no layer 'forest' was added"):
        adding.withdraw("forest")


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"title": ""}, "title"),
        ({"title": {"ja": "樹"}}, "title"),
        ({"geometry": "Curve"}, "geometry"),
        ({"colour": "red; DROP"}, "colour"),
        ({"read": "everybody"}, "read"),
        ({"fields": {}}, "fields"),
        ({"fields": [{"name": "version", "kind": "text"}]}, r"fields\[0\].name"),
        ({"fields": [{"name": 'a"; DROP TABLE x', "kind": "text"}]}, r"fields\[0\].name"),
        ({"fields": [{"name": "limit", "kind": "text"}]}, r"fields\[0\].name"),
        ({"fields": [{"name": "a", "kind": "money"}]}, r"fields\[0\].kind"),
        ({"fields": [{"name": "a", "kind": "text"}, {"name": "a", "kind": "text"}]}, "fields"),
        ({"fields": [{"name": "a", "kind": "number", "codes": {"1": "x"}}]}, r"fields\[0\].codes"),
        ({"fields": [{"name": f"f{n}", "kind": "text"} for n in range(61)]}, "fields"),
        ({"label": "owner"}, "label"),
        ({"tilte": "樹"}, "tilte"),
        ({"title": "樹\x00"}, "title"),
    ],
)
def test_a_wrong_declaration_is_refused_by_its_member_and_nothing_is_made(members, told, client):
    with pytest.raises(Problem, match=told):
        adding.add("trees", changed(**members))
    assert not AddedLayer.objects.exists()
    assert client.get("/api/collections/trees").status_code == 404


@pytest.mark.parametrize("name", ["Trees", "a b", "x" * 41, "-a", "", "木", "a_b", 'a"'])
def test_a_name_that_no_address_could_hold_is_refused(name):
    with pytest.raises(Problem, match="name"):
        adding.add(name, TREES)


def test_a_declared_layer_cannot_be_replaced():
    with pytest.raises(Problem, match="which no declaration changes"):
        adding.add("shelters", TREES)


@pytest.mark.parametrize(
    "members",
    [{"geometry": "Polygon"}, {"fields": [{"name": "species", "kind": "number"}]}],
)
def test_kinds_stay_as_they_are_and_a_refused_change_changes_nothing(members, client):
    adding.add("trees", TREES)
    with pytest.raises(Problem, match="stays so"):
        adding.add("trees", changed(title="別の名", label="", **members))
    assert client.get("/api/collections/trees").json()["title"] == "保存樹木"


@pytest.mark.server
def test_a_running_city_offers_it_to_all_its_processes_and_takes_files(city: RunningCity, tmp_path: Path):
    declaration, file = tmp_path / "trees.json", tmp_path / "trees.geojson"
    declaration.write_text(json.dumps(TREES), encoding="utf-8")
    feature = {"type": "Feature", "id": "t-1", "geometry": HERE, "properties": {"species": "イチョウ", "height_m": 9}}
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    assert "/api/collections/trees" in city.gis("manage", "add_layer", "trees", str(declaration))
    addresses = [f"{city.url}/api/collections/trees/items?limit={number}" for number in range(1, 9)]
    assert {get(address).status for address in addresses} == {200}
    city.gis("import", str(file), "--layer", "trees", "--yes")
    for address in addresses:
        assert [one["properties"]["species"] for one in get(address).document["features"]] == ["イチョウ"]
    city.gis("manage", "add_layer", "trees", "--withdraw")
    assert {get(address).status for address in addresses} == {404}
