"""Over every layer and role: what the declaration lets a role write it may write, and nothing else."""

from __future__ import annotations

import pytest

from gis_server.accounts.roles import ROLES
from layers import registry
from layers.changes import Change
from layers.spec import SYSTEM_FIELDS, Audience
from ogc_api.writing.members import required_names
from tests.ogc_api.rows import add
from tests.ogc_api.writers import feature, geometry_of, sender, values_of

pytestmark = pytest.mark.django_db

every_layer = pytest.mark.parametrize("layer", registry.every(), ids=lambda layer: layer.name)
every_role = pytest.mark.parametrize("role", ROLES)


@every_layer
@every_role
def test_each_role_does_to_a_layer_what_it_may(layer, role):
    may = ROLES[role].covers(layer.edit)
    send, items = sender(role), f"/api/collections/{layer.name}/items"
    add(layer, "one")
    document = feature(layer, ROLES[role])
    results = [
        send("POST", items, document).status_code,
        send("PUT", f"{items}/one", document, If_Match="*").status_code,
        send("PATCH", f"{items}/one", {"geometry": geometry_of(layer)}, If_Match="*").status_code,
        send("DELETE", f"{items}/one", If_Match="*").status_code,
    ]
    assert results == ([201, 204, 204, 204] if may else [403] * 4)
    assert layer.model.objects.count() == 1
    assert Change.objects.filter(actor=f"{role}-writer").exists() is may


@every_layer
@every_role
def test_each_field_is_written_by_whom_it_is_given_to(layer, role):
    audience = ROLES[role]
    if not audience.covers(layer.edit):
        return
    send, path = sender(role), f"/api/collections/{layer.name}/items/one"
    add(layer, "one")
    writable = {field.name for field in layer.editable_fields_for(audience)}
    readable = {field.name for field in layer.fields_for(audience)}
    values = values_of(layer, Audience.ADMIN)
    for name in {field.name for field in (*layer.fields, *SYSTEM_FIELDS)} - writable:
        answer = send("PATCH", path, {"properties": {name: values.get(name, "別の値")}}, If_Match="*")
        assert answer.status_code == (403 if name in readable else 400)
        assert answer.json()["parameter"] == name
    given = {name: value for name, value in values.items() if name in writable}
    assert send("PATCH", path, {"properties": given}, If_Match="*").status_code == 204
    assert send("PATCH", path, {"properties": {"no_such": 1}}, If_Match="*").status_code == 400


@every_layer
def test_what_is_written_is_what_is_read(layer):
    send, path = sender("admin"), f"/api/collections/{layer.name}/items/one"
    items = path.removesuffix("/one")
    document = feature(layer, Audience.ADMIN, "one")
    follow = {"drawn_by", "resolved_at"} if layer.name == "damage-areas" else set()
    assert send("POST", items, document).status_code == 201
    read = send("GET", path).json()
    times = {name for name, value in document["properties"].items() if str(value).startswith("2024-01-01T")}
    for name in document["properties"].keys() - follow - times:
        assert read["properties"][name] == document["properties"][name], name
    assert send("PUT", path, read, If_Match="*").status_code == 204
    assert send("GET", path).json() == read


@every_layer
def test_a_value_of_another_type_is_refused_with_what_would_be_right(layer):
    wrong = [feature(layer, Audience.ADMIN, **{field.name: {"a": []}}) for field in layer.fields]
    document = {"type": "FeatureCollection", "features": wrong}
    answer = sender("admin")("POST", f"/api/collections/{layer.name}/items", document)
    assert answer.status_code == 400
    assert [fault["parameter"] for fault in answer.json()["faults"]] == [field.name for field in layer.fields]
    assert all("is not a" in fault["detail"] for fault in answer.json()["faults"])
    assert layer.model.objects.count() == 0


@every_layer
def test_the_definition_states_what_each_role_may_write(layer):
    own = f"/collections/{layer.name}/items"
    for role, audience in ROLES.items():
        paths = sender(role)("GET", "/api/openapi").json()["paths"]
        methods = {*paths[own], *paths[f"{own}/{{featureId}}"]}
        if not audience.covers(layer.edit):
            assert methods == {"get"}
            continue
        assert methods == {"get", "post", "put", "patch", "delete"}
        one = paths[own]["post"]["requestBody"]["content"]["application/geo+json"]["schema"]["oneOf"][0]
        stated = one["properties"]["properties"]
        assert set(stated["properties"]) == {field.name for field in layer.editable_fields_for(audience)}
        assert stated.get("required", []) == required_names(layer)
