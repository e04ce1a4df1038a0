"""The catalogue below the API: a record for everything that a caller may read, found by the standard's parameters."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from layers import registry
from layers.catalog.disaster import EvacuationSite
from layers.formats import formats_for
from layers.spec import Audience, Text
from ogc_api import parts
from ogc_api.parts import Part
from tests.navigation.test_routes import site

ITEMS = "/api/collections/catalogue/items"


def found(client: Any, **query: str) -> list[str]:
    response = client.get(f"{ITEMS}?{urlencode(query)}")
    assert response.status_code == 200, response.content
    return [one["id"] for one in response.json()["features"]]


def public_names() -> set[str]:
    return {layer.name for layer in registry.visible_to(Audience.PUBLIC)}


def test_the_catalogue_is_a_collection_of_records(db, client):
    listed = client.get("/api/collections").json()["collections"]
    (catalogue,) = [one for one in listed if one.get("itemType") == "record"]
    assert catalogue == client.get("/api/collections/catalogue").json() | {"links": catalogue["links"]}
    assert (catalogue["id"], catalogue["type"], catalogue["title"]) == ("catalogue", "Catalog", "データカタログ")
    (items,) = [
        link for link in catalogue["links"] if link["rel"] == "items" and link["type"] == "application/geo+json"
    ]
    assert client.get(items["href"]).json()["numberMatched"] == len(public_names())


def test_there_is_a_record_for_every_layer_with_links_to_every_way_to_it(db, client):
    site("E1", (0, 0), "flood")
    document = client.get(ITEMS).json()
    assert {one["id"] for one in document["features"]} == public_names()
    record = client.get(f"{ITEMS}/evacuation-sites").json()
    assert record in document["features"]
    links = {link["rel"]: link["href"] for link in record["links"]}
    assert links["self"] == f"http://testserver{ITEMS}/evacuation-sites"
    assert links["tiles"].endswith("/tiles/evacuation-sites.json")
    files = [link["href"] for link in record["links"] if link["rel"] == "enclosure"]
    assert len(files) == len(formats_for(registry.get("evacuation-sites")))
    for address in (*links.values(), *files):
        assert client.get(urlsplit(address).path).status_code == 200, address
    assert record["geometry"]["type"] == "Polygon"


def test_records_speak_the_readers_language_and_the_open_data_list_is_the_same(db, client):
    english = client.get(f"{ITEMS}/shelters?lang=en").json()["properties"]
    japanese = client.get(f"{ITEMS}/shelters?lang=ja").json()["properties"]
    assert (english["language"]["code"], japanese["language"]["code"]) == ("en", "ja")
    assert english["title"] == registry.get("shelters").title.en
    assert client.get("/data/records/shelters").json()["properties"] == japanese


def test_nobody_hears_of_a_layer_that_they_may_not_read(member):
    for role in ("public", "staff"):
        client = member(role)
        readable = {one["id"] for one in client.get("/api/collections").json()["collections"]} - {"catalogue"}
        assert set(found(client, limit="1000")) == readable
    hidden = {layer.name for layer in registry.every()} - public_names()
    for name in hidden:
        assert member("public").get(f"{ITEMS}/{name}").status_code == 404
    assert member("public").get(ITEMS)["Cache-Control"] == "public, no-cache"
    assert member("disaster-staff").get(ITEMS)["Cache-Control"].startswith("private")


def test_records_are_found_by_words_however_they_are_written(db, client):
    assert "evacuation-sites" in found(client, q="避難場所")
    assert "evacuation-sites" in found(client, q="EVACUATION")
    assert found(client, q="緊急避難場所,nothing-like-it") == found(client, q="緊急避難場所")
    assert found(client, q="no such word") == []


def test_records_are_found_by_place(db, client):
    site("E1", (0, 0), "flood")
    assert found(client, bbox="139.5,35.6,139.6,35.7") == ["evacuation-sites"]
    assert found(client, bbox="170,35.6,139.6,35.7") == ["evacuation-sites"]
    assert found(client, bbox="0,0,1,1") == []
    EvacuationSite.objects.all().delete()


def test_records_are_found_by_kind_and_ids(db, client):
    assert set(found(client, type="dataset")) == public_names()
    assert found(client, type="service") == []
    assert set(found(client, ids="shelters,evacuation-sites,nothing")) == {"shelters", "evacuation-sites"}
    assert found(client, externalIds="132047-shelters") == ["shelters"]
    assert found(client, externalIds="city-code:132047-shelters") == ["shelters"]
    assert set(found(client, datetime="2020-01-01/..")) == public_names()


def test_the_pages_follow_one_another(db, client):
    seen, address = [], f"{ITEMS}?limit=4"
    while address:
        document = client.get(address).json()
        assert document["numberReturned"] == len(document["features"]) <= 4
        assert document["numberMatched"] == len(public_names())
        seen += [one["id"] for one in document["features"]]
        address = next((link["href"] for link in document["links"] if link["rel"] == "next"), "")
    assert seen == found(client, limit="1000")


@pytest.mark.parametrize(
    "query",
    ["limit=0", "bbox=1", "datetime=x", "q=", "ids=", "ids=a,,b", "cursor=x", "cursor=YQ", "colour=red", "sortby=x"],
)
def test_a_wrong_parameter_is_named(db, client, query):
    response = client.get(f"{ITEMS}?{query}")
    assert response.status_code == 400
    assert response.json()["parameter"] == query.partition("=")[0]


def test_a_record_that_is_not_there(db, client):
    assert client.get(f"{ITEMS}/nothing").status_code == 404


def test_another_part_s_collections_have_records_too(db, client, monkeypatch):
    document = {
        "id": "heights",
        "title": "標高",
        "extent": {
            "spatial": {"bbox": [[139.5, 35.6, 139.6, 35.7]]},
            "temporal": {"interval": [["2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"]]},
        },
        "links": [
            {
                "rel": "http://www.opengis.net/def/rel/ogc/1.0/coverage",
                "href": "http://testserver/c",
                "type": "image/tiff",
            }
        ],
    }
    grids = Part(name="grids", title=Text("格子", "Grids"), collections=lambda asked: [document])
    known = parts.every()
    monkeypatch.setattr(parts, "every", lambda: (*known, grids))
    record = client.get(f"{ITEMS}/heights").json()
    assert record["geometry"]["coordinates"][0][0] == [139.5, 35.6]
    assert any(link["rel"].endswith("/coverage") for link in record["links"])
    assert "heights" in found(client, datetime="2020-06-01T00:00:00Z")
    assert "heights" not in found(client, datetime="2022-01-01/..")
    assert "heights" in found(client, q="標高")


def test_what_the_caller_has_is_not_sent_again(db, client):
    for address in (ITEMS, f"{ITEMS}/shelters"):
        tag = client.get(address)["ETag"]
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_the_pages_for_people(db, client):
    page = client.get(f"{ITEMS}?f=html&lang=en&q=shelter").content.decode()
    assert 'name="q" value="shelter"' in page
    assert f"{ITEMS}/shelters" in page
    assert "GeoPackage" in client.get(f"{ITEMS}/shelters?f=html&lang=en").content.decode()
    collection = client.get("/api/collections/catalogue?f=html").content.decode()
    assert "/catalogue/queryables" not in collection


def test_the_classes_that_hold_are_claimed(db, client):
    claimed = client.get("/api/conformance?f=json").json()["conformsTo"]
    names = {one.rsplit("/", 1)[1] for one in claimed if "ogcapi-records" in one}
    assert names >= {"record-core", "record-collection", "record-core-query-parameters", "searchable-catalog", "json"}
    assert "sorting" not in names


@pytest.mark.server
def test_owslib_reads_the_catalogue(city):
    records = pytest.importorskip("owslib.ogcapi.records").Records(f"{city.url}/api/")
    assert "catalogue" in records.records()
    document = records.collection_items("catalogue", q="避難", limit=3)
    assert document["numberReturned"] >= 1
    record = records.collection_item("catalogue", document["features"][0]["id"])
    assert record["properties"]["title"]
