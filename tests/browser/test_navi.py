"""Finding the way to safety, with and without a pointer."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.server]


def test_a_walker_finds_a_site_and_the_way_by_keyboard_alone(visitor):
    page = visitor(PHONE).visit("/navi/")
    page.locator("[name=hazard][value=flood]").focus()
    page.keyboard.press("Space")
    page.locator("#from-search").focus()
    page.keyboard.type("35.685 139.56")
    expect(page.locator("#from-found [role=option]")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#from-chosen")).to_contain_text("35.68500")
    page.locator("#go").focus()
    page.keyboard.press("Enter")
    first = page.locator(".candidate-button").first
    expect(first).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "results-title"
    expect(page.locator(".candidate .marks li").first).to_have_text(re.compile("洪水 ○"))
    first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".steps li").last).to_contain_text("到着")


def test_back_goes_back_and_the_address_restores_everything(visitor):
    page = visitor().visit("/navi/?hazard=flood&from=139.56,35.685&view=results")
    page.locator(".candidate-button").first.click()
    expect(page.locator(".steps li").first).to_be_visible()
    title = page.locator("#route-title").inner_text()
    page.reload()
    expect(page.locator("#route-title")).to_have_text(title)
    page.go_back()
    expect(page.locator(".candidate-button").first).to_be_visible()


def test_only_sites_for_the_hazard_are_offered(visitor, city):
    page = visitor().visit("/navi/?hazard=flood&from=139.56,35.685&view=results")
    expect(page.locator(".candidate").first).to_be_visible()
    offered = page.locator(".candidate").evaluate_all("nodes => nodes.map((node) => node.dataset.site)")
    unfit = {row[0] for row in city.rows("SELECT id FROM layers_evacuationsite WHERE NOT flood")}
    assert offered
    assert not unfit & set(offered)


def test_a_tap_on_the_map_says_where_one_is(visitor):
    page = visitor().visit("/navi/")
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#from-chosen")).to_contain_text("出発地")
    assert "from=139." in page.url


def test_ones_own_position_is_used_when_allowed(visitor):
    guest = visitor(geolocation={"longitude": 139.561, "latitude": 35.684, "accuracy": 25}, permissions=["geolocation"])
    page = guest.visit("/navi/")
    page.click("#use-gps")
    expect(page.locator("#from-chosen")).to_contain_text("誤差 約25 m")


def test_without_a_position_there_is_another_way(visitor):
    page = visitor(permissions=[]).visit("/navi/")
    page.click("#use-gps")
    expect(page.locator("#from-fault")).to_contain_text("地図で選ぶか、町名・施設名で", timeout=20_000)


def test_what_is_missing_is_said_and_focused(visitor):
    page = visitor(PHONE).visit("/navi/")
    page.click("#go")
    expect(page.locator("#hazard-fault")).to_be_visible()
    assert page.evaluate("document.activeElement.name") == "hazard"


def test_a_place_off_the_network_is_refused_in_words(visitor, city):
    (site,) = city.rows("SELECT id FROM layers_evacuationsite WHERE flood LIMIT 1")[0]
    page = visitor().visit(f"/navi/?hazard=flood&from=139.9,35.0&to={site}")
    expect(page.locator(".failure")).to_contain_text("通れる道がありません")
    page.get_by_role("button", name="ほかの避難場所をさがす").click()
    expect(page.locator(".candidate").first).to_be_visible()


@pytest.mark.parametrize(
    "query", ["from=95,200", "from=x&hazard=y&to=z", "map=99/99/999", "view=results&from=0,0&hazard=flood"]
)
def test_a_torn_address_still_opens_the_page(visitor, query):
    guest = visitor()
    page = guest.visit(f"/navi/?{query}")
    expect(page.locator("#sheet h1, #sheet h2").locator("visible=true").first).to_be_visible()
    assert [words for words in guest.complaints if "Failed to load resource" not in words] == []
