"""The browser's map and the WMS picture of the same place show the same features, in the same colours and sizes.

MapLibre and Mapnik draw from styles that are written from the same drawings, and each in its own way: what one of them
leaves out or puts elsewhere is seen in the pictures alone. Each layer has a chart with a feature of each of its kinds
and classes (`tests.browser.chart`); the sample city is looked at with all layers together.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import psycopg
import pytest
from playwright.sync_api import Browser

from layers import registry, tiling
from layers.spec import Audience
from tests.browser import chart
from tests.browser.alike import Picture, differences, ink, raster
from tests.browser.drawn import SIDE_PX, BrowserMap, lon_lat, wms, world_px
from tests.running import RunningCity
from tile_cache.looks.base_map import BASE_GROUP, GROUND_COLOUR
from tile_cache.looks.style import in_order
from tile_cache.looks.symbols import Gathered

pytestmark = [pytest.mark.browser, pytest.mark.server]

WHITE = (255, 255, 255)
CENTRE = (139.56, 35.685)

GROUND = (0xF6, 0xF4, 0xEF)
NEAR = 13
"""The zoom at which points stand for themselves, and nothing but places has a name."""

DASH_PX = 6
"""How far from its place in the other picture a dash may be."""


@pytest.fixture(autouse=True)
def _empty_picture() -> None:
    """The damage on the charts is meant to be there."""


@pytest.fixture(scope="module")
def charted(city: RunningCity) -> Iterator[RunningCity]:
    chart.write(city)
    yield city
    chart.remove(city)


@pytest.fixture(scope="module")
def browser_map(browser: Browser, charted: RunningCity) -> Iterator[BrowserMap]:
    shown = BrowserMap(browser, charted)
    yield shown
    shown.close()


@pytest.mark.parametrize("each", list(chart.charts()), ids=lambda each: "+".join(each.layers))
def test_each_kind_and_class_of_each_layer_looks_alike_and_nothing_else_is_drawn(browser_map, charted, each):
    ground = GROUND if each.is_ground else WHITE
    by_browser = browser_map.draw(each.layers, each.middle, each.zoom, f"#{bytes(ground).hex()}")
    by_wms = wms(charted, [BASE_GROUP] if each.is_ground else each.layers, each.middle, each.zoom)
    expected = {square.corner_px for square in each.squares if square.is_drawn}
    assert expected
    assert drawn_squares(by_browser, ground) == expected, "by the browser"
    assert drawn_squares(by_wms, ground) == expected, "by WMS"
    if not each.is_named:
        assert differences(by_browser, by_wms, ground, DASH_PX if each.is_dashed else 2) == []
    if each.is_dashed:
        assert strength(by_browser, ground) == pytest.approx(strength(by_wms, ground), rel=0.2), "gaps are gaps"


def test_the_charts_show_every_layer_that_everybody_may_see():
    shown = {name for each in chart.charts() for name in each.layers}
    assert shown == {layer.name for layer in registry.declared() if layer.read == Audience.PUBLIC}


def drawn_squares(picture: Picture, ground: tuple[int, int, int]) -> set[tuple[int, int]]:
    """The corners of the squares of a chart in which something is drawn."""
    found = raster(ink(picture, ground)[..., None], chart.SQUARES)[..., 0] > 0
    return {(column * chart.SQUARE_PX, row * chart.SQUARE_PX) for row, column in np.argwhere(found)}


def in_drawing_order(zoom: int) -> list[str]:
    """The layers on top in the order in which MapLibre draws them, without names and dashes."""
    ground = {layer.name for layer in chart.LAYERS if layer.group == BASE_GROUP or layer.style.kind == "label"}
    looked_at = (layer for layer in chart.LAYERS if layer.name not in ground and not chart.is_dashed(layer))
    seen = [drawing for drawing in in_order(looked_at) if drawing.first_zoom <= zoom]
    if zoom < NEAR:
        seen = [each for each in seen if tiling.is_gathered(each.layer, zoom) and isinstance(each.symbol, Gathered)]
    return list(dict.fromkeys(each.layer.name for each in seen))


def strength(picture: Picture, ground: tuple[int, int, int]) -> Picture:
    """How much is drawn in each square, of how strong a colour."""
    return raster(np.abs(picture - np.array(ground)), chart.SQUARES).sum(axis=2)


@pytest.mark.parametrize("zoom", [10, 12, NEAR])
def test_the_sample_city_looks_alike_gathered_and_from_near(browser_map, charted, zoom):
    names = in_drawing_order(zoom)
    by_browser, by_wms = browser_map.draw(names, CENTRE, zoom), wms(charted, names, CENTRE, zoom)
    assert ink(by_browser, WHITE).mean() > 0.005
    assert differences(by_browser, by_wms, WHITE) == []
    for x, y in places(charted, names) if zoom == NEAR else []:
        for name, picture in (("the browser", by_browser), ("WMS", by_wms)):
            assert ink(picture[y - 1 : y + 2, x - 1 : x + 2], WHITE).any(), f"{name} draws nothing at {x}, {y}"


def places(city: RunningCity, names: list[str]) -> list[tuple[int, int]]:
    """Pixels of the picture from near, on which points lie that all may see."""
    layers = [layer for layer in chart.LAYERS if layer.name in names and layer.geometry_type == "Point"]
    found = [
        place
        for layer in layers
        for *place, seen in city.rows(
            f"SELECT ST_X(geometry), ST_Y(geometry), {layer.rows.field if layer.rows else 'NULL'} FROM {layer.table}"
        )
        if layer.rows is None or seen in layer.rows.values
    ]
    left, top = (value - SIDE_PX / 2 for value in world_px(*CENTRE, NEAR))
    pixels = ((int(x - left), int(y - top)) for x, y in (world_px(lon, lat, NEAR) for lon, lat in found))
    return [(x, y) for x, y in pixels if 2 <= x < SIDE_PX - 2 and 2 <= y < SIDE_PX - 2]


@pytest.mark.parametrize("zoom", [14, 16])
def test_the_ground_looks_alike_as_a_whole(browser_map, charted, zoom):
    """Names lie elsewhere along their lines, so single cells differ, but no more than names do."""
    ground = [layer.name for layer in chart.LAYERS if layer.group == BASE_GROUP]
    by_browser = raster(browser_map.draw(ground, CENTRE, zoom, GROUND_COLOUR), 16)
    by_wms = raster(wms(charted, [BASE_GROUP], CENTRE, zoom), 16)
    shades = np.abs(by_browser - by_wms).max(axis=2)
    assert shades.max() < 20
    assert shades.mean() < 1


def test_the_name_of_an_area_over_four_tiles_is_written_once(browser_map, charted):
    at = (150.1, 34.0)
    x, y = (round(value / SIDE_PX) * SIDE_PX for value in world_px(*at, 16))
    (west, north), (east, south) = lon_lat(x - 200, y - 180, 16), lon_lat(x + 150, y + 170, 16)
    box = f"POLYGON(({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))"
    area = next(layer for layer in chart.LAYERS if layer.name == "damage-areas")
    with psycopg.connect(charted.database_url) as connection:
        chart.insert(connection, area, f"{chart.ID}four", box, {"kind": "flood", "description": "四つの図にまたがる"})
    browser_map.draw([area.name], lon_lat(x, y, 16), 16)
    names = browser_map.page.evaluate(
        "window.drawn.queryRenderedFeatures({layers: ['damage-areas-name']}).map((each) => each.properties.description)"
    )
    assert names == ["四つの図にまたがる"]
