"""OGC API - Maps: what is drawn, where, in which system, and what the caller is told of it."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from django.test import Client
from PIL import Image
from pyproj import Transformer

from layers import registry
from tests.ogc_api.maps import AREA, HERE, draw
from tests.ogc_api.rows import add

MAP = "/api/collections/damage-areas/map"
SPAN = (139.555, 35.68, 139.565, 35.69)
"""West, south, east, north around HERE."""
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
REL_MAP = "http://www.opengis.net/def/rel/ogc/1.0/map"

pytestmark = pytest.mark.usefixtures("committed", "store")


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def damage() -> None:
    """A red area around HERE, 0.004 degrees wide and high."""
    draw("damage-areas", "d1", AREA)


def ask(client: Client, path: str = MAP, **given: object):
    said = {name.replace("_", "-"): value for name, value in given.items()}
    box = said.get("bbox")
    if isinstance(box, tuple):
        said["bbox"] = ",".join(str(number) for number in box)
    return client.get(path, said)


def picture(answer) -> Image.Image:
    assert answer.status_code == 200, answer.content
    return Image.open(BytesIO(answer.content)).convert("RGBA")


def is_reddish(pixel: tuple) -> bool:
    red, green, blue, opacity = pixel
    return opacity > 40 and red > green + 40 and red > blue + 40


def red_box(seen: Image.Image) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what is red."""
    width, height = seen.size
    red = [(x, y) for x in range(width) for y in range(height) if is_reddish(seen.getpixel((x, y)))]
    xs, ys = [x for x, _ in red], [y for _, y in red]
    return min(xs), min(ys), max(xs), max(ys)


def shown_pixel(crs: str, box: tuple, size: tuple[int, int], lon: float, lat: float) -> tuple[float, float]:
    """Where a place lies in a picture; `box` with x = east."""
    x, y = Transformer.from_crs(4326, int(crs), always_xy=True).transform(lon, lat)
    west, south, east, north = box
    return (x - west) / (east - west) * size[0], (north - y) / (north - south) * size[1]


@pytest.mark.parametrize("crs", ["CRS84", "4326", "6668", "3857", "6677"])
@pytest.mark.parametrize("size", [(300, 300), (400, 200)])
def test_a_feature_lies_at_its_pixel_in_every_system_and_shape(client, damage, crs, size):
    code = "4326" if crs == "CRS84" else crs
    uri = CRS84 if crs == "CRS84" else EPSG + crs
    project = Transformer.from_crs(4326, int(code), always_xy=True)
    # Off the middle, so that swapped axes or a box that has grown are seen.
    west, south = project.transform(139.552, 35.681)
    east, north = project.transform(139.564, 35.689)
    box = (west, south, east, north)
    written = (south, west, north, east) if crs in {"4326", "6668", "6677"} else box
    answer = ask(client, bbox=written, bbox_crs=uri, crs=uri, width=size[0], height=size[1])
    seen = picture(answer)
    assert seen.size == size
    left, top, right, bottom = red_box(seen)
    x0, y0 = shown_pixel(code, box, size, 139.558, 35.687)
    x1, y1 = shown_pixel(code, box, size, 139.562, 35.683)
    for seen_at, expected in zip((left, top, right, bottom), (x0, y0, x1, y1), strict=True):
        assert seen_at == pytest.approx(expected, abs=4)
    told = [float(number) for number in answer.headers["Content-Bbox"].split(",")]
    assert told == pytest.approx(written, abs=0.01 if code in {"3857", "6677"} else 1e-7)
    assert answer.headers["Content-Crs"] == f"<{uri}>"


def test_a_box_in_degrees_is_drawn_in_metres(client, damage):
    answer = ask(client, bbox=SPAN, crs=f"{EPSG}6677", width=300)
    seen = picture(answer)
    least_north, least_east, most_north, most_east = (float(n) for n in answer.headers["Content-Bbox"].split(","))
    x, y = shown_pixel("6677", (least_east, least_north, most_east, most_north), seen.size, *HERE)
    assert is_reddish(seen.getpixel((round(x), round(y))))
    # A pixel is as high as it is wide, since only the width was given.
    assert (most_east - least_east) / seen.width == pytest.approx((most_north - least_north) / seen.height, rel=0.01)


def test_without_parameters_the_map_is_of_the_city(client, damage, settings):
    answer = ask(client, "/api/map")
    assert answer.headers["Content-Type"] == "image/png"
    assert [float(n) for n in answer.headers["Content-Bbox"].split(",")] == pytest.approx(settings.CITY.bounds)
    seen = picture(answer)
    assert max(seen.size) == 1024
    x, y = shown_pixel("4326", settings.CITY.bounds, seen.size, *HERE)
    assert is_reddish(seen.getpixel((round(x), round(y))))


def test_a_map_is_drawn_anew_after_a_change_and_not_sent_twice_before(client, damage):
    first = ask(client, bbox=SPAN, width=100)
    assert first.headers["Cache-Control"] == "public, no-cache"
    path = f"{MAP}?bbox=139.555,35.68,139.565,35.69&width=100"
    again = client.get(path, headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    registry.get("damage-areas").model.objects.all().delete()
    after = client.get(path, headers={"if-none-match": first.headers["ETag"]})
    assert picture(after).getpixel((50, 50))[3] == 0
    head = client.head(path)
    assert (head.status_code, head.content) == (200, b"")


def test_the_background_is_what_was_asked_for(client, damage):
    def corner(**given: object) -> tuple:
        return picture(ask(client, bbox=SPAN, width=100, **given)).getpixel((3, 3))

    assert corner()[3] == 0
    assert corner(transparent="false") == (255, 255, 255, 255)
    assert corner(bgcolor="0x3366CC") == (0x33, 0x66, 0xCC, 255)
    assert corner(bgcolor="NAVY") == (0, 0, 128, 255)
    assert corner(bgcolor="navy", transparent="true")[3] == 0
    assert corner(path="/api/map", transparent="false") == (246, 244, 239, 255)
    assert corner(path="/api/map")[3] == 0
    assert corner(path="/api/map", bgcolor="0x3366CC") == (0x33, 0x66, 0xCC, 255)


def test_a_jpeg_is_a_jpeg_and_never_black_where_nothing_is(client, damage):
    answer = ask(client, bbox=SPAN, width=100, f="jpeg")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert min(picture(answer).getpixel((3, 3))[:3]) > 250
    liked = client.get(f"{MAP}?width=50", headers={"accept": "image/jpeg"})
    assert liked.headers["Content-Type"] == "image/jpeg"
    shown = client.get(f"{MAP}?width=50", headers={"accept": "image/avif,image/webp,*/*;q=0.8"})
    assert shown.headers["Content-Type"] == "image/png"


def test_the_last_collection_lies_on_top(client):
    draw("damage-areas", "d1", AREA)
    draw("closures", "c1", "MULTILINESTRING((139.555 35.685, 139.565 35.685))")

    def seen(names: str) -> bytes:
        return picture(ask(client, "/api/map", collections=names, bbox=SPAN, width=200)).tobytes()

    assert seen("damage-areas,closures") != seen("closures,damage-areas")
    assert (
        seen("http://testserver/api/collections/damage-areas") == picture(ask(client, bbox=SPAN, width=200)).tobytes()
    )
    assert seen("base,damage-areas") == seen("damage-areas")  # the ground of the test is empty


def test_the_time_of_what_is_shown_is_told(client):
    draw("damage-areas", "d1", AREA, occurred_at="2024-01-01T16:10:00+09:00")
    assert ask(client, bbox=SPAN, width=50).headers["Content-Datetime"].startswith("2024-01-01T07:10:00Z/")
    assert "Content-Datetime" not in ask(client, "/api/collections/shelters/map", width=50).headers


@pytest.mark.parametrize(
    ("given", "status", "parameter"),
    [
        ({"width": "0"}, 400, "width"),
        ({"width": "-5"}, 400, "width"),
        ({"width": "many"}, 400, "width"),
        ({"height": "1.5"}, 400, "height"),
        ({"width": "4097"}, 413, "width"),
        ({"width": "9" * 18}, 413, "width"),
        ({"width": "4000", "bbox": "139,35,139.001,36"}, 413, "height"),
        ({"bbox": "1,2,3"}, 400, "bbox"),
        ({"bbox": "140,35,139,36"}, 400, "bbox"),
        ({"bbox": "139,35,139,36"}, 400, "bbox"),
        ({"bbox": "139,36,140,35"}, 400, "bbox"),
        ({"bbox": "nan,35,140,36"}, 400, "bbox"),
        ({"bbox": "139,35,140,91"}, 400, "bbox"),
        ({"bbox": "-80,35,-70,36", "crs": f"{EPSG}6677"}, 400, "bbox"),
        ({"bbox": "139,35,140,36", "bbox-crs": "EPSG:4326"}, 400, "bbox-crs"),
        ({"bbox-crs": CRS84}, 400, "bbox-crs"),
        ({"crs": f"{EPSG}2451"}, 400, "crs"),
        ({"bgcolor": "#ffffff"}, 400, "bgcolor"),
        ({"bgcolor": "reddish"}, 400, "bgcolor"),
        ({"void-color": "reddish"}, 400, "void-color"),
        ({"transparent": "yes"}, 400, "transparent"),
        ({"f": "gif"}, 400, "f"),
        ({"lang": "fr"}, 400, "lang"),
        ({"layers": "shelters"}, 400, "layers"),
        ({"collections": "shelters"}, 400, "collections"),
    ],
)
def test_a_wrong_request_is_a_problem_that_names_what_is_wrong(client, given, status, parameter):
    answer = client.get(MAP, given)
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["parameter"] == parameter


def test_what_is_not_there_is_not_found(client):
    assert client.get("/api/collections/nothing/map").status_code == 404
    assert client.get("/api/collections/shelters/styles/night/map").json()["parameter"] == "styleId"
    assert client.get("/api/map?collections=nothing").json()["parameter"] == "collections"


@pytest.mark.parametrize("prefix", ["", "/collections/damage-areas"])
def test_links_lead_to_pictures(client, damage, prefix):
    links = client.get(f"/api{prefix or '/'}").json()["links"]
    found = {link["type"]: link["href"] for link in links if link["rel"] == REL_MAP}
    assert set(found) == {"image/png", "image/jpeg", "text/html"}
    for media_type, address in found.items():
        assert client.get(address).headers["Content-Type"].partition(";")[0] == media_type


def test_the_landing_page_says_in_which_systems_and_where_there_are_maps(client, settings):
    document = client.get("/api/").json()
    assert CRS84 in document["crs"]
    assert document["extent"]["spatial"]["bbox"] == [list(settings.CITY.bounds)]
    for uri in document["crs"]:
        assert ask(client, crs=uri, width=20).status_code == 200


def test_rows_for_staff_are_on_no_map_whoever_asks(signed_in):
    add(registry.get("damage-reports"), "r1", lon=HERE[0], lat=HERE[1], status="new")
    for role in ("public", "staff"):
        answer = ask(signed_in(role), "/api/collections/damage-reports/map", bbox=SPAN, width=100)
        assert picture(answer).getbbox() is None


def test_a_layer_for_staff_is_on_no_map_and_unknown_to_the_public(for_staff, signed_in):
    add(registry.get("facilities"), "f1", lon=HERE[0], lat=HERE[1])
    for_staff("facilities")
    public, staff = signed_in("public"), signed_in("staff")
    one, other = (public.get(f"/api/collections/{name}/map") for name in ("facilities", "nothing"))
    assert (one.status_code, one.json()["title"]) == (404, other.json()["title"])
    assert public.get("/api/map?collections=facilities").status_code == 400
    assert staff.get("/api/collections/facilities/map").json()["title"] == "no map"
    assert staff.get("/api/map?collections=facilities").status_code == 400
    for client in (public, staff):
        assert picture(ask(client, "/api/map", bbox=SPAN, width=100)).getbbox() is None
        links = client.get("/api/openapi").json()["paths"]["/collections/{collectionId}/map"]
        assert "facilities" not in json.dumps(links)
    assert "/map" not in json.dumps(staff.get("/api/collections/facilities").json()["links"])
    assert "/map" not in json.dumps(staff.get("/api/collections/facilities/styles/default/metadata").json())


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("path", ["/api/map", MAP, "/api/collections/damage-areas/styles/default/map"])
def test_a_browser_that_opens_a_map_gets_a_page_with_the_picture(client, damage, path, language):
    answer = client.get(f"{path}?width=100&lang={language}", headers={"accept": "text/html,*/*;q=0.8"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert ("地図画像" in text) is (language == "ja")
    source = text.partition('<p class="picture"><img src="')[2].partition('"')[0].replace("&amp;", "&")
    assert picture(client.get(source)).width == 100


def test_other_sites_may_show_maps(client):
    answer = client.get(f"{MAP}?width=20", headers={"origin": "https://elsewhere.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Content-Bbox" in answer.headers["Access-Control-Expose-Headers"]


def test_the_claims_are_those_that_are_tested_here(client):
    claimed = client.get("/api/conformance").json()["conformsTo"]
    assert {name.rpartition("/")[2] for name in claimed if "ogcapi-maps" in name} == {
        "core", "api-operations", "background", "collection-map", "collections-selection", "cors", "crs",
        "dataset-map", "jpeg", "png", "styled-map",
    }  # fmt: skip
    paths = client.get("/api/openapi").json()["paths"]
    for path, end in (
        ("/map", ".dataset.getMap"),
        ("/collections/{collectionId}/map", ".collection.getMap"),
        ("/collections/{collectionId}/styles/{styleId}/map", ".collection.style.getMap"),
    ):
        assert paths[path]["get"]["operationId"].endswith(end)
