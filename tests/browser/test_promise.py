"""A damage area is everywhere within two seconds of being saved, and gone from the way as soon as it is resolved."""

from __future__ import annotations

import itertools
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor, ask, describe, tap_square
from tests.running import RunningCity
from tile_cache.grid import tile_of

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.alone]

SECONDS = 2.0
FROM = (139.56, 35.685)
HAZARD = "earthquake"


@dataclass(frozen=True)
class Way:
    """A walk in the sample city, and a point in its middle that damage will cover."""

    destination: str
    geometry: Any
    middle: tuple[float, float]


@pytest.fixture
def way(city: RunningCity) -> Way:
    overview = route(city, nearest_site(city))["features"][0]
    line = overview["geometry"]["coordinates"]
    longest = max(
        itertools.pairwise(line), key=lambda pair: abs(pair[0][0] - pair[1][0]) + abs(pair[0][1] - pair[1][1])
    )
    middle = tuple((a + b) / 2 for a, b in zip(*longest, strict=True))
    return Way(overview["properties"]["site"]["id"], overview["geometry"], middle)


def nearest_site(city: RunningCity) -> str:
    found = ask(f"{city.url}/api/processes/nearest-site/execution", {"inputs": {"from": FROM, "hazard": HAZARD}})
    return next(f["id"] for f in found["features"] if f["properties"]["featureType"] == "site")


def route(city: RunningCity, to: str) -> dict[str, Any]:
    inputs = {"from": FROM, "to": to, "hazard": HAZARD}
    return ask(f"{city.url}/api/processes/route/execution", {"inputs": inputs})


def ids(city: RunningCity) -> list[str]:
    found = ask(f"{city.url}/api/collections/damage-areas/items?status=active&f=json")
    return [feature["id"] for feature in found["features"]]


def tile(city: RunningCity, place: tuple[float, float]) -> bytes:
    """The vector tile at zoom 14; its strings stand in it as they are."""
    spot = tile_of(*place, 14)
    with urllib.request.urlopen(f"{city.url}/tiles/damage-areas/14/{spot.x}/{spot.y}.mvt", timeout=5) as answer:  # noqa: S310
        return bytes(answer.read())


class Clock:
    """Counts from the moment of saving."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    @property
    def left_ms(self) -> float:
        return max(1.0, (SECONDS - (time.monotonic() - self.began)) * 1000)

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        while True:
            result = condition()
            assert time.monotonic() - self.began < SECONDS, f"not within {SECONDS} s: {what}"
            if result:
                return result


def listed(page: Page, feature_id: str) -> Any:
    return page.locator(f'[data-layer="damage-areas"] [data-id="{feature_id}"]')


def test_a_drawn_area_is_in_api_tile_second_browser_and_route_within_two_seconds_until_it_is_resolved(
    city, staff: Visitor, visitor: Callable[..., Visitor], way: Way
):
    lon, lat = way.middle
    drawer = staff.visit(f"/disaster/?map=17/{lat:.6f}/{lon:.6f}")
    onlooker = visitor().visit("/disaster/")
    tile(city, way.middle)  # stored without the area, so that a stale one would be noticed
    drawer.click("#draw-start")
    tap_square(drawer)
    describe(drawer, description="架空の冠水")

    drawer.click("#draw-save")
    clock = Clock()
    area = clock.until(lambda: ids(city), "the API")[0]
    clock.until(lambda: area.encode() in tile(city, way.middle), "the vector tile")
    clock.until(lambda: is_another(route(city, way.destination), way), "the route")
    expect(listed(onlooker, area)).to_be_visible(timeout=clock.left_ms)

    expect(drawer.locator("#send-state")).to_contain_text("送信済み")
    listed(drawer, area).locator("button").click()
    drawer.get_by_role("button", name="解消にする").click()
    clock = Clock()
    clock.until(lambda: not ids(city), "the API after resolving")
    clock.until(lambda: not is_another(route(city, way.destination), way), "the old route")
    expect(listed(onlooker, area)).to_have_count(0, timeout=clock.left_ms)


def is_another(answer: dict[str, Any], way: Way) -> bool:
    """Whether the answer leads elsewhere, or says that there is no way."""
    return "features" not in answer or answer["features"][0]["geometry"] != way.geometry


def test_a_row_inserted_with_sql_does_the_same(city, visitor: Callable[..., Visitor], way: Way):
    onlooker = visitor().visit("/disaster/")
    walker = visitor().visit(f"/navi/?hazard={HAZARD}&from={FROM[0]},{FROM[1]}&to={way.destination}")
    expect(walker.locator(".steps li").first).to_be_visible()

    city.sql(
        "INSERT INTO layers_damagearea (id, kind, geometry)"
        " VALUES ('by-hand', 'fire', ST_Multi(ST_Buffer(ST_SetSRID(ST_MakePoint(%s, %s), 4326), 0.0002)))",
        *way.middle,
    )
    clock = Clock()
    clock.until(lambda: ids(city) == ["by-hand"], "the API")
    clock.until(lambda: b"by-hand" in tile(city, way.middle), "the vector tile")
    clock.until(lambda: is_another(route(city, way.destination), way), "the route")
    expect(listed(onlooker, "by-hand")).to_be_visible(timeout=clock.left_ms)
    expect(walker.locator(".changed")).to_contain_text("計算し直しました")

    city.sql("UPDATE layers_damagearea SET status = 'resolved'")
    clock = Clock()
    clock.until(lambda: not is_another(route(city, way.destination), way), "the old route")
    expect(listed(onlooker, "by-hand")).to_have_count(0, timeout=clock.left_ms)
