"""What the pages show as code is run as it stands, against the running city, and gets what the page shows."""

from __future__ import annotations

import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.asking import get, post
from tests.running import RunningCity

pytestmark = pytest.mark.server

HARD = 'it\'s "100%" $HOME `id` \\n {x} 🏫'
PLANE = "http://www.opengis.net/def/crs/EPSG/0/6677"
REQUESTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("shelters", {"limit": "5"}),
    ("shelters", {"q": "小学校", "sortby": "-capacity_people", "limit": "3"}),
    ("evacuation-sites", {"flood": "true", "filter": "name LIKE '%小%'", "bbox": "139.5,35.6,139.6,35.75"}),
    ("facilities", {"name": HARD}),
    ("facilities", {"properties": "name,category", "crs": PLANE, "limit": "4"}),
    ("pedestrian-links", {"limit": "20"}),
)


class Codes(HTMLParser):
    """The texts of the page's elements ``<pre id="code-…">``, and the ids of the features in its table."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: dict[str, str] = {}
        self.ids: list[str] = []
        self._open = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "pre":
            self._open = given.get("id") or ""
            self.texts[self._open] = ""
        if tag == "tr" and given.get("data-feature"):
            self.ids.append(given["data-feature"] or "")

    def handle_endtag(self, tag: str) -> None:
        self._open = "" if tag == "pre" else self._open

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[self._open] += data


@pytest.fixture(params=REQUESTS, ids=lambda request: f"{request[0]} {' '.join(request[1])}")
def shown(request: pytest.FixtureRequest, city: RunningCity) -> Codes:
    """A page, as a browser gets it."""
    city.sql("DELETE FROM layers_facility WHERE id = 'hard'")
    city.sql(
        "INSERT INTO layers_facility (id, name, category, geometry)"
        " VALUES ('hard', %s, 'library', ST_Point(139.56, 35.68, 4326))",
        HARD,
    )
    layer, parameters = request.param
    return page_of(city, f"/api/collections/{layer}/items?{urlencode(parameters)}")


def page_of(city: RunningCity, path: str) -> Codes:
    answer = get(city.url + path, Accept="text/html")
    assert answer.status == 200
    return Codes(answer.body.decode())


def ran(command: list[str], folder: Path) -> str:
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_page_has_features_to_compare(shown: Codes):
    assert shown.ids


def test_the_curl_command_gets_the_features_of_the_page(shown: Codes, tmp_path: Path):
    document = json.loads(ran(["sh", "-c", shown.texts["code-curl"]], tmp_path))
    assert [feature["id"] for feature in document["features"]] == shown.ids


@pytest.mark.parametrize("which", ["geopandas", "requests"])
def test_the_python_gets_the_features_of_the_page(shown: Codes, tmp_path: Path, which: str):
    ids = {"geopandas": "list(features['id'])", "requests": "[feature['id'] for feature in features]"}[which]
    program = f"{shown.texts[f'code-{which}']}\nimport json\nprint(json.dumps({ids}))"
    assert json.loads(ran([sys.executable, "-c", program], tmp_path).splitlines()[-1]) == shown.ids


def test_another_reference_system_reaches_geopandas_with_east_first(city: RunningCity, tmp_path: Path):
    shown = page_of(city, f"/api/collections/shelters/items?crs={PLANE}&limit=5")
    program = shown.texts["code-geopandas"] + "\nprint(features.crs.to_epsg(), *features.to_crs(4326).total_bounds)"
    epsg, west, south, *_ = ran([sys.executable, "-c", program], tmp_path).splitlines()[-1].split()
    assert epsg == "6677"
    assert float(west) > 139
    assert float(south) < 36


def test_no_features_are_no_fault(city: RunningCity, tmp_path: Path):
    shown = page_of(city, f"/api/collections/shelters/items?{urlencode({'q': 'ありえない名前'})}")
    assert shown.ids == []
    for which in ("geopandas", "requests"):
        ran([sys.executable, "-c", shown.texts[f"code-{which}"]], tmp_path)


def test_the_programs_of_a_collection_read_all_of_it(city: RunningCity, tmp_path: Path):
    shown = page_of(city, "/api/collections/pedestrian-nodes")
    (count,) = city.rows("SELECT count(*) FROM layers_pedestriannode")[0]
    assert count > 1000, "more than one page"
    assert int(ran([sys.executable, "-c", shown.texts["code-requests"]], tmp_path).splitlines()[-1]) == count
    ran(["sh", "-ec", shown.texts["code-gdal"]], tmp_path)
    assert (tmp_path / "pedestrian-nodes.gpkg").stat().st_size > 100_000


def test_the_programs_of_one_feature_get_it(city: RunningCity, tmp_path: Path):
    (feature,) = get(f"{city.url}/api/collections/shelters/items?limit=1").document["features"]
    shown = page_of(city, f"/api/collections/shelters/items/{feature['id']}")
    assert json.loads(ran(["sh", "-c", shown.texts["code-curl"]], tmp_path))["id"] == feature["id"]
    assert feature["id"] in ran([sys.executable, "-c", shown.texts["code-geopandas"]], tmp_path)


def test_the_command_of_a_process_runs_it(city: RunningCity, tmp_path: Path):
    shown = page_of(city, "/api/processes/nearest-site")
    answer: Any = json.loads(ran(["sh", "-c", shown.texts["curl-text"]], tmp_path))
    example = {"inputs": {"from": [139.5596, 35.6836], "hazard": "flood", "count": 3}}
    expected = post(f"{city.url}/api/processes/nearest-site/execution", example).document
    assert len(answer["features"]) == len(expected["features"]) > 1
