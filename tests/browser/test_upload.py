"""Staff drag a file into the browser: see what it would do, correct it, load it, see it on the map, take it back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Visitor, ask, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.server]

TABLE = (
    "名称,緯度,経度,ところ\r\n架空図書館,35.6850,139.5600,下連雀1-1\r\n架空温泉,35.6900,139.5700,井の頭2-2\r\n"
    "場所のない館,,,大沢4-4\r\n"
)
DROP = """async ([name, bytes]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(bytes)], name));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    const about = { dataTransfer: transfer, bubbles: true, cancelable: true };
    document.getElementById("drop").dispatchEvent(new DragEvent(kind, about));
  }
}"""


def drop(staff: Visitor, name: str, text: str) -> Page:
    """Drag a CP932 file onto the page, and wait until it has been looked at."""
    page = staff.visit("/imports/")
    page.locator("body[data-ready=true]").wait_for(state="attached")
    page.evaluate(DROP, [name, list(text.encode("cp932"))])
    page.wait_for_url("**/imports/uploads/**")
    looked_at(page)
    return page


def looked_at(page: Page) -> None:
    page.locator("#upload[data-busy=false]").wait_for(timeout=30_000)


def names(city) -> set[str]:
    found = ask(f"{city.url}/api/collections/facilities/items?f=json&limit=1000")
    return {feature["properties"]["name"] for feature in found["features"]}


def test_a_file_is_dropped_checked_corrected_loaded_and_taken_back(staff, city):
    page = drop(staff, "公共施設 一覧.csv", TABLE)
    expect(page.locator("h1")).to_have_text("公共施設 一覧.csv")
    expect(page.locator("#state")).to_contain_text("確認待ち")
    expect(page.locator(".reasons")).to_contain_text("CP932")
    expect(page.locator(".figures .is-good strong")).to_have_text("2")
    expect(page.locator(".figures .is-danger strong")).to_have_text("1")
    expect(page.locator(".findings tbody tr").first).to_contain_text("受け入れ不可")
    expect(page.locator("#preview-map[data-ready=true]")).to_have_attribute("data-features", "2", timeout=20_000)
    assert "架空温泉" not in names(city)

    page.locator(".columns li", has_text="ところ").locator("select").select_option("address")
    page.fill("#attribution", "架空市")
    page.click("#look-again")
    looked_at(page)
    expect(page.locator(".columns li", has_text="ところ")).to_contain_text("下連雀1-1")
    page.click("#load")
    looked_at(page)
    expect(page.locator("#state")).to_contain_text("取り込み済み")
    assert {"架空図書館", "架空温泉"} <= names(city)
    assert city.rows("SELECT address FROM layers_facility WHERE name = '架空温泉'") == [("井の頭2-2",)]

    page.reload()
    page.click("#undo")
    expect(page.locator(".undo-counts > div").first).to_contain_text("2")
    assert "架空温泉" in names(city)
    page.click("#undo-confirm")
    page.wait_for_url("**/imports/runs/*")
    expect(page.locator(".card-head")).to_contain_text("取り消し済み")
    assert "架空温泉" not in names(city)
    assert staff.complaints == []
    assert staff.foreign_addresses == []


def test_on_a_phone_a_file_that_cannot_be_read_says_what_to_do(visitor, staff_password):
    person = visitor(PHONE)
    sign_in(person, staff_password)
    page = drop(person, "写真.csv", "ただの文です。\r\n")
    expect(page.locator("#state")).to_contain_text("失敗")
    expect(page.get_by_role("link", name="読み方を変える")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.goto(person.root + "/imports/runs/")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert person.complaints == []


def test_somebody_who_has_not_signed_in_is_led_to_the_door_and_back(visitor, staff_password):
    guest = visitor()
    page = guest.visit("/imports/")
    page.fill("[name=username]", "hana")
    page.fill("[name=password]", staff_password)
    page.click("main button[type=submit]")
    expect(page.locator("#drop")).to_be_visible()
