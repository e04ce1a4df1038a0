"""Stored rasters as layers of WMS, WMTS and TMS: their colours, their values, and that no tile outlives them."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from lxml import etree
from PIL import Image
from pyproj import Transformer

from etl.raster_store import remove
from layers.raster import Raster
from tests.ogc_api.rasters.files import bring_in, degrees, slope_cells
from tests.tile_cache.test_feature_info import info
from tests.tile_cache.test_legend import legend_address
from tests.tile_cache.test_maps import picture, wms
from tile_cache.grid import tile_of
from tile_cache.keeping import sweeping
from tile_cache.maps import ramps

DEPTHS = (0.0, 0.3, 1.0, 4.0, 7.0, 15.0, 30.0)
"""One of each class, and dry ground."""


@pytest.fixture
def depths(committed, tmp_path, store) -> Raster:
    """Seven stripes from the west, ten cells each."""
    cells = np.repeat(np.array(DEPTHS, "float32"), 10)[None, :].repeat(70, axis=0)
    cells[60:] = -9999
    return bring_in(tmp_path, "depths", cells, nodata=-9999, kind="flood_depth", unit="m")


@pytest.fixture
def slope(committed, tmp_path, store) -> Raster:
    return bring_in(tmp_path, "slope", slope_cells(), nodata=-9999, kind="elevation", vertical_datum="JGD2011")


def around(raster: Raster, srs: str = "EPSG:4326") -> tuple[float, float, float, float]:
    bounds = raster.bounds.extent
    return Transformer.from_crs(4326, srs, always_xy=True).transform_bounds(*bounds)


def stripe(shown: Image.Image, number: int) -> tuple:
    return shown.getpixel((int((number + 0.5) / len(DEPTHS) * shown.width), shown.height // 3))


@pytest.mark.parametrize("srs", ["EPSG:4326", "EPSG:3857", "EPSG:6677", "EPSG:6668"])
def test_depths_have_the_official_colours_in_every_system_and_dry_or_unknown_ground_has_none(depths, ask_maps, srs):
    shown = picture(ask_maps(wms("raster.depths", around(depths, srs), srs)))
    assert stripe(shown, 0)[3] == 0
    assert [stripe(shown, number)[:3] for number in range(1, 7)] == [
        (0xF7, 0xF5, 0xA9),
        (0xFF, 0xD8, 0xC0),
        (0xFF, 0xB7, 0xB7),
        (0xFF, 0x91, 0x91),
        (0xF2, 0x85, 0xC9),
        (0xDC, 0x7A, 0xDC),
    ]
    assert 100 < stripe(shown, 3)[3] < 200
    assert shown.getpixel((200, 390))[3] == 0


def test_heights_are_tinted_by_height_and_lit_from_the_north_west(slope, tmp_path, ask_maps):
    shown = picture(ask_maps(wms("raster.slope", around(slope, "EPSG:6677"), "EPSG:6677")))
    low, high = shown.getpixel((30, 30)), shown.getpixel((370, 370))
    assert low != high
    assert low[3] == high[3] == 255
    hole = [int((30.5) / n * 400) for n in (80, 60)]
    assert shown.getpixel(tuple(hole))[3] == 0
    east, west = (
        np.arange(60, dtype="float32")[None, :].repeat(60, 0) * 5,
        np.arange(60, 0, -1, dtype="float32")[None, :],
    )
    bring_in(tmp_path, "eastward", east, kind="elevation")
    bring_in(tmp_path, "westward", west.repeat(60, 0) * 5, kind="elevation")

    def light(key: str) -> int:
        raster = Raster.objects.get(key=key)
        return sum(
            picture(ask_maps(wms(f"raster.{key}", around(raster, "EPSG:6677"), "EPSG:6677"))).getpixel((200, 200))[:3]
        )

    assert light("eastward") > light("westward"), "ground that rises to the east faces the light"


def test_a_large_picture_has_no_seams_between_its_strips(slope, ask_maps):
    box = around(slope, "EPSG:6677")
    whole = picture(ask_maps(wms("raster.slope", box, "EPSG:6677", size=(800, 600))))
    column = [whole.getpixel((100, y))[:3] for y in range(600)]
    jumps = [max(abs(a - b) for a, b in zip(*pair, strict=True)) for pair in itertools.pairwise(column[5:-5])]
    assert max(jumps) <= 6


def test_tiles_are_kept_until_the_raster_is_another_one_and_go_when_it_goes(depths, tmp_path, ask_maps, store):
    place = tile_of(*degrees(35, 20), 15)
    address = f"/wmts/raster.depths/webmercator/15/{place.x}/{place.y}.png"
    first = picture(ask_maps(address))
    assert first.getbbox() is not None
    files = {path: path.stat().st_ino for path in store.rglob("*.png")}
    assert files
    assert picture(ask_maps(address)).tobytes() == first.tobytes()
    assert {path: path.stat().st_ino for path in store.rglob("*.png")} == files
    tms = f"/tms/1.0.0/raster.depths/webmercator/14/{place.x}/{2**15 - 1 - place.y}.png"
    for other in (tms, address.replace("/wmts/", "/tiles/")):
        assert picture(ask_maps(other)).tobytes() == first.tobytes()
    bring_in(tmp_path, "depths", np.full((70, 70), 25, "float32"), kind="flood_depth", unit="m")
    assert picture(ask_maps(address)).tobytes() != first.tobytes()
    remove("depths")
    assert ask_maps(address).status == 400
    assert ask_maps(wms("raster.depths", (139, 35, 140, 36))).status == 400
    sweeping.sweep()
    assert not list(store.rglob("*.png")), "no tile of it is left"


def test_a_place_has_its_value_with_the_unit(slope, ask_maps):
    lon, lat = degrees(20.5, 10.5)
    box = (lon - 0.001, lat - 0.001, lon + 0.001, lat + 0.001)
    (feature,) = json.loads(ask_maps(info("raster.slope", bbox=box)).content)["features"]
    assert feature["properties"]["elevation"] == pytest.approx(40, abs=0.6)
    assert feature["properties"]["unit"] == "m"
    said = ask_maps(info("raster.slope", bbox=box, INFO_FORMAT="text/plain")).content.decode()
    assert "標高 / Elevation: " in said
    assert " m\n" in said
    assert "架空の測量" in said
    assert json.loads(ask_maps(info("raster.slope", bbox=(0, 0, 1, 1))).content)["features"] == []


def test_the_legend_has_a_row_a_class_with_its_bounds(depths, slope, ask_maps):
    def titles(name: str) -> list[str]:
        answer = ask_maps(legend_address(name, "application/json"))
        return [rule["title"] for rule in json.loads(answer.content)["Legend"][0]["rules"]]

    assert titles("raster.depths")[:2] == ["0.5 m 未満", "0.5 m 以上 3 m 未満"]
    assert titles("raster.slope")[0] == "0 m"
    assert ask_maps(legend_address("raster.slope")).headers["Content-type"] == "image/png"


def test_capabilities_say_where_a_raster_lies_and_hold_whatever_its_title_is(committed, tmp_path, store, ask_maps):
    title = "</Title><Layer>\"&'標高"
    bring_in(tmp_path, "odd", slope_cells(), nodata=-9999, kind="elevation", title=title)
    for address in (
        "/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.3.0",
        "/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.1.1",
        "/wmts/1.0.0/WMTSCapabilities.xml",
        "/tms/1.0.0",
    ):
        root = etree.fromstring(ask_maps(address).content)
        titles = [element.text or "" for element in root.iter() if str(element.tag).endswith("Title")]
        assert title in titles + [element.attrib.get("title") for element in root.iter()]
    said = ask_maps("/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.3.0").content
    wests = [float(e.text) for e in etree.fromstring(said).iter() if str(e.tag).endswith("westBoundLongitude")]
    assert any(139 < west < 140 for west in wests)
    assert ask_maps(info("raster.odd", INFO_FORMAT="text/html")).status == 200


def test_a_raster_without_values_is_an_empty_picture_and_values_of_any_kind_go_from_pale_to_dark(
    committed, tmp_path, store, ask_maps
):
    empty = bring_in(tmp_path, "empty", np.full((40, 40), -1, "float32"), nodata=-1, kind="elevation")
    assert picture(ask_maps(wms("raster.empty", around(empty)))).getbbox() is None
    ranks = bring_in(tmp_path, "ranks", (np.indices((40, 40)).sum(axis=0) % 5).astype("uint8"), kind="other", unit="")
    assert picture(ask_maps(wms("raster.ranks", around(ranks)))).getpixel((200, 200))[3] == 255
    ask_maps(legend_address("raster.empty"))


@pytest.mark.parametrize(
    ("bbox", "srs"),
    [
        ((-180, -90, 180, 90), "EPSG:4326"),
        ((-4e7, -4e7, 4e7, 4e7), "EPSG:6677"),
        ((-2e7, -2e7, 2e7, 2e7), "EPSG:3857"),
        ((-9e8, -9e8, 9e8, 9e8), "EPSG:3857"),
        ((0, 0, 1e-7, 1e-7), "EPSG:4326"),
        ((139.5, 35.6, 139.5000001, 35.6000001), "EPSG:4326"),
    ],
)
def test_boxes_at_the_edge_of_what_can_be_asked_for_are_answered(slope, ask_maps, bbox, srs):
    assert ask_maps(wms("raster.slope", bbox, srs)).status == 200


def test_a_file_that_is_gone_without_its_row_is_said_to_be_away(slope, ask_maps):
    slope.path.unlink()
    assert ask_maps(wms("raster.slope", around(slope))).status == 503
    assert ask_maps(wms("base", around(slope))).status == 200


def test_the_steps_of_a_ramp_are_round_and_hold_every_value():
    for least, greatest in ((0.0, 0.0), (37.2, 68.9), (-3.4, 3776.0), (0.001, 0.002), (5.0, 5.0)):
        steps = ramps._steps(least, greatest)
        assert steps[0] <= least
        assert greatest <= steps[-1]
        assert len(steps) <= 9
