"""Maps of other servers: off unless the city wants them, kept, and soft where the server is away."""

from __future__ import annotations

import os
import time
from dataclasses import replace

import pytest

from layers.city import DEFAULT_CITY_FILE, CityFileError, read_city
from layers.outside_maps import OutsideMap
from layers.spec import Text
from tests.tile_cache.conftest import HERE
from tests.tile_cache.other_server import OtherServer, tile_bytes
from tests.tile_cache.test_maps import AREA, SPAN, is_reddish, picture, wms
from tile_cache.grid import tile_of
from tile_cache.maps import outside

BLUE = (0x20, 0x60, 0xA0, 255)
PLACE = tile_of(*HERE, 15)


@pytest.fixture
def other():
    server = OtherServer()
    yield server
    if server._thread.is_alive():
        server.go()


@pytest.fixture
def shown(settings, committed, store, other):
    """The city shows the other server's map: ``shown(zooms=(0, 14))``."""

    def show(**members: object) -> OutsideMap:
        declared = OutsideMap(
            "other.map",
            Text("よその地図", "Other map"),
            f"{other.url}/{{z}}/{{x}}/{{y}}.png",
            Text("出典：よそ", "Other"),
            "CC0-1.0",
        )
        declared = replace(declared, **members)
        settings.CITY = replace(settings.CITY, outside_maps=(declared,))
        return declared

    return show


def address(place=PLACE, form: str = "png", service: str = "wmts") -> str:
    return f"/{service}/other.map/webmercator/{place.z}/{place.x}/{place.y}.{form}"


def outdate(store) -> None:
    """Make everything that is kept half a year old."""
    for path in store.rglob("*.png"):
        os.utime(path, (time.time() - 180 * 86400,) * 2)


def is_marked(answer) -> bool:
    return answer.headers.get("Cache-Control") == "no-store"


def test_a_city_shows_no_map_of_others_unless_its_file_says_so(ask_maps, committed):
    assert read_city().outside_maps == ()
    assert ask_maps(address()).status == 400
    assert b"gsi" not in ask_maps("/service?SERVICE=WMS&REQUEST=GetCapabilities").content


def test_a_tile_is_asked_for_once_and_kept(shown, other, ask_maps):
    shown()
    answer = ask_maps(address())
    assert picture(answer).getpixel((128, 128)) == BLUE
    assert not is_marked(answer)
    assert other.asked == [f"/15/{PLACE.x}/{PLACE.y}.png"]
    assert answer.content == other.content, "the bytes are as they came"
    tms = f"/tms/1.0.0/other.map/webmercator/14/{PLACE.x}/{2**15 - 1 - PLACE.y}.png"
    for again in (address(), address(service="tiles"), tms):
        assert picture(ask_maps(again)).getpixel((128, 128)) == BLUE
    assert len(other.asked) == 1


def test_a_wms_picture_shows_it_in_any_system_below_our_own_layers(shown, other, ask_maps, add):
    shown()
    add("damagearea", "d1", AREA)
    for srs in ("EPSG:4326", "EPSG:3857", "EPSG:6677"):
        box = tuple(outside_box(srs))
        seen = picture(ask_maps(wms("other.map,damage-areas", box, srs)))
        assert seen.getpixel((200, 200)) != BLUE
        assert seen.getpixel((5, 5)) == BLUE


def outside_box(srs: str) -> tuple:
    from pyproj import Transformer

    return Transformer.from_crs(4326, srs, always_xy=True).transform_bounds(*SPAN)


def test_where_the_server_is_gone_a_kept_tile_comes_however_old_and_no_client_keeps_it(shown, other, ask_maps, store):
    shown()
    ask_maps(address())
    outdate(store)
    other.go()
    for _ in range(3):
        answer = ask_maps(address())
        assert picture(answer).getpixel((128, 128)) == BLUE
        assert is_marked(answer)


def test_where_nothing_is_kept_a_clear_tile_comes_or_an_enlarged_one(shown, other, ask_maps):
    shown()
    parent = tile_of(*HERE, 14)
    ask_maps(address(parent))
    other.go()
    answer = ask_maps(address())
    assert picture(answer).getpixel((128, 128)) == BLUE, "enlarged from the zoom below"
    assert is_marked(answer)
    nowhere = ask_maps(address(tile_of(10.0, 50.0, 15)))
    assert picture(nowhere).getbbox() is None
    assert is_marked(nowhere)


def test_our_own_layers_are_drawn_all_the_same_where_the_server_is_gone(shown, other, ask_maps, add):
    shown(is_photo=True)
    add("damagearea", "d1", AREA)
    add("baseroad", "r1", "LINESTRING(139.55 35.685, 139.57 35.685)", kind="main")
    other.go()
    answer = ask_maps(wms("base,other.map,damage-areas", SPAN))
    seen = picture(answer)
    assert is_reddish(seen.getpixel((200, 200)))
    assert seen.getpixel((10, 10)) == (246, 244, 239, 255), "the ground below it"
    assert is_marked(answer)


def test_a_slow_server_is_waited_for_once_and_then_left_alone(shown, other, ask_maps, monkeypatch, store):
    monkeypatch.setattr(outside, "TIMEOUT_S", 0.2)
    shown()
    other.dawdle()
    began = time.monotonic()
    assert picture(ask_maps(wms("other.map", SPAN, size=(1024, 1024)))).getbbox() is None
    for _ in range(5):
        ask_maps(address())
    assert time.monotonic() - began < 5
    assert len(other.asked) == 1
    other.hurry()


def test_after_a_pause_it_is_asked_again(shown, other, ask_maps, monkeypatch):
    shown()
    other.status = 500
    assert is_marked(ask_maps(address()))
    other.status = 200
    assert is_marked(ask_maps(address()))
    assert len(other.asked) == 1
    now = time.monotonic()
    monkeypatch.setattr(outside.time, "monotonic", lambda: now + outside.PAUSE_S + 1)
    answer = ask_maps(address())
    assert picture(answer).getpixel((128, 128)) == BLUE
    assert not is_marked(answer)


def test_one_request_tries_after_the_pause_while_others_do_without():
    clock = [0.0]
    health = outside.Health(lambda: clock[0] + 1)
    assert health.may_ask()
    health.failed()
    assert not health.may_ask()
    clock[0] = outside.PAUSE_S + 1
    assert [health.may_ask(), health.may_ask()] == [True, False]
    health.answered()
    assert [health.may_ask(), health.may_ask()] == [True, True]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<html>login</html>", "text/html"),
        (b"", "image/png"),
        (tile_bytes("red", size=(9, 9)), "image/png"),
        (tile_bytes("red")[:-40], "image/png"),
        (b"\x89PNG" + bytes(5_000_000), "image/png"),
    ],
    ids=["a page", "no bytes", "another size", "cut short", "too long"],
)
def test_what_is_no_tile_is_not_kept(shown, other, ask_maps, store, content, kind):
    shown()
    other.content, other.kind = content, kind
    answer = ask_maps(address())
    assert picture(answer).getbbox() is None
    assert is_marked(answer)
    assert not list(store.rglob("*.png"))


def test_a_tile_that_is_not_there_is_no_failure(shown, other, ask_maps):
    shown()
    other.status = 404
    answer = ask_maps(address())
    assert picture(answer).getbbox() is None
    assert not is_marked(answer)
    other.status = 200
    assert picture(ask_maps(address())).getpixel((128, 128)) == BLUE


def test_beyond_its_last_zoom_tiles_are_enlarged(shown, other, ask_maps):
    shown(zooms=(0, 13))
    assert picture(ask_maps(address())).getpixel((128, 128)) == BLUE
    assert {path.split("/")[1] for path in other.asked} == {"13"}


def test_photographs_stay_jpeg(shown, other, ask_maps):
    shown(is_photo=True)
    other.content, other.kind = tile_bytes("#2060a0", "JPEG"), "image/jpeg"
    answer = ask_maps(address(form="jpeg"))
    assert answer.headers["Content-type"] == "image/jpeg"
    assert answer.content == other.content


def test_a_wms_is_asked_for_the_ground_of_each_tile(shown, other, ask_maps):
    shown(url=f"{other.url}/wms?key=1", layers="a,b")
    assert picture(ask_maps(address())).getpixel((128, 128)) == BLUE
    asked = other.last_query()
    assert (asked["key"], asked["REQUEST"], asked["LAYERS"], asked["SRS"]) == ("1", "GetMap", "a,b", "EPSG:3857")
    assert tuple(map(float, asked["BBOX"].split(","))) == pytest.approx(PLACE.bounds_m)


def test_rows_may_be_counted_from_the_south():
    declared = OutsideMap("a.b", Text("", ""), "http://x/{z}/{x}/{-y}.png", Text("", ""), "")
    assert outside.address_of(declared, tile_of(0, -80, 2)).endswith("/0.png")


def test_what_is_kept_is_bounded_and_the_oldest_go_first(tmp_path):
    for number in range(20):
        path = tmp_path / f"{number}.png"
        path.write_bytes(bytes(1000))
        os.utime(path, (number, number))
    outside.trim(tmp_path, 10_000)
    assert sorted(int(path.stem) for path in tmp_path.iterdir()) == list(range(11, 20))


def test_it_is_in_the_capabilities_with_its_source_and_cannot_be_asked_about(shown, ask_maps):
    shown()
    said = ask_maps("/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.3.0").content.decode()
    assert "出典：よそ" in said
    assert "よその地図" in said
    from tests.tile_cache.test_feature_info import info
    from tests.tile_cache.test_legend import legend_address

    assert ask_maps(info("other.map")).status == 400
    assert ask_maps(legend_address("other.map")).status in {400, 404}


TABLE = """
[[outside_maps]]
preset = "gsi.pale"

[[outside_maps]]
name = "city.photo"
title = { ja = "航空写真", en = "Air photographs" }
url = "https://tiles.example.jp/{z}/{x}/{y}.jpg"
attribution = { ja = "出典：市", en = "Source: City" }
licence = "CC-BY-4.0"
zooms = [10, 19]
is_photo = true
"""


def test_the_citys_file_switches_them_on(tmp_path):
    path = tmp_path / "city.toml"
    path.write_text(DEFAULT_CITY_FILE.read_text(encoding="utf-8") + TABLE, encoding="utf-8")
    pale, photo = read_city(path).outside_maps
    assert (pale.name, pale.zooms, pale.attribution.ja) == ("gsi.pale", (5, 18), "出典：国土地理院")
    assert pale.url == "https://cyberjapandata.gsi.go.jp/xyz/pale/{z}/{x}/{y}.png"
    assert (photo.title.en, photo.zooms, photo.is_photo) == ("Air photographs", (10, 19), True)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("gsi.pale", "gsi.pail"), "there is no preset 'gsi.pail'"),
        (("city.photo", "photo"), "two words"),
        (("city.photo", "raster.photo"), "two words"),
        (("city.photo", "gsi.pale"), "named twice"),
        (("https://tiles", "file://tiles"), "https://"),
        (("https://tiles", "https://me:secret@tiles"), "no password"),
        (("/{x}/", "/"), "{z}, {x} and {y}"),
        (("[10, 19]", "[10, 99]"), "zooms"),
        (("[10, 19]", "[12, 10]"), "zooms"),
        (("[10, 19]", "10"), "is wrong"),
        (('licence = "CC-BY-4.0"', ""), "licence"),
        (("is_photo", "isphoto"), "isphoto mean nothing"),
        (("is_photo = true", "most_mb = 0"), "most_mb"),
        (("[[outside_maps]]\npreset", "[outside_maps]\npreset"), "not TOML|tables"),
    ],
)
def test_a_wrong_table_is_refused_in_one_sentence(tmp_path, change, says):
    path = tmp_path / "city.toml"
    path.write_text(DEFAULT_CITY_FILE.read_text(encoding="utf-8") + TABLE.replace(*change), encoding="utf-8")
    with pytest.raises(CityFileError, match=says):
        read_city(path)
