"""OWSLib against the running city: every collection whole, in pages, filtered."""

from __future__ import annotations

import pytest
from owslib.ogcapi.features import Features

from layers.spec import LayerSpec
from tests.ogc_api.clients import assert_same, public_layers, shape, stored
from tests.running import RunningCity

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def client(city: RunningCity) -> Features:
    return Features(f"{city.url}/api")


def read(page: dict) -> list:
    return [(feature["id"], shape(feature["geometry"])) for feature in page["features"]]


def test_owslib_lists_the_collections(client: Features):
    assert set(client.feature_collections()) == {layer.name for layer in public_layers()}
    assert "flood" in client.collection_queryables("evacuation-sites")["properties"]


@pytest.mark.parametrize("layer", public_layers(), ids=lambda layer: layer.name)
def test_owslib_reads_every_feature_once_in_pages_by_counting(client: Features, city: RunningCity, layer: LayerSpec):
    expected = stored(city, layer)
    limit, found = max(1, len(expected) // 4), []
    for offset in range(0, len(expected) + 1, limit):
        page = client.collection_items(layer.name, limit=limit, offset=offset)
        assert page["numberMatched"] == len(expected)
        found += read(page)
    assert_same(found, expected)


def test_owslib_filters_by_cql2_by_box_by_words_and_sorts(client: Features, city: RunningCity):
    layer = next(layer for layer in public_layers() if layer.name == "evacuation-sites")
    flood = client.collection_items(layer.name, filter="flood = TRUE AND name LIKE '%小学校%'", limit=1000)
    expected = stored(city, layer, "flood AND name LIKE '%%小学校%%'")
    assert_same(read(flood), expected)
    assert 0 < len(expected) < len(stored(city, layer))
    box = [139.55, 35.67, 139.57, 35.69]
    boxed = client.collection_items(layer.name, bbox=box, limit=1000)
    assert_same(
        read(boxed), stored(city, layer, f"ST_Intersects(geometry, ST_MakeEnvelope({box}, 4326))".translate(_BARE))
    )
    worded = client.collection_items(layer.name, q="小学校", limit=1000)
    assert_same(read(worded), stored(city, layer, "name LIKE '%%小学校%%' OR address LIKE '%%小学校%%'"))
    names = [f["properties"]["name"] for f in client.collection_items(layer.name, sortby=("name", "desc"))["features"]]
    assert names == sorted(names, reverse=True)


_BARE = str.maketrans("", "", "[]")


def test_owslib_reads_one_feature(client: Features, city: RunningCity):
    layer = next(layer for layer in public_layers() if layer.name == "shelters")
    feature_id, geometry = next(iter(stored(city, layer).items()))
    one = client.collection_item(layer.name, feature_id)
    assert_same([(one["id"], shape(one["geometry"]))], {feature_id: geometry})
