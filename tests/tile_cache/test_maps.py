"""WMS, WMTS and TMS: what is drawn, where, and that no picture is older than the data."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from pyproj import Transformer

from tests.tile_cache.conftest import HERE, end_other_connections
from tile_cache.grid import tile_of
from tile_cache.looks import sprites
from tile_cache.maps import application as maps

AREA = "MULTIPOLYGON(((139.558 35.683, 139.562 35.683, 139.562 35.687, 139.558 35.687, 139.558 35.683)))"
SPAN = (139.555, 35.68, 139.565, 35.69)
"""West, south, east, north around HERE."""


def wms(layers: str, bbox: tuple, srs: str = "EPSG:4326", version: str = "1.1.1", size: tuple = (400, 400)) -> str:
    key = "CRS" if version == "1.3.0" else "SRS"
    box = ",".join(str(number) for number in bbox)
    return (
        f"/service?SERVICE=WMS&VERSION={version}&REQUEST=GetMap&LAYERS={layers}&STYLES=&{key}={srs}&BBOX={box}"
        f"&WIDTH={size[0]}&HEIGHT={size[1]}&FORMAT=image/png&TRANSPARENT=TRUE"
    )


def picture(answer) -> Image.Image:
    assert answer.status == 200, answer.content
    assert answer.headers["Content-type"] == "image/png"
    return Image.open(BytesIO(answer.content)).convert("RGBA")


def is_reddish(pixel: tuple) -> bool:
    red, green, blue, opacity = pixel
    return opacity > 40 and red > green + 40 and red > blue + 40


def test_a_damage_area_is_on_the_map_as_soon_as_it_is_drawn_and_gone_when_it_is_deleted(add, sql, ask_maps):
    address = wms("damage-areas", SPAN)
    assert picture(ask_maps(address)).getpixel((200, 200))[3] == 0
    add("damagearea", "d1", AREA)
    seen = picture(ask_maps(address))
    assert is_reddish(seen.getpixel((200, 200)))
    assert seen.getpixel((20, 20))[3] == 0
    sql("DELETE FROM layers_damagearea")
    assert picture(ask_maps(address)).getpixel((200, 200))[3] == 0


def test_a_resolved_area_is_grey_and_without_hatching(add, ask_maps):
    add("damagearea", "d1", AREA, status="resolved")
    seen = picture(ask_maps(wms("damage-areas", SPAN)))
    inner = {seen.getpixel((x, 200)) for x in range(160, 240)}
    assert len(inner) == 1
    red, green, blue, _ = inner.pop()
    assert max(red, green, blue) - min(red, green, blue) < 12


@pytest.mark.parametrize(
    ("srs", "version", "is_north_first"),
    [
        ("EPSG:4326", "1.1.1", False),
        ("EPSG:4326", "1.3.0", True),
        ("CRS:84", "1.3.0", False),
        ("EPSG:6668", "1.3.0", True),
    ],
)
def test_the_order_of_axes_is_the_standards(add, ask_maps, srs, version, is_north_first):
    add("damagearea", "d1", AREA)
    west, south, east, north = SPAN
    box = (south, west, north, east) if is_north_first else SPAN
    assert is_reddish(picture(ask_maps(wms("damage-areas", box, srs, version))).getpixel((200, 200)))


@pytest.mark.parametrize("srs", ["EPSG:3857", "EPSG:6677"])
def test_maps_come_in_metres_too(add, ask_maps, srs):
    add("damagearea", "d1", AREA)
    x, y = Transformer.from_crs(4326, srs, always_xy=True).transform(*HERE)
    seen = picture(ask_maps(wms("damage-areas", (x - 500, y - 500, x + 500, y + 500), srs)))
    assert is_reddish(seen.getpixel((200, 200)))
    assert seen.getpixel((5, 5))[3] == 0


def test_a_picture_of_another_shape_still_shows_the_box_that_was_asked_for(add, ask_maps):
    add("damagearea", "d1", AREA)
    seen = picture(ask_maps(wms("damage-areas", SPAN, size=(400, 200))))
    # The area begins at 0.3 of the box and ends at 0.7, in both directions.
    assert is_reddish(seen.getpixel((130, 100)))
    assert is_reddish(seen.getpixel((270, 100)))
    assert seen.getpixel((110, 100))[3] == 0


def test_a_japanese_name_is_written_below_its_symbol(add, sql, ask_maps):
    add("shelter", "s1", HERE, name="第一小学校")
    near = (HERE[0] - 0.001, HERE[1] - 0.001, HERE[0] + 0.001, HERE[1] + 0.001)
    named = picture(ask_maps(wms("shelters", near)))
    sql("UPDATE layers_shelter SET name = '井口四丁目'")
    other = picture(ask_maps(wms("shelters", near)))
    sql("UPDATE layers_shelter SET name = ''")
    plain = picture(ask_maps(wms("shelters", near)))
    below = (140, 220, 260, 247)
    assert plain.crop(below).getbbox() is None
    ink = sum(1 for pixel in named.crop(below).get_flattened_data() if pixel[3] > 200 and pixel[0] < 120)
    assert ink > 80
    assert named.crop(below).tobytes() != other.crop(below).tobytes(), "boxes instead of characters would be the same"
    assert named.getpixel((200, 200))[3] == 255


def test_a_report_that_is_not_confirmed_is_on_no_map(add, sql, ask_maps):
    add("damagereport", "r1", HERE, title="塀が倒れている")
    assert picture(ask_maps(wms("damage-reports", SPAN))).getbbox() is None
    sql("UPDATE layers_damagereport SET status = 'confirmed'")
    assert picture(ask_maps(wms("damage-reports", SPAN))).getbbox() is not None


@pytest.mark.parametrize(("depth_m", "colour"), [(0, "#f7f5a9"), (3, "#ffb7b7"), (20, "#dc7adc"), (None, "#c9b39b")])
def test_a_class_of_depth_has_its_official_colour_and_the_pattern_that_the_browser_draws(
    add, ask_maps, depth_m, colour
):
    add("hazardzone", "z1", AREA, hazard="flood", depth_min_m=depth_m)
    seen = picture(ask_maps(wms("hazard-zones", (139.5585, 35.6835, 139.5615, 35.6865), size=(480, 480))))
    inner = seen.crop((12, 12, 132, 132)).get_flattened_data()
    plain = max(set(inner), key=inner.count)
    for part, declared in zip(plain[:3], bytes.fromhex(colour[1:]), strict=True):
        assert part == pytest.approx(declared, abs=6)
    name = {0: "depth-1", 3: "depth-3", 20: "depth-6", None: "zone"}[depth_m]
    sheet = Image.open(BytesIO(sprites.sprite("light", 1).png)).convert("RGBA")
    at = sprites.sprite("light", 1).index[name]
    tile = sheet.crop((at["x"], at["y"], at["x"] + at["width"], at["y"] + at["height"])).get_flattened_data()
    share = sum(pixel[3] > 40 for pixel in tile) / len(tile)
    darker = sum(sum(pixel[:3]) < sum(plain[:3]) - 24 for pixel in inner) / len(inner)
    assert darker == pytest.approx(share, abs=0.08)


WIDE = (139.53, 35.655, 139.59, 35.715)
"""A span at which facilities and reports are gathered, in 400 pixels."""


def test_points_that_would_lie_on_one_another_are_a_circle_with_their_number(add, ask_maps):
    add("facility", "f1", HERE, name="a")
    dot = picture(ask_maps(wms("facilities", WIDE)))
    for number in range(2, 25):
        add("facility", f"f{number}", HERE, name="a")
    circle = picture(ask_maps(wms("facilities", WIDE)))
    west, north, east, south = circle.getbbox()
    assert dot.getbbox()[2] - dot.getbbox()[0] < 15 < 25 <= east - west == pytest.approx(south - north, abs=1)
    assert circle.getpixel((west + 6, 200))[:3] == (255, 255, 255), "the number stands on white"
    assert min(sum(circle.getpixel((x, 200))[:3]) for x in range(west + 6, east - 6)) < 200, "and is dark"
    near = picture(ask_maps(wms("facilities", SPAN)))
    assert near.getbbox()[2] - near.getbbox()[0] < 15, "from near by each is drawn for itself"


def test_no_circle_counts_what_is_not_for_everybody(add, sql, ask_maps):
    address = wms("damage-reports", (139.46, 35.585, 139.66, 35.785))
    for number in range(2):
        add("damagereport", f"r{number}", HERE, title="塀", status="confirmed")
    two = picture(ask_maps(address))
    for number in range(5):
        add("damagereport", f"n{number}", HERE, title="塀")
    assert picture(ask_maps(address)).tobytes() == two.tobytes()
    sql("UPDATE layers_damagereport SET status = 'confirmed'")
    assert picture(ask_maps(address)).tobytes() != two.tobytes()


def test_a_stored_picture_is_given_again_past_mapproxy_until_a_change_touches_it(add, ask_maps, monkeypatch):
    add("shelter", "s1", HERE, name="第一小学校")
    place = tile_of(*HERE, 15)
    address = f"/tiles/shelters/webmercator/{place.z}/{place.x}/{place.y}.png"
    first = [ask_maps(address) for _ in range(2)][-1]
    monkeypatch.setattr(maps, "get_app", lambda: pytest.fail("MapProxy was asked"))
    again = ask_maps(address)
    assert (again.status, again.content, again.headers["ETag"]) == (200, first.content, first.headers["ETag"])
    assert ask_maps(address, HTTP_IF_NONE_MATCH=first.headers["ETag"]).status == 304
    monkeypatch.undo()
    add("facility", "f1", HERE, name="another layer")
    add("shelter", "far", (139.2, 35.2), name="another place")
    assert ask_maps(address).content == first.content
    add("shelter", "s2", (HERE[0] + 0.001, HERE[1]), name="第二小学校")
    assert ask_maps(address).content != first.content


def test_the_base_map_has_roads_on_pale_ground(add, ask_maps):
    add("baseroad", "r1", "LINESTRING(139.55 35.685, 139.57 35.685)", kind="main", name="本通り")
    seen = picture(ask_maps(wms("base", SPAN)))
    assert seen.getpixel((10, 10)) == (246, 244, 239, 255)
    assert seen.getpixel((40, 200)) == (251, 240, 214, 255)


def tile_address(layer: str, zoom: int = 15) -> str:
    place = tile_of(*HERE, zoom)
    return f"/wmts/{layer}/webmercator/{zoom}/{place.x}/{place.y}.png"


def test_wmts_tms_and_xyz_show_the_same_tile(add, ask_maps):
    add("damagearea", "d1", AREA)
    place = tile_of(*HERE, 15)
    by_wmts = picture(ask_maps(tile_address("damage-areas")))
    assert by_wmts.size == (256, 256)
    assert by_wmts.getbbox() is not None
    # TMS counts rows from the south, and its level 0 is the world in four tiles.
    tms = f"/tms/1.0.0/damage-areas/webmercator/14/{place.x}/{2**15 - 1 - place.y}.png"
    xyz = f"/tiles/damage-areas/webmercator/15/{place.x}/{place.y}.png"
    for address in (tms, xyz):
        assert picture(ask_maps(address)).tobytes() == by_wmts.tobytes(), address


def test_a_stored_picture_is_drawn_again_if_and_only_if_a_change_touches_it(add, sql, ask_maps, store):
    def written() -> dict:
        return {path: path.stat().st_ino for path in store.rglob("*.png")}

    address = tile_address("damage-areas")
    add("damagearea", "d1", AREA)
    first = picture(ask_maps(address))
    files = written()
    assert files
    assert picture(ask_maps(address)).tobytes() == first.tobytes()
    add("damagearea", "far", AREA.replace("139.", "138."))
    assert picture(ask_maps(address)).tobytes() == first.tobytes()
    assert written() == files
    sql("UPDATE layers_damagearea SET status = 'resolved' WHERE id = 'd1'")
    assert picture(ask_maps(address)).tobytes() != first.tobytes()
    sql("DELETE FROM layers_damagearea WHERE id = 'd1'")
    assert picture(ask_maps(address)).getbbox() is None


def test_a_change_whose_symbol_reaches_into_the_next_tile_is_seen_there(add, ask_maps):
    place = tile_of(*HERE, 15)
    west, south, _, north = place.buffered_lon_lat(0)
    address = tile_address("shelters")
    assert picture(ask_maps(address)).getbbox() is None
    add("shelter", "s1", (west - 0.00003, (south + north) / 2), name="")
    assert picture(ask_maps(address)).getbbox() is not None


def test_a_client_keeps_a_picture_and_asks_whether_it_is_still_so(add, sql, ask_maps):
    add("damagearea", "d1", AREA)
    for address in (tile_address("damage-areas"), wms("damage-areas", SPAN)):
        first = ask_maps(address)
        assert first.headers["Cache-Control"] == "no-cache"
        again = ask_maps(address, HTTP_IF_NONE_MATCH=f'"other", W/{first.headers["ETag"]}')
        assert (again.status, again.content) == (304, b"")
        sql("UPDATE layers_damagearea SET status = 'resolved'")
        assert ask_maps(address, HTTP_IF_NONE_MATCH=first.headers["ETag"]).status == 200
        sql("UPDATE layers_damagearea SET status = 'active'")


def test_maps_come_back_after_the_database_was_away(add, ask_maps):
    add("damagearea", "d1", AREA)
    address = wms("damage-areas", SPAN)
    picture(ask_maps(address))
    end_other_connections()
    assert ask_maps(address).status in {200, 503}
    assert is_reddish(picture(ask_maps(address)).getpixel((200, 200)))


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (wms("nothing", SPAN), 400),
        (wms("base", (139, 35, 140)), 400),
        (wms("base", (140, 35, 139, 36)), 400),
        (wms("base", (139, 35, "nan", 36)), 400),
        (wms("base", ("a", "b", "c", "d")), 400),
        (wms("base", SPAN, size=(0, 100)), 400),
        (wms("base", SPAN, size=("many", 100)), 400),
        (wms("base", SPAN, size=(90000, 90000)), 400),
        (wms("base", SPAN, srs="EPSG:999999"), 400),
        ("/service?SERVICE=WMS&REQUEST=GetMap", 400),
        ("/service?SERVICE=WFS&REQUEST=GetFeature", 400),
        ("/service", 400),
        ("/wmts/nothing/webmercator/15/1/1.png", 400),
        ("/wmts/base/webmercator/99/1/1.png", 400),
        ("/wmts/base/webmercator/15/x/1.png", 400),
        (
            "/service?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=base&STYLE=&TILEMATRIXSET=webmercator"
            "&TILEMATRIX=15&TILEROW=a&TILECOL=1&FORMAT=image/png",
            400,
        ),
        ("/tms/1.0.0/nothing/webmercator/15/1/1.png", 404),
        ("/nothing", 404),
        ("/demo/", 404),
    ],
)
def test_a_wrong_request_is_answered_with_an_exception_of_the_standard(ask_maps, committed, address, status):
    answer = ask_maps(address)
    assert answer.status == status
    assert b"Traceback" not in answer.content
    said = answer.headers.get("Content-Type") or answer.headers.get("Content-type")
    assert "xml" in said or "problem+json" in said


@pytest.mark.parametrize(
    "address",
    [
        "/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.1.1",
        "/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.3.0",
        "/wmts/1.0.0/WMTSCapabilities.xml",
        "/tms/1.0.0",
    ],
)
def test_capabilities_name_every_public_layer_and_no_other_server(ask_maps, committed, address):
    said = ask_maps(address).content.decode()
    for name in ("指定避難所", "背景地図", "被害範囲"):
        assert name in said
    assert "http://127.0.0.1/maps" in said


def test_the_mount_says_where_its_services_are(ask_maps):
    assert b"/maps/tms/1.0.0" in ask_maps("/").content
