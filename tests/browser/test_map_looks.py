"""The map follows the reader's theme, says what its symbols mean, and has colours for all kinds of eyes."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tile_cache.looks.themes import THEMES

pytestmark = [pytest.mark.browser, pytest.mark.server]

SLOW_MS = 30_000
"""For what waits until the software renderer has drawn the map."""

AT = "/disaster/?map=14/35.6836/139.5640&show=evacuation-sites"


def commonest_colour(page: Page) -> str:
    """What covers most of the map: its ground."""
    picture = Image.open(BytesIO(page.locator("#map canvas").screenshot())).convert("RGB")
    return "#{:02x}{:02x}{:02x}".format(*max(picture.getcolors(picture.width * picture.height))[1])


def wait_for_ground(page: Page, theme: str) -> None:
    for _ in range(SLOW_MS // 100):
        if commonest_colour(page) == THEMES[theme].ground:
            return
        page.wait_for_timeout(100)
    assert commonest_colour(page) == THEMES[theme].ground


def test_the_map_has_the_theme_that_the_reader_prefers_and_follows_when_that_changes(visitor):
    guest = visitor(color_scheme="dark")
    page = guest.visit(AT)
    wait_for_ground(page, "dark")
    assert any("/tiles/styles/disaster-dark.json" in address for address in guest.addresses)
    for media, theme in (({"color_scheme": "light"}, "light"), ({"contrast": "more"}, "contrast")):
        page.emulate_media(**media)
        wait_for_ground(page, theme)
        assert any(f"/tiles/sprites/{theme}" in address for address in guest.addresses)
    assert guest.complaints == []


def test_the_legend_says_what_is_drawn_now_and_nothing_else(visitor):
    page = visitor(PHONE).visit(AT)
    page.locator("#legend-box summary").click()
    legend = page.locator("#legend")
    expect(legend).to_contain_text("指定緊急避難場所", timeout=SLOW_MS)
    expect(legend).not_to_contain_text("指定避難所")
    expect(page.locator("#colours-choice")).to_be_hidden()
    page.locator("#filter-box summary").click()
    page.locator("#filters label", has_text="災害想定区域").click()
    expect(legend).to_contain_text("3 m 以上 5 m 未満", timeout=SLOW_MS)
    expect(legend).not_to_contain_text("20 m 以上")
    page.locator("#filters label", has_text="指定緊急避難場所").click()
    expect(legend).not_to_contain_text("指定緊急避難場所", timeout=SLOW_MS)


def test_other_colours_of_depth_are_one_tap_away_and_stay_in_the_address(visitor):
    guest = visitor(PHONE)
    page = guest.visit(AT.replace("evacuation-sites", "hazard-zones"))
    page.locator("#legend-box summary").click()
    first = page.locator("#legend svg rect[fill^='#']").first
    expect(first).to_have_attribute("fill", "#f7f5a9", timeout=SLOW_MS)
    page.locator("#colours-choice").click()
    expect(first).to_have_attribute("fill", "#fff6a8", timeout=SLOW_MS)
    assert "colours=cud" in page.url
    assert any("/tiles/styles/disaster.json" in address and "colours=cud" in address for address in guest.addresses)
    page.reload()
    page.locator("#legend-box summary").click()
    expect(first).to_have_attribute("fill", "#fff6a8", timeout=SLOW_MS)
    expect(page.locator("#safe-colours")).to_be_checked()
