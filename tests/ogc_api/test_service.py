"""The documents around the features: true links, true claims, both languages, nothing from other servers."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from layers import registry
from layers.feature import Source
from layers.spec import Audience
from ogc_api import apis
from tests.ogc_api.rows import add

pytestmark = pytest.mark.django_db

DOCUMENTS = (
    "/api",
    "/api/conformance",
    "/api/openapi",
    "/api/collections",
    "/api/collections/shelters",
    "/api/collections/shelters/schema",
    "/api/collections/shelters/queryables",
    "/api/collections/shelters/items",
    "/api/collections/shelters/items/one",
    "/api/functions",
    "/api/processes",
    "/api/processes/route",
    "/api/tileMatrixSets",
    "/api/tileMatrixSets/WebMercatorQuad",
    "/api/styles",
    "/api/styles/city/metadata",
    "/api/collections/shelters/styles",
    "/api/collections/shelters/styles/default/metadata",
)
INFORMATIVE = ("license", "about", "profile")
"""Links that only tell where something may be read."""


@pytest.fixture(autouse=True)
def shelter() -> None:
    add(registry.get("shelters"), "one")


def links_in(value: object) -> list[dict]:
    if isinstance(value, list):
        return [link for member in value for link in links_in(member)]
    if not isinstance(value, dict):
        return []
    below = [link for member in value.values() for link in links_in(member)]
    return [value, *below] if isinstance(value.get("href"), str) else below


@pytest.mark.parametrize("path", DOCUMENTS)
def test_every_link_leads_somewhere(client, path):
    for link in links_in(client.get(path).json()):
        if link["rel"] in INFORMATIVE or link["rel"].endswith("/execute"):
            continue
        response = client.get(link["href"])
        assert response.status_code == 200, link
        assert response.headers["Content-Type"].partition(";")[0] == link["type"].partition(";")[0], link


@pytest.mark.parametrize("path", DOCUMENTS)
def test_links_belong_to_the_host_that_was_asked(client, path):
    client.get(path)
    text = client.get(path, headers={"host": "localhost:9999"}).content.decode()
    assert "testserver" not in text
    assert ".invalid" not in text
    assert "http://localhost:9999/api" in text or path.endswith(("conformance", "functions"))


def test_other_hosts_do_not_make_the_server_build_anything(client):
    client.get("/api/collections")
    built = apis._api.cache_info().currsize, apis._answer.cache_info().currsize
    for port in range(20):
        assert client.get("/api/collections", headers={"host": f"localhost:{port + 1}"}).status_code == 200
    assert (apis._api.cache_info().currsize, apis._answer.cache_info().currsize) == built


@pytest.mark.parametrize("path", DOCUMENTS)
def test_every_document_is_there_in_both_languages_and_as_a_page(client, path):
    texts = {language: client.get(f"{path}?lang={language}") for language in ("ja", "en")}
    for language, response in texts.items():
        assert response.headers["Content-Language"] == language
    page = client.get(f"{path}?f=html&lang=en")
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert '<html lang="en">' in page.content.decode()


def test_titles_follow_the_language_that_the_reader_accepts(client):
    def title(header: str) -> str:
        return client.get("/api/collections/shelters", headers={"accept-language": header}).json()["title"]

    assert title("en-GB,en;q=0.9") == "Evacuation shelters"
    assert title("ja,en;q=0.5") == "指定避難所"
    assert title("fr") == "指定避難所"


@pytest.mark.parametrize("path", DOCUMENTS)
def test_an_unchanged_document_is_not_sent_again(client, path):
    etag = client.get(path).headers["ETag"]
    again = client.get(path, headers={"if-none-match": etag})
    assert again.status_code == 304
    assert again.content == b""


class Addresses(HTMLParser):
    """Addresses that a browser would fetch by itself, and code or styles inside the page."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.fetched += [given[name] or "" for name in ("src", "data-style", "data-features") if name in given]
        if tag == "link":
            self.fetched.append(given["href"] or "")
        if "style" in given or tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)
        self.inline += [name for name in given if name.startswith("on")]


@pytest.mark.parametrize("path", [*DOCUMENTS, "/api/nothing", "/api/collections/shelters/items?bbox=1"])
def test_a_page_contacts_no_other_server_and_needs_no_inline_code(client, path):
    page = Addresses()
    page.feed(client.get(path, headers={"accept": "text/html"}).content.decode())
    assert page.fetched
    assert all(address.startswith(("/", "http://testserver/")) for address in page.fetched), page.fetched
    assert page.inline == []


def test_the_city_comes_before_its_base_map(client):
    listed = client.get("/api/collections").json()["collections"]
    names = [collection["id"] for collection in listed if collection.get("itemType") == "feature"]
    assert sorted(names) == sorted(layer.name for layer in registry.visible_to(Audience.PUBLIC))
    assert not names[0].startswith("base-")
    assert all(name.startswith("base-") for name in names[-7:])


def test_a_collection_states_its_own_extent_licence_and_source(client):
    layer = registry.get("shelters")
    document = client.get("/api/collections/shelters").json()
    assert document["extent"]["spatial"]["bbox"] == [[139.56, 35.68, 139.56, 35.68]]
    assert document["license"] == layer.open_data.licence
    assert document["attribution"] == layer.open_data.attribution.ja
    Source.objects.create(key="made-up", title="", attribution="架空のサンプル", licence="CC-BY-4.0")
    layer.model.objects.update(source="made-up")
    changed = client.get("/api/collections/shelters").json()
    assert (changed["attribution"], changed["license"]) == ("架空のサンプル", "CC-BY-4.0")
    assert [link["title"] for link in changed["links"] if link["rel"] == "license"] == ["CC-BY-4.0"]
    assert "架空のサンプル" in client.get("/api/collections/shelters/items?f=html").content.decode()
    empty = client.get("/api/collections/closures").json()["extent"]["spatial"]["bbox"][0]
    assert empty[0] < 139.56 < empty[2], "the city's own bounds, where there is nothing yet"


def test_only_what_holds_is_claimed(client):
    claimed = client.get("/api/conformance").json()["conformsTo"]
    reading = {name.rpartition("/")[2] for name in claimed if re.search(r"-features-[123]/", name)}
    writing = {name.rpartition("/")[2] for name in claimed if "-features-4" in name}
    filtering = {"features-filter", "filter", "queryables", "queryables-query-parameters"}
    assert reading == {"core", "geojson", "html", "oas30", "crs"} | filtering
    assert writing == {"create-replace-delete", "features", "optimistic-locking-etags", "update"}
    assert not [name for name in claimed if "callback" in name]


def test_the_definition_is_complete_in_itself(client):
    text = client.get("/api/openapi").content.decode()
    definition = client.get("/api/openapi").json()
    for kind, name in re.findall(r'"\$ref":"#/components/(\w+)/([\w-]+)"', text):
        assert name in definition["components"][kind]
    assert re.findall(r'"\$ref":"(?!#/)', text) == []
    operations = [operation for methods in definition["paths"].values() for operation in methods.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)


def test_every_address_of_the_definition_answers(client):
    for path, methods in client.get("/api/openapi").json()["paths"].items():
        addresses = filled_in(path, methods["get"]["parameters"]) if "get" in methods else []
        for address in (one for one in addresses if "{" not in one):
            assert client.get(f"/api{address}").status_code == 200, address


def filled_in(path: str, parameters: list[dict]) -> list[str]:
    """The address with each of the values that its own parameters list; none where one of them lists none."""
    addresses = [path]
    for given in parameters:
        if given.get("in") == "path":
            values = given["schema"].get("enum", [])
            addresses = [one.replace(f"{{{given['name']}}}", value) for one in addresses for value in values]
    return addresses


@pytest.mark.parametrize("path", ["/api/collections", "/api", "/api/conformance", "/api/openapi", "/api/processes"])
def test_an_unknown_parameter_is_refused_everywhere(client, path):
    response = client.get(f"{path}?colour=red")
    assert response.status_code == 400
    assert response.json()["parameter"] == "colour"
    assert client.get(f"{path}?lang=fr").json()["parameter"] == "lang"


@pytest.mark.parametrize("path", ["/api/nothing", "/api/jobs/1/2", "/api/jobs/1/results", "/api/collections/x/y/z"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_any_other_address_is_a_problem_not_a_fault(client, path, method):
    response = getattr(client, method)(path)
    assert response.status_code in {404, 405}
    assert response.headers["Content-Type"] == "application/problem+json"
