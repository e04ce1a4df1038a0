"""The examples for developers: both maps show the city's features, by the files that the page shows."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, Visitor
from tests.running import RunningCity

pytestmark = [pytest.mark.browser, pytest.mark.server]
READY_MS = 60_000


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_both_maps_show_features_and_complain_of_nothing(visitor, city: RunningCity, size, language):
    guest: Visitor = visitor(size)
    page = guest.visit(f"/developers/?lang={language}")
    for name in ("maplibre", "openlayers"):
        page.locator(f"#{name}-map[data-ready=true]").wait_for(timeout=READY_MS)
        assert int(page.locator(f"#{name}-map").get_attribute("data-drawn")) > 5
    assert int(page.locator("#maplibre-map").get_attribute("data-roads")) > 5
    assert int(page.locator("#openlayers-map").get_attribute("data-tiles")) > 10
    ((flood,),) = city.rows("SELECT count(*) FROM layers_evacuationsite WHERE flood")
    assert flood > 10, "more than one page"
    expect(page.locator("#maplibre-found")).to_have_text(str(flood))
    assert any("cursor=" in address for address in guest.addresses), "the pages' links are followed"
    assert guest.complaints == []
    assert guest.foreign_addresses == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_the_page_shows_the_files_that_it_runs_on(visitor, city: RunningCity):
    page = visitor().visit("/developers/")
    for number, name in enumerate(("maplibre", "openlayers")):
        shown = page.locator("pre code").nth(number).text_content()
        assert shown == page.request.get(f"{city.url}/static/web/examples/{name}.js").text()
