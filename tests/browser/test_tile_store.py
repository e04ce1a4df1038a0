"""The store of tiles on a map, as an administrator sees it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, Visitor
from tests.running import RunningCity

pytestmark = [pytest.mark.browser, pytest.mark.server]

STORED = """
INSERT INTO tile_cache_storedtile (tileset, grid, z, x, y, suffix, bytes, rendered_at, used_at, hits, render_ms)
SELECT 'towns,roads', 'webmercator', 14, 14542 + n, 6451, 'mvt', 1000, now() - n * interval '5 hours', now(), n * 30, 12
FROM generate_series(0, 5) n
"""


@pytest.fixture(scope="module")
def password(city: RunningCity) -> str:
    city.sql("DELETE FROM tile_cache_storedtile WHERE tileset = 'towns,roads'")
    city.sql(STORED)
    return city.gis("user", "add", "kanri", "--role", "admin").strip().splitlines()[-1]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_store_is_seen_as_labelled_squares(visitor, password, size):
    boss: Visitor = visitor(size)
    page = boss.visit("/admin/tiles/?tileset=towns%2Croads/webmercator/mvt&z=14&by=hits")
    page.fill("[name=username]", "kanri")
    page.fill("[name=password]", password)
    page.click("main button[type=submit]")
    chart = page.locator("#store-map[data-ready=true]")
    chart.wait_for(timeout=30_000)
    assert chart.get_attribute("data-squares") == "6"
    page.get_by_text("地図と同じ内容の表").click()
    expect(page.get_by_role("cell", name="150", exact=True)).to_be_visible()
    assert boss.complaints == []
    assert boss.foreign_addresses == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    heights = page.locator(
        "main button:not(.maplibregl-ctrl-attrib-button), main select, main .filters a"
    ).evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert min(heights) >= 44
