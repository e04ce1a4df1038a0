"""The catalogue for people and harvesters: every public layer, its rights, its freshness, its quality."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from layers import registry
from layers.feature import Source
from layers.formats import formats_for
from layers.spec import Audience
from tests.formats.rows import SECRET, fill

every_layer = pytest.mark.parametrize("layer", registry.every(), ids=lambda layer: layer.name)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_catalogue_names_every_layer_in_the_readers_language(language, db, client):
    page = client.get(f"/data/?lang={language}").content.decode()
    for layer in registry.visible_to(Audience.PUBLIC):
        assert layer.title.in_language(language) in page
        assert f'href="/data/{layer.name}"' in page


@every_layer
def test_a_data_set_shows_what_it_is_and_where_to_get_it(layer, db, client):
    fill(layer, 4)
    page = client.get(f"/data/{layer.name}").content.decode()
    assert layer.description.ja in page
    assert "CC0-1.0" in page, "the licence of the rows' source, not the layer's own"
    assert "出典：架空の市" in page, "the attribution of the rows' source"
    assert "2026" in page or "202" in page
    for known in formats_for(layer):
        assert f'href="/data/{layer.name}.{known.extension}"' in page
    assert SECRET not in page


@every_layer
def test_every_link_of_a_data_set_leads_somewhere(layer, db, client):
    fill(layer, 2)
    page = client.get(f"/data/{layer.name}").content.decode()
    for href in re.findall(r'href="(/(?:data|api|tiles)/[^"]*)"', page):
        assert client.get(href.replace("&amp;", "&")).status_code == 200, href


def test_quality_is_counted_from_the_rows(db, client):
    layer = registry.get("shelters")
    fill(layer, 4)
    page = re.sub(r"\s+", " ", client.get("/data/shelters").content.decode())
    assert re.search(r"想定収容人数.*?50\.0 %", page)
    assert re.search(r"名称.*?100\.0 %", page)
    assert re.search(r"形の誤り</dt><dd>0", page)
    assert re.search(r"件数</dt><dd>4", page)


def test_an_empty_data_set_says_so_and_has_no_map(db, client):
    page = client.get("/data/closures").content.decode()
    assert "まだデータがありません" in page
    assert "preview.js" not in page


def test_figures_never_tell_of_rows_that_are_not_published(member):
    posts = registry.get("community-posts")
    fill(posts, 4)
    posts.model.objects.filter(id__startswith="003").update(status="pending")
    assert "<dd>3</dd>" in member("public").get("/data/community-posts").content.decode()
    assert "<dd>4</dd>" in member("staff").get("/data/community-posts").content.decode()


def test_hidden_fields_are_in_no_table_of_quality(member):
    fill(registry.get("shelters"), 2)
    assert "contact_phone" not in member("public").get("/data/shelters").content.decode()
    response = member("staff").get("/data/shelters")
    assert "contact_phone" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert "公開しないでください" in response.content.decode()


def test_pages_hold_no_inline_script_and_no_foreign_address(db, client):
    fill(registry.get("shelters"), 2)
    for address in ("/data/", "/data/shelters"):
        page = client.get(address).content.decode()
        assert "<script>" not in page
        assert " style=" not in page
        assert not re.search(r'(src|href)="(https?:)?//', page)


def test_harvesters_find_every_public_layer_with_rights_and_files(db, client):
    for layer in registry.every():
        fill(layer, 2)
    response = client.get("/data/catalog.jsonld")
    catalogue = response.json()
    assert response["Content-Type"] == "application/ld+json"
    assert catalogue["@type"] == "dcat:Catalog"
    names = {entry["@id"].rsplit("/", 1)[1] for entry in catalogue["dcat:dataset"]}
    assert names == {layer.name for layer in registry.visible_to(Audience.PUBLIC)}
    for entry in catalogue["dcat:dataset"]:
        assert {text["@language"] for text in entry["dct:title"]} == {"ja", "en"}
        assert entry["dct:license"]
        assert entry["dct:modified"]["@value"]
        assert entry["dct:provenance"][0]["dct:description"] == "出典：架空の市（CC0-1.0）"
        assert entry["dct:spatial"]["dcat:bbox"]["@value"].startswith("POLYGON((139.")
        layer = registry.get(entry["@id"].rsplit("/", 1)[-1])
        assert len(entry["dcat:distribution"]) > len(formats_for(layer))


def test_every_file_of_the_catalogue_can_be_fetched(db, client):
    fill(registry.get("evacuation-sites"), 2)
    entries = client.get("/data/catalog.jsonld").json()["dcat:dataset"]
    sites = next(entry for entry in entries if entry["@id"].endswith("/evacuation-sites"))
    addresses = [file.get("dcat:downloadURL", file["dcat:accessURL"])["@id"] for file in sites["dcat:distribution"]]
    assert len(addresses) == len(formats_for(registry.get("evacuation-sites"))) + 2
    for address in addresses:
        assert client.get(urlsplit(address).path).status_code == 200, address


def test_staff_harvest_the_public_catalogue_too(member):
    fill(registry.get("shelters"), 2)
    assert member("staff").get("/data/catalog.jsonld").json() == member("public").get("/data/catalog.jsonld").json()


def test_records_are_features_whose_shape_is_the_extent(db, client):
    fill(registry.get("shelters"), 2)
    document = client.get("/data/records").json()
    assert document["numberMatched"] == len(document["features"]) == len(list(registry.visible_to(Audience.PUBLIC)))
    record = client.get("/data/records/shelters").json()
    assert record in document["features"]
    assert record["properties"]["type"] == "dataset"
    assert record["geometry"]["coordinates"][0][0] == [139.5600001, 35.6812345678901]
    assert {link["rel"] for link in record["links"]} >= {"self", "collection", "enclosure", "data"}


def test_the_catalogue_says_when_its_data_are_made_up(db, client):
    assert "架空のサンプル" not in client.get("/data/").content.decode()
    Source.objects.create(key="sample", title="架空のサンプル", attribution="架空のサンプル", licence="CC0-1.0")
    assert "架空のサンプル" in client.get("/data/").content.decode()
