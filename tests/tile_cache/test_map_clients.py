"""QGIS and OWSLib against the running city: what lies at a place, legends, and the capabilities they come from."""

from __future__ import annotations

import json
import os
import subprocess
from io import BytesIO
from typing import Any
from urllib.request import urlopen

import pytest
from owslib.wms import WebMapService
from owslib.wmts import WebMapTileService
from PIL import Image

from gis_server.command.system_packages import QGIS_PYTHON, has_qgis
from tests.running import CHECKOUT, RunningCity
from tests.tile_cache.relay import relay
from tile_cache.maps.map_checks import INFO_FORMATS

pytestmark = pytest.mark.server
PROGRAM = CHECKOUT / "tests" / "tile_cache" / "qgis_maps_program.py"
LAYER = "evacuation-sites"
PLACES = "SELECT id, name, ST_X(geometry), ST_Y(geometry) FROM layers_evacuationsite ORDER BY id LIMIT 1"


@pytest.fixture(scope="module")
def place(city: RunningCity) -> tuple[str, str, float, float]:
    """Id, name, longitude and latitude of a feature."""
    (row,) = city.rows(PLACES)
    return row


@pytest.fixture(scope="module")
def seen(city: RunningCity, place: tuple, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What QGIS found at the feature's place, by reference system."""
    if not has_qgis():
        pytest.skip("QGIS's Python (python3-qgis) is not installed")
    folder = tmp_path_factory.mktemp("qgis")
    with relay(city.url) as url:
        done = subprocess.run(
            [QGIS_PYTHON, str(PROGRAM), f"{url}/maps/service", LAYER, str(place[2]), str(place[3])],
            env={"PATH": os.defpath, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("code", ["4326", "6668", "6677", "3857"])
def test_qgis_draws_a_layer_and_finds_the_feature_at_its_place(seen: dict[str, Any], place: tuple, code: str):
    found = seen[code]
    assert found["is_drawn"]
    assert found["has_legend"]
    assert place[1] in [feature["name"] for feature in found["features"]]
    assert place[1] in found["html"]
    assert place[1] in found["text"]


@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
def test_owslib_asks_by_wms_and_is_given_a_legend(city: RunningCity, place: tuple, version: str):
    client = WebMapService(f"{city.url}/maps/service", version=version)
    assert client[LAYER].queryable
    _, name, lon, lat = place
    west, south, east, north = lon - 0.002, lat - 0.002, lon + 0.002, lat + 0.002
    for srs in ("EPSG:4326", "EPSG:6668"):
        # OWSLib turns the axes of the systems that it knows; EPSG:6668 is none of them.
        is_turned = srs == "EPSG:6668" and version == "1.3.0"
        answer = client.getfeatureinfo(
            layers=[LAYER],
            query_layers=[LAYER],
            srs=srs,
            bbox=(south, west, north, east) if is_turned else (west, south, east, north),
            size=(400, 400),
            format="image/png",
            info_format="application/json",
            xy=(200, 200),
            feature_count=10,
        )
        assert name in [feature["properties"]["name"] for feature in json.loads(answer.read())["features"]], srs
    (style,) = client[LAYER].styles.values()
    assert style["legend"].startswith(city.url)
    assert Image.open(BytesIO(_read(style["legend"]))).width > 60


def test_owslib_reads_the_capabilities_of_wmts(city: RunningCity):
    client = WebMapTileService(f"{city.url}/maps/service")
    layer = client[LAYER]
    assert set(layer.infoformats) == set(INFO_FORMATS.values())
    assert "legend" in layer.styles["default"]


def _read(url: str) -> bytes:
    with urlopen(url, timeout=60) as answer:  # noqa: S310 - the city that the tests have started
        return bytes(answer.read())
