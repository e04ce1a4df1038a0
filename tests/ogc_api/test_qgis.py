"""QGIS, without a screen, against the running city: it loads a collection and draws it in the right place."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pyproj
import pytest
import shapely

from gis_server.command.system_packages import QGIS_PYTHON, has_qgis
from layers import registry
from tests.ogc_api.clients import assert_same, stored
from tests.running import CHECKOUT, RunningCity

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not has_qgis(), reason="QGIS's Python (python3-qgis) is not installed"),
]
PROGRAM = CHECKOUT / "tests" / "ogc_api" / "qgis_program.py"
LAYER = registry.get("evacuation-sites")


@pytest.fixture(scope="module")
def seen(city: RunningCity, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What QGIS saw of the evacuation sites."""
    folder = tmp_path_factory.mktemp("qgis")
    done = subprocess.run(
        [QGIS_PYTHON, str(PROGRAM), f"{city.url}/api", LAYER.name, str(folder)],
        env={"PATH": os.defpath, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_qgis_counts_and_reads_every_feature_where_it_is(seen: dict[str, Any], city: RunningCity):
    expected = stored(city, LAYER)
    assert seen["count"] == len(expected) > 7
    assert_same([(key, shapely.Point(*place)) for key, place in seen["features"].items()], expected)


def test_qgis_reads_what_lies_in_a_box_and_what_an_expression_chooses(seen: dict[str, Any], city: RunningCity):
    box = "ST_Intersects(geometry, ST_MakeEnvelope(139.55, 35.67, 139.57, 35.69, 4326))"
    assert sorted(seen["in_box"]) == sorted(stored(city, LAYER, box))
    assert sorted(seen["schools"]) == sorted(stored(city, LAYER, "name LIKE '%%小学校%%'"))
    assert 0 < len(seen["schools"]) < seen["count"]


@pytest.mark.parametrize("code", [3857, 6677])
def test_qgis_draws_a_feature_in_its_place(seen: dict[str, Any], city: RunningCity, code: int):
    place = stored(city, LAYER)[seen["first"]]
    drawn = seen["pictures"][str(code)]
    true = pyproj.Transformer.from_crs(4326, code, always_xy=True).transform(place.x, place.y)
    assert drawn["middle"] == pytest.approx(true, abs=0.01)
    assert drawn["there"] == "#ff0000"
    assert drawn["away"] == "#ffffff"
    assert drawn["red"] < 400 * 400 / 20, "only dots are red"
