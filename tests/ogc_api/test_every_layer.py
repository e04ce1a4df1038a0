"""Over every layer and audience: nothing that the declaration does not give is readable, visible or filterable."""

from __future__ import annotations

import json
from html import unescape

import pytest

from gis_server.accounts.roles import ROLES
from layers import registry
from layers.spec import Audience, LayerSpec
from tests.ogc_api.rows import SECRET, add

pytestmark = pytest.mark.django_db

every_layer = pytest.mark.parametrize("layer", registry.every(), ids=lambda layer: layer.name)
AUDIENCES = {"public": Audience.PUBLIC, **ROLES}
every_role = pytest.mark.parametrize("role", AUDIENCES)


def hidden_from(layer: LayerSpec, audience: Audience) -> set[str]:
    return {field.name for field in layer.fields} - {field.name for field in layer.fields_for(audience)}


def everything_about(layer: LayerSpec) -> list[str]:
    own = f"/api/collections/{layer.name}"
    asked = [own, f"{own}/schema", f"{own}/queryables", f"{own}/items", f"{own}/items/one", "/api/openapi"]
    return [f"{path}?f={form}" for path in asked for form in ("json", "html")]


@every_layer
@every_role
def test_fields_are_those_of_the_audience(layer, role, member):
    add(layer, "one")
    client = member(role)
    given = [field.name for field in layer.fields_for(AUDIENCES[role])]
    own = f"/api/collections/{layer.name}"
    assert list(client.get(f"{own}/items").json()["features"][0]["properties"]) == given
    assert list(client.get(f"{own}/items/one").json()["properties"]) == given
    assert set(client.get(f"{own}/schema").json()["properties"]) == {*given, "id", "geometry"}
    lists = {one.name for one in layer.lists_for(AUDIENCES[role])}
    assert set(client.get(f"{own}/queryables").json()["properties"]) == {*given, *lists, "geometry"}


@every_layer
def test_the_public_meets_no_secret_anywhere(layer, client):
    add(layer, "one")
    for path in everything_about(layer):
        response = client.get(path)
        assert response.status_code == 200, path
        assert SECRET not in response.content.decode(), path


@every_layer
@every_role
def test_a_hidden_field_is_no_filter(layer, role, member):
    client = member(role)
    for name in hidden_from(layer, AUDIENCES[role]):
        response = client.get(f"/api/collections/{layer.name}/items", {name: SECRET})
        assert response.status_code == 400
        assert response.json()["parameter"] == name
        assert name not in response.json()["known"]


@every_layer
@every_role
def test_the_definition_states_exactly_the_parameters_that_are_taken(layer, role, member):
    client = member(role)
    definition = client.get("/api/openapi").json()
    shared = definition["components"]["parameters"]
    every = [
        shared[given["$ref"].rpartition("/")[2]] if "$ref" in given else given
        for given in definition["paths"][f"/collections/{layer.name}/items"]["get"]["parameters"]
    ]
    stated = [given["name"] for given in every if given["in"] == "query"]
    known = client.get(f"/api/collections/{layer.name}/items?no-such=1").json()["known"]
    assert sorted(stated) == sorted(known)
    assert not set(stated) & hidden_from(layer, AUDIENCES[role])


with_rules = pytest.mark.parametrize("layer", [x for x in registry.every() if x.rows], ids=lambda layer: layer.name)


@with_rules
def test_hidden_rows_are_neither_listed_nor_counted_nor_found(layer, client, member):
    own = f"/api/collections/{layer.name}"
    add(layer, "open")
    add(layer, "shut", **{layer.rows.field: "himitsu"}, lon=10, lat=10)
    public = client.get(f"{own}/items").json()
    assert [feature["id"] for feature in public["features"]] == ["open"]
    assert public["numberMatched"] == 1
    assert client.get(f"{own}/items/shut").status_code == 404
    west, south, _, _ = client.get(own).json()["extent"]["spatial"]["bbox"][0]
    assert (west, south) == (139.56, 35.68), "the extent tells nothing of hidden rows"
    staff = member("staff").get(f"{own}/items").json()
    assert [feature["id"] for feature in staff["features"]] == ["open", "shut"]


@every_layer
def test_a_page_of_features_shows_the_public_fields_in_the_readers_language(layer, client):
    add(layer, "one")
    for language in ("ja", "en"):
        page = unescape(client.get(f"/api/collections/{layer.name}/items?f=html&lang={language}").content.decode())
        assert layer.title.in_language(language) in page
        for field in layer.fields_for(Audience.PUBLIC):
            assert field.title.in_language(language) in page


def test_staff_and_public_are_never_mixed_up_by_what_is_remembered(client, member):
    layer = registry.get("shelters")
    add(layer, "one")
    staff, own = member("staff"), "/api/collections/shelters"
    for path in (f"{own}/schema", f"{own}/items", "/api/openapi"):
        assert "contact_phone" in json.dumps(staff.get(path).json())
        assert "contact_phone" not in json.dumps(client.get(path).json())
        assert "contact_phone" in json.dumps(staff.get(path).json())
