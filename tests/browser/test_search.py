"""Finding a place by typing: with the keyboard, by touch, and honest about what is not exact."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.server]


@pytest.fixture
def town(city) -> str:
    """The name of a town of the sample city."""
    return city.rows("SELECT name FROM layers_town ORDER BY name LIMIT 1")[0][0]


def type_into(page, selector: str, text: str) -> None:
    page.locator(selector).focus()
    page.keyboard.type(text)


def test_the_input_is_a_combobox_that_keeps_the_focus(visitor):
    page = visitor().visit("/navi/")
    box = page.get_by_role("combobox", name="町名・施設名・住所・座標でさがす")
    expect(box).to_have_attribute("aria-expanded", "false")
    type_into(page, "#from-search", "図書館")
    options = page.locator("#from-found").get_by_role("option")
    expect(options).to_have_count(3)
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#live")).to_contain_text("3件見つかりました")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", options.nth(1).get_attribute("id"))
    assert page.evaluate("document.activeElement.id") == "from-search"
    name = options.nth(1).locator("strong").inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("#from-words")).to_have_text(f"出発地：{name}")
    expect(box).to_have_attribute("aria-expanded", "false")


def test_escape_closes_the_list_and_keeps_the_text(visitor):
    page = visitor().visit("/navi/")
    type_into(page, "#from-search", "図書館")
    expect(page.locator("#from-found")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#from-found")).to_be_hidden()
    expect(page.locator("#from-search")).to_have_value("図書館")


def test_of_several_none_is_taken_unasked(visitor):
    page = visitor().visit("/navi/")
    type_into(page, "#from-search", "図書館")
    page.keyboard.press("Enter")
    expect(page.locator("#from-found [aria-selected=true]")).to_have_count(1)
    expect(page.locator("#from-chosen")).to_be_hidden()


def test_a_town_is_no_start_before_its_pin_was_moved(visitor, town):
    page = visitor().visit("/navi/?hazard=flood")
    type_into(page, "#from-search", town)
    option = page.locator("#from-found [role=option]").first
    expect(option).to_contain_text("町の中心（正確な位置ではありません）")
    option.click()
    expect(page.locator("#pin-box")).to_contain_text("正確な位置ではありません")
    expect(page.locator("#pin-box")).to_contain_text("ピンを動かすか地図をタップして")
    expect(page.locator("#from-chosen")).to_be_hidden()
    assert "from=" not in page.url
    page.locator("button.pin").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="ピンの場所を出発地にする").click()
    expect(page.locator("#from-words")).to_have_text(f"出発地：{town}の付近（ピンの場所）")
    assert "from=139." in page.url


def test_who_goes_on_with_a_rough_position_is_told_so_all_the_way(visitor, town):
    page = visitor().visit("/navi/?hazard=flood")
    type_into(page, "#from-search", town)
    page.locator("#from-found [role=option]").first.click()
    page.get_by_role("button", name="だいたいの位置のまま進む").click()
    expect(page.locator("#from-words")).to_contain_text("だいたいの位置、半径")


def test_a_tap_on_the_map_moves_the_pin(visitor, town):
    page = visitor().visit("/navi/?hazard=flood")
    type_into(page, "#from-search", town)
    page.locator("#from-found [role=option]").first.click()
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2 + 60, box["y"] + box["height"] / 2 + 60)
    expect(page.get_by_role("button", name="ピンの場所を出発地にする")).to_be_visible()


def test_what_is_not_found_or_not_reached_is_said(visitor):
    page = visitor().visit("/navi/")
    type_into(page, "#from-search", "どこにもないところ")
    expect(page.locator("#from-found")).to_contain_text("見つかりません")
    page.context.set_offline(True)
    type_into(page, "#from-search", "ち")
    expect(page.locator("#from-found")).to_contain_text("いまは検索できません")
    page.fill("#from-search", "35.685 139.56")
    expect(page.locator("#from-found")).to_contain_text("地点（北緯35.68500")


def test_a_late_answer_never_overtakes_a_newer_one(visitor):
    page = visitor().visit("/navi/")
    held = []
    page.route(lambda url: "/places/" in url and quote("病院") in url, lambda route: held.append(route))
    with page.expect_request(lambda request: quote("病院") in request.url):
        type_into(page, "#from-search", "病院")
    page.fill("#from-search", "図書館")
    expect(page.locator("#from-found [role=option]").first).to_contain_text("図書館")
    for route in held:
        route.abort()
    expect(page.locator("#from-found [role=option]").first).to_contain_text("図書館")


def test_the_disaster_map_shows_what_was_found(visitor, city, town):
    page = visitor().visit("/disaster/")
    (name,) = city.rows("SELECT name FROM layers_evacuationsite ORDER BY id LIMIT 1")[0]
    type_into(page, "#place-search", name)
    page.locator("#place-found [role=option]").first.click()
    expect(page.locator("#detail")).to_contain_text(name)
    page.locator("#back").click()
    type_into(page, "#place-search", town)
    page.locator("#place-found [role=option]").first.click()
    expect(page.locator("#pin-box")).to_contain_text("正確な位置ではありません")
    expect(page.locator("#pin-accept")).to_have_count(0)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_options_are_wide_enough_for_a_thumb(visitor, language):
    page = visitor(PHONE).visit(f"/navi/?lang={language}")
    type_into(page, "#from-search", "図書館")
    expect(page.locator("#from-found [role=option]").first).to_be_visible()
    heights = page.locator("#from-found [role=option]").evaluate_all(
        "o => o.map((n) => n.getBoundingClientRect().height)"
    )
    assert min(heights) >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
