"""`./gis up --data FOLDER` with the real files of Mitaka: the right rows, the right flags, nothing clipped."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.asking import get, post
from tests.running import RunningCity, running_city

pytestmark = pytest.mark.server

NEVER_FOR_FLOODS = ("羽沢小", "大沢コミュニティ", "三鷹中等教育学校", "ルーテル学院")


@pytest.fixture(scope="module")
def mitaka(tmp_path_factory: pytest.TempPathFactory, real_data: Path) -> Iterator[RunningCity]:
    with running_city(tmp_path_factory.mktemp("mitaka"), "--data", str(real_data), database="running_mitaka") as city:
        yield city


def matched(city: RunningCity, query: str) -> int:
    return get(f"{city.url}/api/collections/{query}").document["numberMatched"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("evacuation-sites/items", 80),
        ("shelters/items", 72),
        ("boundaries/items", 1),
        ("towns/items", 62),
        ("walking-courses/items", 4),
        ("evacuation-sites/items?flood=true", 29),
        ("evacuation-sites/items?earthquake=true", 46),
        ("evacuation-sites/items?landslide=true", 34),
        ("evacuation-sites/items?inland_flood=true", 29),
        ("evacuation-sites/items?fire=true", 8),
        ("evacuation-sites/items?tsunami=true", 0),
        ("shelters/items?shelter_type=welfare", 37),
    ],
)
def test_every_row_of_mitaka_is_there_and_nobody_elses(mitaka, query, count):
    assert matched(mitaka, query) == count


def test_what_was_left_out_repaired_or_refused_is_printed(mitaka):
    printed = (mitaka.home / "up.log").read_text(encoding="utf-8")
    assert "gsi_emergency_sites_132047_mitaka.geojson" in printed
    assert "132080" in printed, "the neighbours' files are named and left out"
    assert "都立公園" in printed, "the folders of the walking courses that are not courses are named"


def test_sites_outside_the_outline_are_kept(mitaka):
    sites = get(f"{mitaka.url}/api/collections/evacuation-sites/items?limit=1000").document["features"]
    names = " ".join(site["properties"]["name"] for site in sites)
    assert all(name in names for name in ("武蔵野中央公園", "神代植物公園", "井の頭恩賜公園"))


@pytest.mark.parametrize("hazard", ["flood", "inland_flood"])
def test_the_four_places_that_flood_are_never_offered_for_a_flood(mitaka, hazard):
    query = f"{mitaka.url}/api/collections/evacuation-sites/items?limit=1000"
    sites = get(query).document["features"]
    for part in NEVER_FOR_FLOODS:
        rows = [site for site in sites if part in site["properties"]["name"]]
        assert rows, part
        assert not any(site["properties"]["flood"] for site in rows), part
        for row in rows:
            inputs = {"from": row["geometry"]["coordinates"], "hazard": hazard, "count": 20}
            answer = post(f"{mitaka.url}/api/processes/nearest-site/execution", {"inputs": inputs})
            assert answer.status == 200, answer.body
            assert part not in answer.body.decode("unicode_escape" if b"\\u" in answer.body else "utf-8")


@pytest.mark.heavy
def test_the_whole_public_map_is_one_file_that_a_phone_takes(mitaka, tmp_path):
    told = json.loads(mitaka.gis("pack", str(tmp_path / "mitaka.pmtiles"), "--json"))
    assert told["bytes"] == (tmp_path / "mitaka.pmtiles").stat().st_size <= 50_000_000
    assert told["lowered"] == {}
    assert {"boundaries", "evacuation-sites", "shelters", "towns", "walking-courses"} <= set(told["layers"])
