"""The pages of the OGC API before people: on a phone, by keyboard, without JavaScript, in both languages."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.asking import get
from tests.browser.conftest import DESK, PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.server]

SHELTERS = "/api/collections/shelters/items"
PAGES = (
    "/api/",
    "/api/collections",
    "/api/collections/shelters",
    f"{SHELTERS}?limit=20",
    f"{SHELTERS}?q=zzz",
    "/api/collections/pedestrian-links/items?limit=50",
    "/api/collections/shelters/schema",
    "/api/collections/shelters/queryables",
    "/api/collections/shelters/sortables",
    "/api/functions",
    "/api/processes",
    "/api/processes/route",
    "/api/processes/nearest-site",
    "/api/conformance",
    "/api/openapi",
)
SAMPLE = {"ja-JP": "架空のサンプルデータです", "en-GB": "made-up sample data"}
JAPANESE = re.compile("[ぁ-んァ-ン一-龥]")

FAULTS_OF_A_PAGE = """() => {
  const faults = [];
  const shown = (element) => element.checkVisibility();
  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
    if (!field.labels.length && !field.getAttribute("aria-label")) faults.push("no label: " + field.outerHTML);
  for (const one of document.querySelectorAll("a, button, summary"))
    if (!one.textContent.trim() && !one.ariaLabel && !one.title) faults.push("no name: " + one.outerHTML);
  const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map((heading) => Number(heading.tagName[1]));
  if (levels.filter((level) => level === 1).length !== 1) faults.push("headings of the first level: " + levels);
  const leaps = levels.filter((level, at) => at && level > levels[at - 1] + 1);
  if (leaps.length) faults.push("a level is left out: " + levels);
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) faults.push("twice: " + id);
  for (const one of document.querySelectorAll("[aria-labelledby], [aria-describedby]"))
    for (const id of (one.getAttribute("aria-labelledby") ?? one.getAttribute("aria-describedby")).split(" "))
      if (!document.getElementById(id)) faults.push("refers to nothing: " + id);
  for (const one of document.querySelectorAll("[style], [onclick], style")) if (!one.closest(".maplibregl-map"))
    faults.push("inline: " + one.outerHTML.slice(0, 80));
  const touched = "main .button, main input:not([type=checkbox]), main select, main summary";
  for (const one of document.querySelectorAll(touched))
    if (shown(one) && !one.closest(".maplibregl-map") && one.getBoundingClientRect().height < 43.5)
      faults.push("small: " + one.outerHTML.slice(0, 120));
  return faults;
}"""


def ready(page: Page) -> None:
    page.locator("#features-map[data-ready=true]").wait_for(state="attached", timeout=30_000)


def rows(page: Page) -> list[str]:
    return [str(row.get_attribute("data-feature")) for row in page.locator("tr[data-feature]").all()]


@pytest.mark.parametrize(("size", "locale"), [(PHONE, "ja-JP"), (DESK, "en-GB")], ids=["phone", "desk"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_and_complains_of_nothing(visitor, path, locale, size):
    guest: Visitor = visitor(size, locale=locale)
    page = guest.visit(path)
    page.wait_for_load_state("networkidle")
    assert guest.complaints == []
    assert guest.foreign_addresses == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.evaluate(FAULTS_OF_A_PAGE) == []
    expect(page.locator(".sample-band")).to_contain_text(SAMPLE[locale])
    if locale == "en-GB":
        texts = page.locator("main h1, main h2, main label, main summary, main .button").all_inner_texts()
        assert [text for text in texts if JAPANESE.search(text)] == []


def test_a_form_on_a_phone_gives_the_same_features_in_table_map_and_json(visitor, city):
    guest: Visitor = visitor(PHONE)
    page = guest.visit("/api/collections/evacuation-sites/items")
    page.locator("#conditions > summary").click()
    page.get_by_label("名称 次を含む").fill("小学校")
    page.locator("select[name='flood.is']").select_option("true")
    expected = city.rows("SELECT id FROM layers_evacuationsite WHERE flood AND name LIKE '%%小学校%%' ORDER BY id")
    expect(page.locator("#go")).to_have_text(f"{len(expected)}件を見る")
    page.click("#go")
    page.wait_for_url("**/items?**")
    ready(page)
    query = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    assert (query["flood"], query["filter"]) == ("true", "name LIKE '%小学校%'")
    document = get(page.url).document
    ids = [feature["id"] for feature in document["features"]]
    assert ids == [row[0] for row in expected]
    assert rows(page) == ids
    assert len(ids) > 1
    map_url = page.locator("#features-map").get_attribute("data-features")
    assert [feature["id"] for feature in get(map_url or "").document["features"]] == ids
    expect(page.locator(".summary")).to_contain_text(str(len(ids)))
    assert guest.complaints == []


def test_a_row_is_marked_with_its_feature_and_a_feature_on_the_map_with_its_row(visitor):
    page = visitor().visit(f"{SHELTERS}?limit=20")
    ready(page)
    row = page.locator("tr[data-feature]").nth(3)
    row.hover()
    expect(row).to_have_class("is-near")
    row.locator(".on-map").click()
    expect(row).to_have_class(re.compile("is-chosen"))
    expect(row.locator(".on-map")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".map-label")).to_have_text(str(row.get_attribute("data-name")))
    expect(page.locator("#said")).to_contain_text("選択中")
    page.locator(".maplibregl-popup-close-button").click()
    expect(row.locator(".on-map")).to_have_attribute("aria-pressed", "false")
    page.wait_for_timeout(300)
    box = page.locator("#features-map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(row).to_have_class(re.compile("is-chosen"))


def test_everything_can_be_done_by_keyboard(visitor):
    page = visitor(PHONE).visit(f"{SHELTERS}?limit=20")
    ready(page)
    page.locator("#conditions > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("小学校")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=**")
    ready(page)
    button = page.locator(".on-map").first
    button.focus()
    expect(page.locator("tr[data-feature]").first).to_have_class("is-near")
    page.keyboard.press("Space")
    expect(button).to_have_attribute("aria-pressed", "true")
    page.locator(".table-wrap").focus()
    page.keyboard.press("ArrowDown")


def test_only_what_the_map_shows(visitor):
    page = visitor().visit(SHELTERS)
    ready(page)
    before = len(rows(page))
    row = page.locator("tr[data-feature]").first
    row.locator(".on-map").click()
    page.wait_for_timeout(500)
    page.click("#box-from-map")
    page.click("#go")
    page.wait_for_url("**bbox=**")
    after = rows(page)
    assert 0 < len(after) < before
    assert [feature["id"] for feature in get(page.url).document["features"]] == after


def test_it_works_without_javascript(visitor):
    page = visitor(PHONE, java_script_enabled=False).visit(SHELTERS)
    page.locator("#conditions > summary").click()
    page.locator("input[name='capacity_people.from']").fill("100")
    page.get_by_role("button", name="この条件で見る").click()
    expect(page.locator(".chips")).to_contain_text("想定収容人数: ≧ 100")
    assert rows(page) == [feature["id"] for feature in get(page.url).document["features"]] != []
    expect(page.locator("#features-map")).to_be_hidden()
    expect(page.locator(".copy").first).to_be_hidden()
    page.goto(page.url.split("/api/")[0] + "/api/collections")
    assert page.locator(".found-item").count() > 10


def test_nothing_found_says_what_to_loosen(visitor):
    page = visitor(PHONE).visit(f"{SHELTERS}?q=ありえない名前&opening_status=unknown")
    expect(page.get_by_role("heading", name="条件に合う地物はありません。")).to_be_visible()
    page.locator(".empty").get_by_role("link", name="ありえない名前").click()
    page.wait_for_url(lambda url: "q=" not in url)
    assert "opening_status=unknown" in page.url
    assert rows(page)


def test_pages_lead_on_and_back_to_the_first(visitor):
    page = visitor(PHONE).visit(f"{SHELTERS}?limit=20")
    first = rows(page)
    page.get_by_role("link", name="次のページ").click()
    page.wait_for_url("**cursor=**")
    assert not set(first) & set(rows(page))
    page.get_by_role("link", name="最初のページ").click()
    page.wait_for_url(lambda url: "cursor" not in url)
    assert rows(page) == first


def test_code_is_copied_as_it_stands(visitor, city):
    guest: Visitor = visitor(permissions=["clipboard-read", "clipboard-write"])
    page = guest.visit(f"{SHELTERS}?q=小学校&limit=3")
    page.locator("[data-copy=code-curl]").click()
    expect(page.locator("#said")).to_have_text("コピーしました")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#code-curl").text_content()


def test_the_javascript_draws_the_features_of_the_page(visitor):
    page = visitor().visit(f"{SHELTERS}?filter=name LIKE '%小%' AND capacity_people >= 1&limit=5")
    ready(page)
    code = page.locator("#code-javascript").text_content()
    program = f"""async () => {{
      const maplibre = await import("/static/vendor/maplibre-gl/maplibre-gl.mjs");
      const container = document.body.appendChild(document.createElement("div"));
      container.className = "features-map";
      const map = new maplibre.Map({{ container, style: {{ version: 8, sources: {{}}, layers: [] }} }});
      await map.once("load");
      {code}
      return [features.features.map((feature) => feature.id), map.getStyle().layers.map((layer) => layer.id)];
    }}"""
    ids, layers = page.evaluate(program)
    assert ids == rows(page) != []
    assert layers == ["shelters-fill", "shelters-line", "shelters-circle"]


def test_a_process_runs_and_shows_its_result(visitor):
    guest: Visitor = visitor()
    page = guest.visit("/api/processes/nearest-site")
    page.locator("#result-map[data-ready=true]").wait_for(state="attached", timeout=30_000)
    page.locator("#input-hazard").select_option("earthquake")
    expect(page.locator("#curl-text")).to_contain_text('"hazard":"earthquake"')
    page.get_by_role("button", name="実行する").click()
    expect(page.locator("#result-said")).to_contain_text("件の地物が返りました")
    expect(page.locator("#result-text")).to_contain_text("FeatureCollection")
    assert guest.complaints == []


def test_a_process_says_what_is_wrong(visitor):
    page = visitor(PHONE).visit("/api/processes/route")
    page.locator("#input-from").fill("0, 0")
    page.get_by_role("button", name="実行する").click()
    expect(page.get_by_role("alert")).to_contain_text("実行できませんでした")


def test_a_place_is_picked_on_the_map(visitor):
    page = visitor().visit("/api/processes/route")
    page.locator("#result-map[data-ready=true]").wait_for(state="attached", timeout=30_000)
    page.locator("[data-for=input-from]").click()
    page.keyboard.press("Enter")
    expect(page.locator("#input-from")).to_have_value(re.compile(r"^139\.5\d+, 35\.\d+$"))
    expect(page.locator("[data-for=input-from]")).to_be_focused()


def test_collections_are_found_as_one_types(visitor):
    page = visitor(PHONE).visit("/api/collections")
    everything = page.locator(".found-item:visible").count()
    page.fill("#find", "ヒナン")
    expect(page.locator("#nothing-found")).to_be_visible()
    page.fill("#find", "避難場所")
    expect(page.locator("#found")).to_contain_text("種類")
    assert 0 < page.locator(".found-item:visible").count() < everything
    page.locator(".found-item:visible").first.click()
    page.wait_for_url("**/collections/evacuation-sites")


def test_a_wrong_address_says_what_to_mend(visitor):
    page = visitor(PHONE).visit(f"{SHELTERS}?colour=red&limit=5")
    expect(page.get_by_role("heading", level=1)).to_have_text("アドレスの一部が正しくありません")
    page.get_by_role("link", name="「colour」を外して開く").click()
    assert rows(page)


def test_a_printed_page_is_the_table(visitor):
    page = visitor().visit(f"{SHELTERS}?limit=5")
    page.emulate_media(media="print")
    expect(page.locator("#filter-form")).to_be_hidden()
    expect(page.locator("#features-map")).to_be_hidden()
    expect(page.locator(".features-table")).to_be_visible()
