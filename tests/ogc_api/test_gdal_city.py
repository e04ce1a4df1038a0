"""GDAL's OAPIF driver against the running city: every collection whole, in pages, filtered by place and by field."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from layers import registry
from layers.spec import LayerSpec
from tests.ogc_api.clients import assert_same, public_layers, shape, stored
from tests.running import RunningCity

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(shutil.which("ogr2ogr") is None, reason="GDAL's commands (gdal-bin) are not installed"),
]


def read(city: RunningCity, layer: LayerSpec, *options: str) -> list:
    source = [f"OAPIF:{city.url}/api", layer.name]
    words = ["ogr2ogr", "-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=9", "/vsistdout/", *source, *options]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr
    if not done.stdout.strip():
        return []
    return [(f["properties"]["id"], shape(f["geometry"])) for f in json.loads(done.stdout)["features"]]


@pytest.mark.parametrize("layer", public_layers(), ids=lambda layer: layer.name)
def test_gdal_reads_every_feature_of_a_collection_once(city: RunningCity, layer: LayerSpec):
    expected = stored(city, layer)
    pages = ("-oo", f"PAGE_SIZE={max(1, len(expected) // 4)}")
    assert_same(read(city, layer, *pages), expected)


def test_gdal_reads_what_a_condition_and_a_box_choose(city: RunningCity):
    layer = registry.get("evacuation-sites")
    box = "ST_Intersects(geometry, ST_MakeEnvelope(139.55, 35.67, 139.57, 35.69, 4326))"
    assert_same(read(city, layer, "-spat", "139.55", "35.67", "139.57", "35.69"), stored(city, layer, box))
    chosen = read(city, layer, "-where", "flood = 1")
    assert_same(chosen, stored(city, layer, "flood"))
    assert 0 < len(chosen) < len(stored(city, layer))
