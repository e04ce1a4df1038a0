"""OGC API - Styles: styles that a map can use as they are, behind any host, of nothing that the caller may not see."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from layers import registry, tiling
from tests.ogc_api.maps import HERE
from tests.ogc_api.rows import add
from tile_cache.looks.style import STYLES

STYLE = "application/vnd.mapbox.style+json"
REL = "http://www.opengis.net/def/rel/ogc/1.0"
every_layer = pytest.mark.parametrize("layer", registry.every(), ids=lambda layer: layer.name)

pytestmark = pytest.mark.usefixtures("committed", "store")


@pytest.fixture
def client() -> Client:
    return Client()


def find(links: list[dict], rel: str, media_type: str = "application/json") -> str:
    return next(link["href"] for link in links if (link["rel"], link["type"]) == (rel, media_type))


@pytest.mark.parametrize(
    ("prefix", "default", "names"),
    [("", "city", list(STYLES)), ("/collections/shelters", "default", ["default"])],
)
def test_a_client_that_follows_the_links_reaches_every_style(client, prefix, default, names):
    start = client.get(f"/api{prefix or '/'}").json()
    listed = client.get(find(start["links"], f"{REL}/styles")).json()
    assert listed["default"] == default
    assert [style["id"] for style in listed["styles"]] == names
    for style in listed["styles"]:
        answer = client.get(find(style["links"], "stylesheet", STYLE))
        assert answer.headers["Content-Type"] == STYLE
        assert answer.json()["version"] == 8
        about = client.get(find(style["links"], "describedby")).json()
        assert (about["id"], about["title"]) == (style["id"], style["title"])
        assert about["attribution"]
        assert find(about["links"], "stylesheet", STYLE)


@every_layer
def test_the_style_of_a_layer_draws_that_layer_from_its_own_tiles(client, layer):
    style = client.get(f"/api/collections/{layer.name}/styles/default").json()
    names = [layer.name, *([tiling.labels_name(layer)] if tiling.has_label_points(layer) else [])]
    assert {drawn["source-layer"] for drawn in style["layers"]} == set(names)
    assert {drawn["source"] for drawn in style["layers"]} == set(style["sources"])
    assert not [drawn for drawn in style["layers"] if drawn["layout"].get("visibility") == "none"]
    (source,) = style["sources"].values()
    assert source["url"] == f"http://testserver/tiles/{layer.name}.json"
    tiles = client.get(source["url"]).json()
    assert [one["id"] for one in tiles["vector_layers"]] == names


@pytest.mark.parametrize("name", ["base", "city", "disaster", "city-dark"])
def test_the_styles_of_the_city_are_those_of_tiles(client, name):
    assert client.get(f"/api/styles/{name}").json() == client.get(f"/tiles/styles/{name}.json").json()


def test_sources_and_links_belong_to_the_host_that_was_asked(client):
    for path in ("/api/styles/city", "/api/styles", "/api/collections/shelters/styles/default"):
        text = client.get(path, headers={"host": "127.0.0.1:8123"}).content.decode()
        assert "http://127.0.0.1:8123/" in text
        assert "testserver" not in text


def test_a_layer_for_staff_is_in_no_style_of_the_public(for_staff, signed_in):
    for_staff("facilities")
    public, staff = signed_in("public"), signed_in("staff")
    for path in ("/api/styles", "/api/styles/city", "/api/styles/city/metadata"):
        for form in ("json", "html"):
            assert "facilities" not in public.get(f"{path}?f={form}").content.decode(), path
    assert "facilities" in staff.get("/api/styles/city/metadata").content.decode()
    for path in ("styles", "styles/default", "styles/default/metadata"):
        assert public.get(f"/api/collections/facilities/{path}").status_code == 404
        assert staff.get(f"/api/collections/facilities/{path}").status_code == 200


@every_layer
@pytest.mark.parametrize("role", ["public", "staff"])
def test_a_style_names_no_field_that_the_caller_may_not_read(layer, role, signed_in):
    client = signed_in(role)
    readable = set(client.get(f"/api/collections/{layer.name}/schema").json()["properties"])
    style = client.get(f"/api/collections/{layer.name}/styles/default").json()
    assert set(fields_in(style["layers"])) - {tiling.COUNT} <= readable


def fields_in(value: object) -> list[str]:
    if isinstance(value, dict):
        return [name for member in value.values() for name in fields_in(member)]
    if not isinstance(value, list):
        return []
    own = [value[1]] if value[:1] in (["get"], ["has"]) else []
    return own + [name for member in value for name in fields_in(member)]


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/api/styles/night", "styleId"),
        ("/api/styles/night/metadata", "styleId"),
        ("/api/collections/shelters/styles/city", "styleId"),
        ("/api/collections/nothing/styles", "collectionId"),
    ],
)
def test_what_is_not_there_is_not_found(client, path, parameter):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["parameter"]) == (404, parameter)


def test_a_style_is_not_sent_twice_and_may_be_read_by_other_sites(client):
    path = "/api/collections/shelters/styles/default"
    answer = client.get(path, headers={"origin": "https://elsewhere.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert client.get(path, headers={"if-none-match": answer.headers["ETag"]}).status_code == 304
    assert client.head(path).status_code == 200
    assert client.put(path).status_code == 405
    assert client.get(f"{path}?colour=red").json()["parameter"] == "colour"


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("path", ["/api/styles", "/api/styles/city", "/api/collections/shelters/styles/default"])
def test_every_style_is_a_page_with_a_map(client, path, language):
    add(registry.get("shelters"), "one", lon=HERE[0], lat=HERE[1])
    answer = client.get(path, {"lang": language}, headers={"accept": "text/html"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert ("スタイル" in text) is (language == "ja")
    assert ('id="styled-map"' in text) is not path.endswith("/styles")


def test_the_claims_are_those_that_are_tested_here(client):
    claimed = client.get("/api/conformance").json()["conformsTo"]
    assert {name.rpartition("/")[2] for name in claimed if "ogcapi-styles" in name} == {
        "core", "global-styles", "collection-styles", "mapbox-styles",
    }  # fmt: skip
    assert "vnd.mapbox.style" in json.dumps(client.get("/api/openapi").json()["paths"]["/styles/{styleId}"])
