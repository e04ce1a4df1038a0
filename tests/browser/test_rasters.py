"""The page of a raster: a point that is typed or tapped has its height, and the request is shown."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.server]

PAGE = "/api/collections/raster.sample-elevation"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_place_on_the_map_has_its_height(visitor, size):
    guest: Visitor = visitor(size)
    page = guest.visit(PAGE)
    chart = page.locator("#raster-map[data-ready=true]")
    chart.wait_for(timeout=30_000)
    chart.locator("canvas").click()
    expect(page.locator("#raster-value")).to_have_text(re.compile(r"^\d\d(\.\d+)? m$"))
    expect(page.locator("#raster-request")).to_contain_text("/position?coords=POINT")
    assert guest.complaints == []
    assert guest.foreign_addresses == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_a_typed_point_outside_and_a_wrong_one_are_told_apart(visitor):
    page = visitor().visit(PAGE)
    field, value = page.locator("#raster-coords"), page.locator("#raster-value")
    field.fill("POINT(0 0)")
    page.get_by_role("button", name="値を調べる").click()
    expect(value).to_have_text("この地点はラスターの範囲の外です。")
    field.fill("139.56, 35.68")
    field.press("Enter")
    expect(value).to_contain_text("Well-Known Text")
