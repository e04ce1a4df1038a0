"""Names are whole or absent, never cut, wherever they lie on the borders of pictures that are joined to a map.

Sixteen tiles are drawn together; at the border of what is drawn together a name has to give way. The same place by
WMS, in one picture, says how each name looks that is not cut.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from tests.tile_cache.test_maps import picture, wms
from tile_cache.maps.mapproxy_config import META_TILES

LEVEL = 17
"""Of the WMTS matrix: its tiles have 256 pixels."""

TILE_PX = 256
TILES = 2 * META_TILES
SIDE_PX = TILES * TILE_PX
COLUMN, ROW = 116352, 51584
"""The north-western of four times sixteen tiles; also at `COARSE` the first of sixteen."""

COARSE = 13
"""The level at which facilities are gathered."""

HALF_WORLD_M = 20037508.342789244
METRES = 2 * HALF_WORLD_M / (TILE_PX * 2**LEVEL)
NAME = "三鷹市立第一小学校体育館"
PLACES = [
    *((900 + 8 * number, 60 + 58 * number) for number in range(32)),
    *((100 + 160 * number, 950 + 20 * number) for number in range(5)),
    *((1280 + 160 * number, 960 + 20 * number) for number in range(4)),
]
"""Pixels of the joined picture: across the border in the middle in steps of 8 pixels, and down it."""


def lon_lat(x: float, y: float, level: int = LEVEL) -> tuple[float, float]:
    """The place of a pixel of the joined picture, or of one at another level that begins at the same place."""
    metres = METRES * 2 ** (LEVEL - level)
    east = COLUMN * TILE_PX * METRES + x * metres - HALF_WORLD_M
    north = HALF_WORLD_M - ROW * TILE_PX * METRES - y * metres
    return east / HALF_WORLD_M * 180, float(np.degrees(np.arctan(np.sinh(north / HALF_WORLD_M * np.pi))))


@pytest.fixture
def joined(ask_maps) -> Callable[[str], np.ndarray]:
    """All tiles of a layer as one picture, as a client puts them together."""

    def join(layer: str) -> np.ndarray:
        whole = Image.new("RGBA", (SIDE_PX, SIDE_PX))
        for x, y in itertools.product(range(TILES), repeat=2):
            answer = ask_maps(f"/wmts/{layer}/webmercator/{LEVEL}/{COLUMN + x}/{ROW + y}.png")
            whole.paste(picture(answer), (x * TILE_PX, y * TILE_PX))
        return on_white(whole)

    return join


@pytest.fixture
def in_one_picture(ask_maps) -> Callable[[str], np.ndarray]:
    """The same place without borders in it."""

    def ask(layer: str) -> np.ndarray:
        west, north = COLUMN * TILE_PX * METRES - HALF_WORLD_M, HALF_WORLD_M - ROW * TILE_PX * METRES
        box = (west, north - SIDE_PX * METRES, west + SIDE_PX * METRES, north)
        return on_white(picture(ask_maps(wms(layer, box, "EPSG:3857", size=(SIDE_PX, SIDE_PX)))))

    return ask


def on_white(drawn: Image.Image) -> np.ndarray:
    """Letters without their halo, whose last shade may be missing at a border."""
    ground = Image.new("RGBA", drawn.size, "white")
    ground.alpha_composite(drawn)
    return np.asarray(ground.convert("RGB")).astype(np.int16)


def has_ink(part: np.ndarray) -> bool:
    return bool((part < 200).any())


def same(one: np.ndarray, other: np.ndarray) -> bool:
    return bool(np.abs(one - other).max() <= 24)


def test_a_long_name_near_the_border_of_what_is_drawn_together_is_whole_or_absent(add, joined, in_one_picture):
    for number, (x, y) in enumerate(PLACES):
        add("shelter", f"s{number}", lon_lat(x, y), name=NAME)
    tiles, whole = joined("shelters"), in_one_picture("shelters")
    absent = []
    for x, y in PLACES:
        symbol = np.s_[y - 18 : y + 18, x - 18 : x + 18]
        below = np.s_[y + 20 : y + 58, x - 75 : x + 75]
        assert has_ink(whole[below]), "the name is in the picture that is not cut"
        assert same(tiles[symbol], whole[symbol]), f"the pictogram at {x}, {y} is whole"
        if not has_ink(tiles[below]):
            absent.append((x, y))
        else:
            assert same(tiles[below], whole[below]), f"the name at {x}, {y} is cut"
    middle = SIDE_PX // 2
    assert absent, "on the border itself a name is absent"
    assert all(abs(x - middle) < 75 or abs(y + 38 - middle) < 30 for x, y in absent), absent
    assert len(absent) < len(PLACES) / 2


def test_names_along_ways_and_on_places_touch_no_border_of_what_is_drawn_together(add, joined):
    """Ways cross the border in the middle; everything of the ground but its letters is pale."""
    for number in range(20):
        ends = [lon_lat(x, 60 + 95 * number) for x in (20, SIDE_PX - 20 - 37 * number)]
        line = ", ".join(f"{lon} {lat}" for lon, lat in ends)
        add("baseroad", f"r{number}", f"LINESTRING({line})", kind="secondary", name="井の頭公園前の通り" * 2)
    for number in range(16):
        add(
            "baseplace", f"p{number}", lon_lat(960 + 8 * number, 107 + 95 * number), kind="quarter", name="井の頭五丁目"
        )
    tiles = joined("base")
    middle = SIDE_PX // 2
    dark = (tiles < 190).all(axis=2)
    assert dark.sum() > 5_000, "names are there"
    assert not dark[:, middle - 1 : middle + 1].any()
    assert not dark[middle - 1 : middle + 1, :].any()
    across = [border for border in range(TILE_PX, SIDE_PX, TILE_PX) if border != middle]
    assert any(dark[:, border - 1 : border + 1].all(axis=1).any() for border in across), "other borders cut nothing"


def test_the_circle_and_number_of_gathered_points_are_whole_on_a_border(add, ask_maps):
    for number in range(12):
        add("facility", f"f{number}", lon_lat(0.3, 100, COARSE), name="")
    column, row = COLUMN >> LEVEL - COARSE, ROW >> LEVEL - COARSE
    assert column % META_TILES == 0, "on the border of what is drawn together"
    pair = [picture(ask_maps(f"/wmts/facilities/webmercator/{COARSE}/{x}/{row}.png")) for x in (column - 1, column)]
    tiles = np.hstack([on_white(each) for each in pair])[100 - 32 : 100 + 32, TILE_PX - 32 : TILE_PX + 32]
    (west, north), (east, south) = lon_lat(-32, 68, COARSE), lon_lat(32, 132, COARSE)
    whole = on_white(picture(ask_maps(wms("facilities", (west, south, east, north), size=(64, 64)))))
    assert has_ink(whole[:, :28])
    assert has_ink(whole[:, 36:])
    assert np.abs(tiles - whole).mean() < 2
