"""A JavaScript OGC client (@camptocamp/ogc-client) against the running city: whole, in pages, filtered."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest

from gis_server.command.node_modules import find_node
from gis_server.command.places import Checkout
from tests.ogc_api.clients import assert_same, public_layers, shape, stored
from tests.running import CHECKOUT, RunningCity

pytestmark = pytest.mark.server
PROGRAM = CHECKOUT / "tests" / "ogc_api" / "javascript_client.mjs"


@pytest.fixture(scope="module")
def told(city: RunningCity) -> dict[str, Any]:
    """What the program found, from every collection."""
    node = find_node(Checkout(CHECKOUT), os.environ)
    assert node is not None, "the set-up brings Node.js"
    words = [str(node), str(PROGRAM), f"{city.url}/api"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def read(found: list) -> list:
    return [(feature_id, shape(geometry)) for feature_id, geometry in found]


def test_javascript_reads_every_feature_of_every_collection_once(told: dict[str, Any], city: RunningCity):
    assert set(told["collections"]) == {layer.name for layer in public_layers()}
    for layer in public_layers():
        assert_same(read(told["whole"][layer.name]), stored(city, layer))


def test_javascript_filters_by_box_and_by_cql2_and_sorts(told: dict[str, Any], city: RunningCity):
    layer = next(layer for layer in public_layers() if layer.name == "evacuation-sites")
    box = "ST_Intersects(geometry, ST_MakeEnvelope(139.55, 35.67, 139.57, 35.69, 4326))"
    assert_same(read(told["boxed"]), stored(city, layer, box))
    assert_same(read(told["filtered"]), stored(city, layer, "flood"))
    assert 7 < len(told["filtered"]) < len(stored(city, layer))
    assert told["sorted"] == sorted(told["sorted"], reverse=True)
    assert len(told["sorted"]) == len(stored(city, next(x for x in public_layers() if x.name == "shelters")))


def test_javascript_learns_systems_and_fields(told: dict[str, Any]):
    assert "http://www.opengis.net/def/crs/EPSG/0/6677" in " ".join(told["crs"]) or "EPSG:6677" in told["crs"]
    assert {"name", "capacity_people"} <= set(told["queryables"])
