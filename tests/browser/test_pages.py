"""The pages on a phone and on a big screen: they work, complain of nothing and ask nobody else."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.server]

PAGES = (
    "/",
    "/navi/",
    "/navi/?hazard=earthquake&from=139.56,35.685&view=results",
    "/disaster/",
    "/sign-in/",
)
NARROWEST = {"width": 320, "height": 640}


@pytest.mark.parametrize("size", [PHONE, DESK, NARROWEST], ids=["phone", "desk", "narrowest"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_complains_of_nothing_asks_nobody_else_and_never_scrolls_sideways(visitor, path, size):
    guest: Visitor = visitor(size)
    page = guest.visit(path)
    if "results" in path:
        expect(page.locator(".candidate").first).to_be_visible()
    page.wait_for_load_state("networkidle" if path in {"/", "/sign-in/"} else "load")
    assert guest.complaints == []
    assert guest.foreign_addresses == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_the_map_is_drawn_with_tiles_and_pictograms_of_this_server(visitor):
    guest: Visitor = visitor()
    is_tile, is_sprite = re.compile(r"/tiles/base/.*\.mvt$"), re.compile(r"/tiles/sprites/light(@2x)?\.png$")
    with guest.page.expect_request(is_tile), guest.page.expect_request(is_sprite):
        guest.visit("/disaster/")


def test_a_wrong_address_leads_on(visitor):
    page = visitor(PHONE).visit("/nothing/")
    expect(page.get_by_role("heading", name="お探しのページはありません")).to_be_visible()
    page.get_by_role("link", name="避難場所をさがす").click()
    page.wait_for_url("**/navi/")


def test_the_language_switch_changes_every_word_and_is_remembered(visitor):
    page = visitor().visit("/navi/?from=139.56,35.685")
    page.locator("#hazards label", has_text="洪水").click()
    page.click("#go")
    expect(page.locator(".candidate").first).to_contain_text("徒歩")
    page.get_by_role("link", name="Switch to English").click()
    expect(page.locator(".candidate").first).to_contain_text("On foot")
    assert "hazard=flood" in page.url
    page.goto(page.url.split("/navi/")[0] + "/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Where should I go?")


@pytest.mark.parametrize("path", ["/navi/", "/disaster/"])
def test_english_pages_have_words_for_everything(visitor, path):
    guest: Visitor = visitor(locale="en-GB")
    guest.visit(path)
    assert guest.complaints == []


def test_the_list_is_the_twin_of_the_map(visitor, city):
    page = visitor().visit("/disaster/")
    (count,) = city.rows("SELECT count(*) FROM layers_evacuationsite")[0]
    heading = page.locator('[data-layer="evacuation-sites"] .count')
    expect(heading).to_have_text(f"{count}件")


def test_a_filter_changes_the_list_and_the_address(visitor):
    page = visitor().visit("/disaster/")
    page.locator("#filters label", has_text="指定緊急避難場所").click()
    expect(page.locator('[data-layer="evacuation-sites"]')).to_have_count(0)
    assert "evacuation-sites" not in page.url
    page.reload()
    expect(page.locator('[data-layer="damage-areas"]')).to_be_visible()
    expect(page.locator('[data-layer="evacuation-sites"]')).to_have_count(0)


def test_a_stale_picture_says_so(visitor):
    page = visitor().visit("/disaster/")
    page.context.set_offline(True)
    expect(page.locator("#as-of")).to_contain_text("通信が途切れています", timeout=10_000)
    page.context.set_offline(False)
    expect(page.locator("#as-of")).to_contain_text("自動で更新しています", timeout=20_000)
