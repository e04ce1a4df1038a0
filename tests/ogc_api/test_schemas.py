"""Schemas (OGC 23-058r2): what each caller receives and may send, and that what is received is held to it."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from gis_server.accounts.roles import ROLES
from layers import registry
from layers.checks import faults_of
from layers.spec import Audience, LayerSpec
from layers.units import UNITS
from ogc_api.writing.members import required_names
from tests.ogc_api.rows import add
from tests.ogc_api.writers import feature, geometry_of, sender, values_of

pytestmark = pytest.mark.django_db

every_layer = pytest.mark.parametrize("layer", registry.every(), ids=lambda layer: layer.name)
KEYWORDS = {
    *("title", "description", "type", "format", "enum", "oneOf", "items", "readOnly"),
    *("minLength", "maxLength", "minimum", "maximum"),
}
GEOMETRIES = {"point", "linestring", "multilinestring", "multipolygon", "any"}


def schema_of(client: Any, layer: LayerSpec, name: str = "schema") -> dict[str, Any]:
    answer = client.get(f"/api/collections/{layer.name}/{name}")
    assert answer.headers["Content-Type"] == "application/schema+json"
    assert 'rel="profile"' in answer.headers["Link"]
    document: dict[str, Any] = answer.json()
    return document


@every_layer
def test_each_schema_is_as_the_standard_says(layer, client):
    for name in ("schema", "queryables", "sortables"):
        document = schema_of(client, layer, name)
        jsonschema.Draft202012Validator.check_schema(document)
        assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert document["$id"] == f"http://testserver/api/collections/{layer.name}/{name}"
        assert (document["type"], document["additionalProperties"]) == ("object", False)
        described = document["properties"]
        assert [one["x-ogc-propertySeq"] for one in described.values()] == list(range(1, len(described) + 1))
        roles = [one["x-ogc-role"] for one in described.values() if "x-ogc-role" in one]
        assert len(roles) - roles.count("reference") == len(set(roles) - {"reference"}), "each role once"
        for member, one in described.items():
            assert one["title"], member
            assert {word for word in one if not word.startswith("x-ogc-")} <= KEYWORDS
            if "geometry" in one.get("format", ""):
                assert "type" not in one
                assert one["format"].removeprefix("geometry-") in GEOMETRIES
            else:
                assert one["type"] in {"string", "number", "integer", "boolean", "array"}
            assert "x-ogc-unit" not in one or (one["x-ogc-unit"] in UNITS and one["x-ogc-unitLang"] == "UCUM")
            assert [code["const"] for code in one.get("oneOf", ())] == (one.get("enum") or [])
        assert "geometry" not in described or name != "sortables"
        links = client.get(f"/api/collections/{layer.name}").json()["links"]
        assert f"http://www.opengis.net/def/rel/ogc/1.0/{name}" in {link["rel"] for link in links}


@every_layer
def test_what_a_caller_may_not_write_is_read_only(layer, member, client):
    audiences = {"public": Audience.PUBLIC, **ROLES}
    for role, audience in audiences.items():
        described = schema_of(member(role), layer)["properties"]
        writable = {name for name, one in described.items() if not one.get("readOnly")}
        editable = {field.name for field in layer.editable_fields_for(audience)}
        assert writable == ({*editable, "id", "geometry"} & set(described) if audience.covers(layer.edit) else set())


@every_layer
def test_what_is_returned_fits_the_schema(layer, member):
    add(layer, "one")
    staff = member("admin")
    read = staff.get(f"/api/collections/{layer.name}/items/one").json()
    flat = {"id": read["id"], "geometry": read["geometry"], **read["properties"]}
    present = {name: value for name, value in flat.items() if value is not None}
    jsonschema.validate(present, schema_of(staff, layer))


def allowed(layer: LayerSpec, one: dict[str, Any]) -> list[Any]:
    """Values at the edges of what a property's schema allows."""
    if "enum" in one:
        return list(one["enum"])
    kind = one["type"]
    if kind == "boolean":
        return [True, False]
    if one.get("format") == "date-time":
        return ["2024-01-01T00:00:00Z"]
    if one.get("format") == "uri-reference":
        return ["https://example.jp/", ""]
    if kind == "string":
        return ["あ" * one.get("maxLength", 5000), "" if "minLength" not in one else "a"]
    return [one.get("minimum", -1.5 if kind == "number" else -1), one.get("maximum", 1e9)]


def forbidden(one: dict[str, Any]) -> list[Any]:
    """Values just beyond them, and of other types."""
    wrong: list[Any] = [{}, ["a"], {"string": 1, "boolean": "true"}.get(one["type"], "1")]
    if "enum" in one:
        wrong.append("no such code" if one["type"] == "string" else 1_000)
    if "minLength" in one:
        wrong.append("")
    if "maxLength" in one:
        wrong.append("a" * (one["maxLength"] + 1))
    if "minimum" in one:
        wrong.append(one["minimum"] - 1)
    if "maximum" in one:
        wrong.append(one["maximum"] + 1)
    if one["type"] == "integer":
        wrong.append(1.5)
    if one.get("format") in {"date-time", "uri-reference"}:
        wrong.append("tomorrow")
    return wrong


@every_layer
def test_what_the_schema_allows_is_taken_and_what_it_forbids_is_refused(layer, member):
    send, path = sender("admin"), f"/api/collections/{layer.name}/items"
    described = schema_of(member("admin"), layer)["properties"]
    fields = {
        name: one for name, one in described.items() if name not in {"id", "geometry"} and not one.get("readOnly")
    }
    good = [{name: value} for name, one in fields.items() for value in allowed(layer, one)]
    taken = send("POST", path, collection(layer, good))
    assert taken.status_code == 201, taken.json()
    bad = [(name, value) for name, one in fields.items() for value in forbidden(one)]
    for start in range(0, len(bad), 100):
        part = bad[start : start + 100]
        refused = send("POST", path, collection(layer, [{name: value} for name, value in part]))
        assert [fault["parameter"] for fault in refused.json()["faults"]] == [name for name, _ in part]
    assert layer.model.objects.count() == len(good)


def collection(layer: LayerSpec, changed: list[dict[str, Any]]) -> dict[str, Any]:
    needed = {name: value for name, value in values_of(layer, Audience.ADMIN).items() if name in required_names(layer)}
    features = [
        {"type": "Feature", "geometry": geometry_of(layer), "properties": needed | properties} for properties in changed
    ]
    return {"type": "FeatureCollection", "features": features}


@every_layer
def test_what_is_required_is_required_and_null_is_no_value(layer, member):
    send, path = sender("admin"), f"/api/collections/{layer.name}/items"
    document = schema_of(member("admin"), layer)
    required = set(document["required"])
    assert required == {"geometry", *required_names(layer)}
    for name in required - {"geometry"}:
        for without in ({}, {name: None}):
            one = feature(layer, Audience.ADMIN)
            one["properties"] = {key: value for key, value in one["properties"].items() if key != name} | without
            assert send("POST", path, one).json()["parameter"] == name
    bare = feature(layer, Audience.ADMIN, "bare")
    bare["properties"] = {name: bare["properties"][name] if name in required else None for name in bare["properties"]}
    assert send("POST", path, bare).status_code == 201
    assert send("PUT", f"{path}/bare", bare, If_Match="*").status_code == 204


def test_links_refer_to_their_nodes_as_key_as_address_and_as_link(client):
    add(registry.get("pedestrian-nodes"), "節/1")
    add(registry.get("pedestrian-links"), "l", start_id="節/1", end_id="gone")
    described = schema_of(client, registry.get("pedestrian-links"))["properties"]
    assert described["start_id"]["x-ogc-role"] == "reference"
    assert described["start_id"]["x-ogc-collectionId"] == "pedestrian-nodes"
    path = "/api/collections/pedestrian-links/items"
    address = "http://testserver/api/collections/pedestrian-nodes/items/%E7%AF%80%2F1"
    expected = {"rel-as-key": "節/1", "rel-as-uri": address, "rel-as-link": {"href": address}}
    for profile, written in expected.items():
        uri = f"http://www.opengis.net/def/profile/OGC/0/{profile}"
        for spelling in (profile, f"[ogc-profile:{profile}]", uri):
            one = client.get(f"{path}/l", {"profile": spelling})
            many = client.get(path, {"profile": spelling}).json()
            assert one.json()["properties"]["start_id"] == written
            assert many["features"][0]["properties"]["start_id"] == written
            for document in (one.json(), many):
                assert [link["href"] for link in document["links"] if link["rel"] == "profile"] == [uri]
            assert one.headers["Link"] == f'<{uri}>; rel="profile"'
    assert client.get(address).json()["id"] == "節/1"
    assert client.get(path).json()["features"][0]["properties"]["start_id"] == "節/1"
    posted = client.post(path.replace("items", "search"), {"profile": ["rel-as-uri"]}, content_type="application/json")
    assert posted.json()["features"][0]["properties"]["start_id"] == address
    refused = client.get(path, {"profile": "rel-as-joke"})
    assert (refused.status_code, refused.json()["parameter"]) == (400, "profile")
    for page in (f"{path}?f=html", f"{path}/l?f=html"):
        text = client.get(page).content.decode()
        assert f'<a href="{address}">' in text
        assert "items/gone" not in text, "what is not there is not linked"


def test_codes_and_units_are_in_the_words_of_the_reader(client):
    shelters = registry.get("shelters")
    add(shelters, "one", capacity_people=12)
    capacity = schema_of(client, shelters)["properties"]["capacity_people"]
    assert (capacity["x-ogc-unit"], capacity["x-ogc-unitLang"], capacity["minimum"]) == ("{person}", "UCUM", 0)
    for language, words in {"ja": "12 人", "en": "12 people"}.items():
        assert words in client.get(f"/api/collections/shelters/items/one?f=html&lang={language}").content.decode()
    kind = client.get("/api/collections/shelters/schema?lang=en").json()["properties"]["shelter_type"]
    assert kind["x-ogc-role"] == "type"
    assert {"const": "welfare", "title": "Welfare shelter"} in kind["oneOf"]


@pytest.mark.parametrize(
    ("changed", "number"),
    [
        ({"unit": "人"}, "layers.E009"),
        ({"reference": "no-such-layer"}, "layers.E010"),
        ({"name": "capacity_people", "reference": "shelters"}, "layers.E010"),
    ],
)
def test_a_declaration_that_is_not_borne_out_is_a_fault(changed, number):
    from dataclasses import replace

    shelters = registry.get("shelters")
    fields = tuple(replace(f, **changed) if f.name == changed.get("name", "name") else f for f in shelters.fields)
    assert number in {fault.id for fault in faults_of(replace(shelters, fields=fields))}


def test_kinds_lists_and_rules_of_rows_are_checked():
    from dataclasses import replace

    from layers.spec import FlagList, RowRule, Text

    shelters, words = registry.get("shelters"), Text("", "")
    wrong = {
        "layers.E011": replace(shelters, kind_field="capacity_people"),
        "layers.E012": replace(shelters, lists=(FlagList("name", words, ("also_site",)),)),
        "layers.E013": replace(shelters, rows=RowRule("name", ("a",), Audience.ADMIN)),
    }
    for number, layer in wrong.items():
        assert number in {fault.id for fault in faults_of(layer)}, number
    assert "layers.E012" in {f.id for f in faults_of(replace(shelters, lists=(FlagList("x", words, ("name",)),)))}


@pytest.mark.parametrize("resource", ["schema", "queryables"])
def test_the_page_says_of_each_field_whether_it_may_be_empty(client, db, resource):
    page = client.get(f"/api/collections/evacuation-sites/{resource}", {"f": "html", "lang": "en"}).content.decode()
    rows = {name: row for row in page.split("<tr>") for name in ("name", "flood", "address") if f">{name}</td>" in row}
    assert {name: "may be missing" in row for name, row in rows.items()} == {
        "name": False, "flood": False, "address": True,
    }  # fmt: skip


def test_the_page_says_what_cannot_be_written_to_those_who_may_write_something(client, member):
    address, query = "/api/collections/evacuation-sites/schema", {"f": "html", "lang": "en"}
    assert "read only" not in client.get(address, query).content.decode()
    assert "read only" in member("disaster-staff").get(address, query).content.decode()
