"""Staff draw damage: with a finger, with keys, without a network, and never over a colleague's work."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor, describe, tap_square

pytestmark = [pytest.mark.browser, pytest.mark.server]

AT = "/disaster/?map=16/35.6830/139.5600"


def begin(staff: Visitor) -> Page:
    page = staff.visit(AT)
    page.click("#draw-start")
    return page


def stored(city) -> list[tuple]:
    return city.rows("SELECT description, status, version, ST_NPoints(geometry) FROM layers_damagearea")


def save(page: Page) -> None:
    page.click("#draw-save")
    expect(page.locator("#send-state")).to_contain_text("送信済み")


def test_an_anonymous_visitor_has_no_pen(visitor, city):
    page = visitor().visit(AT + "&draw=new")
    expect(page.locator("#draw-start")).to_have_count(0)
    expect(page.get_by_role("link", name="職員サインイン")).to_be_visible()
    status = page.evaluate("fetch('/edit/damage-areas/', {method: 'POST', body: '{}'}).then((answer) => answer.status)")
    assert status in {401, 403}
    assert stored(city) == []


def test_drawing_by_keyboard_alone(staff, city):
    page = staff.visit(AT)
    page.locator("#draw-start").focus()
    page.keyboard.press("Enter")
    page.locator("[name=draw-mode][value=crosshair]").focus()
    page.keyboard.press("Space")
    page.locator("#draw-here").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press("Enter")
        page.keyboard.press(key)
    expect(page.locator("#draw-measure")).to_contain_text("面積")
    page.locator("[name=kind][value=fire]").focus()
    page.keyboard.press("Space")
    page.locator("#draw-save").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#send-state")).to_contain_text("送信済み")
    assert [row[3] for row in stored(city)] == [4]


def test_drawing_by_typed_coordinates(staff, city):
    page = begin(staff)
    page.get_by_text("座標を入力する").click()
    page.fill("#draw-coordinates", "35.683, 139.560\nnonsense\n35.684, 139.561")
    page.click("#draw-use-coordinates")
    expect(page.locator("#draw-coordinates-fault")).to_contain_text("2行目")
    page.fill("#draw-coordinates", "35.683, 139.560\n139.561 35.683\n35.684, 139.561")
    page.click("#draw-use-coordinates")
    describe(page)
    save(page)
    assert city.rows("SELECT ST_XMin(geometry), ST_YMax(geometry) FROM layers_damagearea") == [(139.56, 35.684)]


def test_drawing_by_tracing(staff, city):
    page = begin(staff)
    page.locator("label", has_text="なぞる").click()
    box = page.locator("#map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for dx, dy in ((100, 0), (120, 60), (60, 120), (0, 100), (-20, 40)):
        page.mouse.move(x + dx, y + dy, steps=6)
    page.mouse.up()
    expect(page.locator("#draw-measure")).to_contain_text("面積")
    describe(page)
    save(page)
    assert 4 <= stored(city)[0][3] <= 30


def test_corners_are_undone_redone_moved_and_removed(staff):
    page = begin(staff)
    tap_square(page)
    page.click("#draw-undo")
    expect(page.locator(".corner")).to_have_count(3)
    page.click("#draw-redo")
    expect(page.locator(".corner")).to_have_count(4)
    page.locator(".corner").first.focus()
    before = page.locator("#draw-measure").inner_text()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#draw-measure")).not_to_have_text(before)
    page.keyboard.press("Delete")
    expect(page.locator(".corner")).to_have_count(3)


def test_corners_are_as_large_as_a_thumb(staff):
    page = begin(staff)
    tap_square(page)
    box = page.locator(".corner").first.bounding_box()
    assert min(box["width"], box["height"]) >= 44


def test_what_is_missing_is_said_before_saving(staff, city):
    page = begin(staff)
    page.click("#draw-save")
    expect(page.locator("#draw-fault")).to_contain_text("3つ以上")
    tap_square(page)
    page.click("#draw-save")
    expect(page.locator("#draw-fault")).to_contain_text("災害種別")
    assert stored(city) == []


def test_a_half_drawn_shape_survives_leaving_the_page(staff):
    page = begin(staff)
    tap_square(page)
    page.fill("#draw-description", "書きかけ")
    expect(page.locator("#send-state")).to_contain_text("端末に保存済み")
    staff.visit(AT)
    expect(page.locator(".corner")).to_have_count(4)
    expect(page.locator("#draw-description")).to_have_value("書きかけ")


def test_what_was_drawn_without_a_network_survives_a_reload_and_is_sent_later(staff, city):
    page = begin(staff)
    tap_square(page)
    describe(page, description="圏外で記入")
    page.context.set_offline(True)
    page.click("#draw-save")
    expect(page.locator("#send-state")).to_contain_text("端末に保存済み・未送信1件")
    assert stored(city) == []
    page.route(
        "**/edit/damage-areas/**", lambda route: route.abort()
    )  # back in reach of the page, not yet of the door in
    page.context.set_offline(False)
    staff.visit(AT)
    expect(page.locator("#send-state")).to_contain_text("未送信1件")
    page.unroute("**/edit/damage-areas/**")
    expect(page.locator("#send-state")).to_contain_text("送信済み", timeout=20_000)
    assert [row[0] for row in stored(city)] == ["圏外で記入"]


def test_a_lost_answer_stores_nothing_twice(staff, city):
    page = begin(staff)
    tap_square(page)
    describe(page, description="一度だけ")
    lost = []

    def lose(route) -> None:
        if not lost:
            lost.append(route.fetch().status)  # the server took it; the answer never arrives
            route.abort()
        else:
            route.continue_()

    page.route("**/edit/damage-areas/**", lose)
    page.click("#draw-save")
    expect(page.locator("#send-state")).to_contain_text("送信済み", timeout=20_000)
    assert lost == [201]
    assert stored(city) == [("一度だけ", "active", 1, 5)]


def test_a_conflict_is_shown_with_both_sides_and_decided_by_the_drawer(staff, city):
    city.sql(
        "INSERT INTO layers_damagearea (id, kind, description, geometry) VALUES ('shared', 'fire', 'はじめ',"
        " ST_Multi(ST_MakeEnvelope(139.559, 35.682, 139.561, 35.684, 4326)))"
    )
    page = staff.visit(AT + "&selected=damage-areas/shared")
    page.get_by_role("button", name="形・内容を直す").click()
    page.fill("#draw-description", "わたしの記入")
    city.sql("UPDATE layers_damagearea SET description = 'ほかの人の記入'")
    expect(page.locator("#draw-fault")).to_contain_text("ほかの人がこの被害範囲を変更しました")
    page.click("#draw-save")
    expect(page.locator("#send-state")).to_contain_text("衝突：確認してください")
    decision = page.locator(".decision")
    expect(decision).to_contain_text("ほかの人の記入")
    expect(decision).to_contain_text("わたしの記入")
    assert stored(city)[0][0] == "ほかの人の記入"
    decision.get_by_role("button", name="自分の内容で保存する").click()
    expect(page.locator("#send-state")).to_contain_text("送信済み")
    assert stored(city)[0][0] == "わたしの記入"


def test_an_ended_session_keeps_the_work_and_asks_to_sign_in(staff, city):
    page = begin(staff)
    tap_square(page)
    describe(page, description="期限切れ")
    page.context.clear_cookies()
    page.click("#draw-save")
    expect(page.locator("#send-state")).to_contain_text("もう一度サインイン")
    assert stored(city) == []


def test_the_parts_and_holes_of_a_stored_area_survive_an_edit(staff, city):
    city.sql(
        "INSERT INTO layers_damagearea (id, kind, geometry) VALUES ('parts', 'fire', ST_Multi(ST_Union("
        " ST_Difference(ST_MakeEnvelope(139.558, 35.682, 139.560, 35.684, 4326),"
        " ST_MakeEnvelope(139.5585, 35.6825, 139.5595, 35.6835, 4326)),"
        " ST_MakeEnvelope(139.561, 35.682, 139.562, 35.684, 4326))))"
    )
    before = city.rows("SELECT round(ST_Area(geometry)::numeric, 12) FROM layers_damagearea")
    page = staff.visit(AT + "&selected=damage-areas/parts")
    page.get_by_role("button", name="形・内容を直す").click()
    page.fill("#draw-description", "説明だけ直す")
    save(page)
    assert city.rows("SELECT round(ST_Area(geometry)::numeric, 12) FROM layers_damagearea") == before
    assert stored(city)[0][0] == "説明だけ直す"
