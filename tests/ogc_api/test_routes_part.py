"""OGC API - Routes: computed by the engine of the processes, exchanged as the model says, kept for a while."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import shapely
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from gis_server.accounts.models import create_token
from gis_server.navigation import kept_routes
from gis_server.navigation.models import Route
from gis_server.navigation.route_definition import SCHEMA
from gis_server.navigation.service import RoutingService
from tests.navigation.networks import GOOD, Link, grid, place, save
from tests.navigation.test_routes import box, damage


@pytest.fixture(autouse=True)
def routing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A routing service that has read nothing yet."""
    monkeypatch.setattr(kept_routes, "SERVICE", RoutingService())


@pytest.fixture
def town(committed: None) -> Iterator[None]:
    save(*grid(5))
    yield
    Route.objects.all().delete()
    User.objects.all().delete()


def definition(*places: tuple[float, float], **inputs: Any) -> dict[str, Any]:
    coordinates = [list(place(*one)) for one in places]
    return {"inputs": {"waypoints": {"type": "MultiPoint", "coordinates": coordinates}, **inputs}}


CORNER = definition((0, 0), (300, 200), name="家から公園まで")


def ask(client: Client, body: Any = CORNER, **headers: str) -> Any:
    content = body if isinstance(body, str | bytes) else json.dumps(body, ensure_ascii=False)
    return client.post("/api/routes", content, content_type="application/json", headers=headers)


def address(response: Any) -> str:
    assert response.status_code == 200, response.content
    return str(response["Content-Location"]).removeprefix("http://testserver")


def parts(route: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one for one in route["features"] if one["properties"]["featureType"] == kind]


def member(name: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {create_token(User.objects.create_user(name))}"})


def test_a_route_follows_the_route_exchange_model(town, client):
    response = ask(client)
    assert response["Content-Type"] == "application/geo+json"
    route = response.json()
    assert route["name"] == "家から公園まで"
    (overview,), (start,), (end,) = (parts(route, kind) for kind in ("overview", "start", "end"))
    segments = parts(route, "segment")
    line = overview["geometry"]["coordinates"]
    assert overview["properties"]["length_m"] == pytest.approx(500, abs=2)
    for name in ("length_m", "duration_s"):
        assert round(sum(one["properties"][name] for one in segments), 1) == overview["properties"][name]
    assert start["geometry"]["coordinates"] == line[0]
    assert end["geometry"]["coordinates"] == line[-1] == segments[-1]["geometry"]["coordinates"]
    for segment in segments:
        assert segment["geometry"]["type"] == "Point"
        assert shapely.LineString(line).distance(shapely.Point(segment["geometry"]["coordinates"])) < 1e-7
    assert {one["properties"]["instructions"] for one in segments[:-1]} <= {"left", "right", "continue"}
    assert "instructions" not in segments[-1]["properties"]


def test_the_turns_of_the_model_are_those_that_one_takes(committed, client):
    nodes = {"a": (0.0, 0.0), "b": (100.0, 0.0), "c": (100.0, 100.0), "d": (200.0, 100.0)}
    nodes |= {"e": (200.0, 0.0), "f": (100.0, 200.0)}  # where one could go on straight
    save(nodes, [Link(a + b, a, b, GOOD) for a, b in ("ab", "bc", "cd", "be", "cf")])
    route = ask(client, definition((0, 0), (200, 100))).json()
    turns = [one["properties"].get("instructions") for one in parts(route, "segment")]
    Route.objects.all().delete()
    assert turns == ["left", "right", None]


def test_a_route_passes_through_every_waypoint_in_order(town, client):
    route = ask(client, definition((0, 0), (0, 300), (300, 300), (300, 0))).json()
    line = shapely.LineString(parts(route, "overview")[0]["geometry"]["coordinates"])
    along = [line.project(shapely.Point(place(*one))) for one in ((0, 0), (0, 300), (300, 300), (300, 0))]
    assert along == sorted(along)
    assert parts(route, "overview")[0]["properties"]["length_m"] == pytest.approx(900, abs=3)


def test_the_shortest_way_is_not_the_fastest_one(committed, client):
    nodes = {"a": (0.0, 0.0), "b": (50.0, 0.0), "c": (100.0, 0.0), "d": (50.0, 40.0)}
    slow = GOOD | {"route_type": 6, "step_count": 400}
    save(
        nodes,
        [
            Link("ab", "a", "b", slow),
            Link("bc", "b", "c", slow),
            Link("ad", "a", "d", GOOD),
            Link("dc", "d", "c", GOOD),
        ],
    )
    found = {
        preference: ask(client, definition((0, 0), (100, 0), preference=preference)).json()
        for preference in ("fastest", "shortest")
    }
    told = {name: parts(route, "overview")[0]["properties"] for name, route in found.items()}
    Route.objects.all().delete()
    assert told["shortest"]["length_m"] == pytest.approx(100, abs=1)
    assert told["fastest"]["length_m"] == pytest.approx(128, abs=1)
    assert told["shortest"]["duration_s"] > told["fastest"]["duration_s"]


def test_a_way_that_is_blocked_is_told_with_the_reasons(town, client):
    damage("d1", box(150, -20, 250, 600))
    response = ask(client, definition((0, 0), (50, 0), (400, 0)))
    assert response.status_code == 422
    told = response.json()
    assert (told["reason"], told["waypoint"], told["parameter"]) == ("no-route", 2, "waypoints")
    assert {one["id"] for one in told["blockers"]} == {"d1"}
    far = ask(client, definition((0, 0), (0, 9000))).json()
    assert (far["status"], far["reason"], far["waypoint"]) == (422, "off-network", 1)
    assert Route.objects.count() == 0


def test_without_a_network_there_are_no_routes(committed, client):
    response = ask(client)
    assert response.status_code == 503
    assert response["Retry-After"]


def test_a_route_and_its_definition_can_be_fetched_again(town, client):
    sent = json.dumps(CORNER, ensure_ascii=False, indent=1)
    response = ask(client, sent)
    path = address(response)
    assert client.get(path).json() == response.json()
    assert client.get(f"{path}/definition").content.decode() == sent
    rels = {link["rel"]: link["href"] for link in response.json()["links"]}
    assert rels["self"] == f"http://testserver{path}"
    assert rels["describedby"] == f"http://testserver{path}/definition"
    english = client.get(f"{path}?lang=en")
    assert english["Content-Language"] == "en"
    assert english.json()["features"][2]["properties"]["description"].startswith("Head")
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == client.delete(path).status_code == 404


def test_a_route_is_its_owners_alone(town, client):
    mine, other = member("mine"), member("other")
    path = address(ask(mine))
    for stranger in (other, client):
        assert stranger.get(path).status_code == 404
        assert stranger.get(f"{path}/definition").status_code == 404
        assert stranger.delete(path).status_code == 404
        assert [link["rel"] for link in stranger.get("/api/routes").json()["links"]] == ["self", "alternate"]
    items = [link for link in mine.get("/api/routes").json()["links"] if link["rel"] == "item"]
    assert [(link["href"], link["title"]) for link in items] == [(f"http://testserver{path}", "家から公園まで")]
    anonymous = address(ask(client))
    assert Client().get(anonymous).status_code == 200


def test_the_oldest_routes_make_room_and_none_is_kept_for_ever(town, client, monkeypatch):
    monkeypatch.setattr(kept_routes, "MOST_OF_ONE", 2)
    first, second, third = (address(ask(client)) for _ in range(3))
    assert [client.get(path).status_code for path in (first, second, third)] == [404, 200, 200]
    Route.objects.filter(pk=third.rsplit("/", 1)[1]).update(created=timezone.now() - kept_routes.KEPT)
    assert kept_routes.forget_old() == 1
    assert client.get(third).status_code == 404


def test_a_session_needs_the_proof_of_origin(town):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(User.objects.create_user("somebody"))
    assert ask(browser).status_code == 403
    assert ask(Client(enforce_csrf_checks=True)).status_code == 200


BAD: list[Any] = [
    {},
    [],
    {"inputs": {}},
    {"inputs": {"waypoints": {"type": "Point", "coordinates": [139.5, 35.6]}}},
    {"inputs": {"waypoints": {"type": "MultiPoint", "coordinates": [[139.5, 35.6]]}}},
    {"inputs": {"waypoints": {"type": "MultiPoint", "coordinates": [[139.5, 35.6], [139.6]]}}},
    {"inputs": {"waypoints": {"type": "MultiPoint", "coordinates": [[139.5, 35.6], [139.6, 200]]}}},
    {"inputs": {"waypoints": {"type": "MultiPoint", "coordinates": [[139.5, 35.6], ["a", 35.6]]}}},
    {"inputs": {"waypoints": {"type": "MultiPoint", "coordinates": [[139.5, 35.6]] * 11}}},
    definition((0, 0), (1, 1), preference="scenic"),
    definition((0, 0), (1, 1), mode="car"),
    definition((0, 0), (1, 1), name=3),
    definition((0, 0), (1, 1), name="x" * 201),
    definition((0, 0), (1, 1), obstacles={"value": {"type": "MultiPolygon", "coordinates": []}}),
    definition((0, 0), (1, 1)) | {"mode": "walk"},
]


@pytest.mark.parametrize("body", BAD)
def test_what_the_schema_does_not_allow_is_refused(db, client, body):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(body, SCHEMA)
    response = ask(client, body)
    assert response.status_code == 400
    assert response.json()["parameter"]


@pytest.mark.parametrize("body", ["", "{", b"\xff", b"\xfe\xff\x00{\x00}", '{"inputs": NaN}', "[" * 90_000])
def test_a_body_that_is_no_json_is_refused(db, client, body):
    assert ask(client, body).status_code == 400


def test_the_wrapped_form_of_older_drafts_is_understood(town, client):
    plain = definition((0, 0), (100, 0))
    wrapped = {"inputs": {"waypoints": {"value": plain["inputs"]["waypoints"]}}}
    jsonschema.validate(wrapped, SCHEMA)
    assert (
        ask(client, wrapped).json()["features"][0]["geometry"] == ask(client, plain).json()["features"][0]["geometry"]
    )


def test_the_conformance_declaration_lists_what_is_supported(db, client):
    told = client.get("/api/conformance?f=json").json()
    names = {one.rsplit("/", 1)[1]: one for one in told["conformsTo"] if "ogcapi-routes" in one}
    assert set(names) == {"core", "mode", "intermediate-waypoints"}
    assert told[names["core"]] == {"values": ["fastest", "shortest"]}
    assert told[names["mode"]] == {"modes": ["walk", "wheelchair"]}
    assert any(link["rel"].endswith("/routes") for link in client.get("/api/?f=json").json()["links"])


def test_the_page_of_a_route_shows_the_way_and_the_steps(town, client):
    page = client.get(f"{address(ask(client))}?f=html&lang=en").content.decode()
    assert "家から公園まで" in page
    assert "Directions" in page
    assert 'id="features-map"' in page
    assert "not listed" in client.get("/api/routes?f=html&lang=en").content.decode()
