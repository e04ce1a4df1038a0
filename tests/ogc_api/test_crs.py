"""Features Part 2: every layer in every reference system, each axis where its authority puts it, to the millimetre."""

from __future__ import annotations

import json
import math

import pyproj
import pytest
from django.conf import settings
from django.test import override_settings

from layers import registry
from layers.city import read_city
from tests.ogc_api.rows import add

BASE = "http://www.opengis.net/def/crs/"
CRS84, WGS84, MERCATOR, JGD2011, PLANE = NAMES = [
    f"{BASE}{name}" for name in ("OGC/1.3/CRS84", "EPSG/0/4326", "EPSG/0/3857", "EPSG/0/6668", "EPSG/0/6677")
]
AUTHORITIES = dict(zip(NAMES, ("OGC:CRS84", "EPSG:4326", "EPSG:3857", "EPSG:6668", "EPSG:6677"), strict=True))
LON, LAT = 139.559812345, 35.683298765
"""A place that lies on no round number in any system."""
METRE_IN_DEGREES = 1 / 111_000
ITEMS = "/api/collections/facilities/items"

pytestmark = pytest.mark.django_db

every_layer = pytest.mark.parametrize("layer", registry.every(), ids=lambda layer: layer.name)
every_crs = pytest.mark.parametrize("crs", NAMES, ids=lambda name: name.rpartition("/")[2])


def truth(crs: str, lon: float, lat: float) -> tuple[float, float]:
    """Where pyproj puts a place, in the axis order of the authority."""
    return pyproj.Transformer.from_crs("OGC:CRS84", AUTHORITIES[crs]).transform(lon, lat)


def first_position(geometry: dict) -> list[float]:
    position = geometry["coordinates"]
    while isinstance(position[0], list):
        position = position[0]
    return position


def is_within_a_millimetre(crs: str, found: list[float], true: tuple[float, float]) -> bool:
    unit = 1 if crs in {MERCATOR, PLANE} else METRE_IN_DEGREES
    return math.dist(found, true) < 0.001 * unit


def features(client, **query) -> list[dict]:
    response = client.get(ITEMS, {name.replace("_", "-"): text for name, text in query.items()})
    assert response.status_code == 200, response.content
    return response.json()["features"]


@every_layer
def test_every_layer_is_where_pyproj_puts_it_alone_and_among_others(layer, member):
    add(layer, "one", lon=LON, lat=LAT)
    own = f"/api/collections/{layer.name}/items"
    staff = member("admin")
    for crs in NAMES:
        for path in (own, f"{own}/one"):
            response = staff.get(path, {"crs": crs})
            assert response.headers["Content-Crs"] == f"<{crs}>"
            document = response.json()
            feature = document["features"][0] if "features" in document else document
            assert "crs" not in feature["geometry"]
            assert is_within_a_millimetre(crs, first_position(feature["geometry"]), truth(crs, LON, LAT)), crs


def test_longitude_and_latitude_stand_in_the_order_of_the_authority(client):
    add(registry.get("facilities"), "a", lon=139.56, lat=35.68)
    found = {crs: features(client, crs=crs)[0]["geometry"]["coordinates"] for crs in NAMES}
    assert found[CRS84] == [139.56, 35.68]
    assert found[WGS84] == found[JGD2011] == [35.68, 139.56]
    assert found[MERCATOR][0] > 15_000_000 > 5_000_000 > found[MERCATOR][1]
    northing, easting = found[PLANE]
    assert northing == pytest.approx(-35_467.960, abs=0.001), "X of zone IX is the northing, south of 36 degrees"
    assert easting == pytest.approx(-24_741.475, abs=0.001), "Y is the easting, west of 139 degrees 50 minutes"


@every_crs
def test_a_box_finds_by_place_in_every_system(client, crs):
    for number in range(5):
        add(registry.get("facilities"), f"f{number}", lon=139.50 + number / 100, lat=35.68)
    low, high = truth(crs, 139.505, 35.675), truth(crs, 139.525, 35.685)
    box = ",".join(map(repr, (*low, *high)))
    assert [feature["id"] for feature in features(client, bbox=box, bbox_crs=crs)] == ["f1", "f2"]
    high_box = ",".join(map(repr, (*low, -10.0, *high, 99.5)))
    assert [feature["id"] for feature in features(client, bbox=high_box, bbox_crs=crs)] == ["f1", "f2"]


def test_the_sides_of_a_box_in_metres_are_straight_in_metres(client):
    """A side of 80 km bends by 90 m in degrees: places 5 cm inside and outside of its middle tell."""
    to_degrees = pyproj.Transformer.from_crs("EPSG:6677", "OGC:CRS84")
    for name, northing in (("inside", -35_000.05), ("outside", -34_999.95)):
        lon, lat = to_degrees.transform(northing, -20_000)
        add(registry.get("facilities"), name, lon=lon, lat=lat)
    found = features(client, bbox="-95000,-60000,-35000,20000", bbox_crs=PLANE)
    assert [feature["id"] for feature in found] == ["inside"]


def test_box_and_answer_may_be_in_different_systems(client):
    add(registry.get("facilities"), "a", lon=139.56, lat=35.68)
    found = features(client, bbox="35.6,139.5,35.7,139.6", bbox_crs=JGD2011, crs=PLANE)
    assert is_within_a_millimetre(PLANE, found[0]["geometry"]["coordinates"], truth(PLANE, 139.56, 35.68))


def test_boxes_cross_the_antimeridian_where_the_system_goes_round(client):
    add(registry.get("facilities"), "east", lon=-179.9, lat=35)
    add(registry.get("facilities"), "west", lon=179.9, lat=35)
    assert len(features(client, bbox="30,179,40,-179", bbox_crs=WGS84)) == 2
    assert len(features(client, bbox="20000000,3000000,-20000000,5000000", bbox_crs=MERCATOR)) == 2
    response = client.get(ITEMS, {"bbox": "0,10,10,-10", "bbox-crs": PLANE})
    assert response.status_code == 400
    assert response.json()["parameter"] == "bbox"


@pytest.mark.parametrize("box", ["-1e300,-1e300,1e300,1e300", "-1e9,-1e9,1e9,1e9", "0,0,0,0", "9e8,9e8,9e9,9e9"])
@pytest.mark.parametrize("crs", [MERCATOR, PLANE])
def test_a_box_of_any_size_is_cut_to_what_the_system_is_made_for(client, crs, box):
    add(registry.get("facilities"), "a")
    assert len(features(client, bbox=box, bbox_crs=crs)) == (1 if box.startswith("-") else 0)


@pytest.mark.parametrize(("lon", "lat"), [(10, 10), (-41, -36), (180, 90), (139.83, -90), (49.83, 0)])
def test_what_lies_outside_a_system_has_no_geometry_in_it(client, lon, lat):
    add(registry.get("facilities"), "far", lon=lon, lat=lat)
    assert features(client, crs=PLANE)[0]["geometry"] is None
    assert features(client, crs=CRS84)[0]["geometry"]["coordinates"] == [lon, lat]
    mercator = features(client, crs=MERCATOR)[0]["geometry"]
    assert (mercator is None) == (abs(lat) > 85.06)


@pytest.mark.parametrize("name", ["crs", "bbox-crs"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "EPSG:6677",
        "6677",
        f"{BASE}EPSG/0/6676",
        f"{BASE}EPSG/0/06677",
        f"{PLANE} ",
        f"{PLANE}');--",
        "x" * 1_999,
        "\0",
    ],
)
def test_a_system_that_is_not_offered_is_refused_with_those_that_are(client, name, text):
    add(registry.get("facilities"), "a")
    for path in (ITEMS, f"{ITEMS}/a") if name == "crs" else (ITEMS,):
        response = client.get(path, {name: text})
        assert response.status_code == 400
        assert response.json()["parameter"] == name
        assert response.json()["supported"] == NAMES
        assert PLANE in response.json()["detail"]


@pytest.mark.parametrize("box", ["139.5,35.6,139.6,35.7", "35.7,139.5,35.6,139.6", "35,139,35"])
def test_a_box_in_the_wrong_order_is_told_the_right_one(client, box):
    problem = client.get(ITEMS, {"bbox": box, "bbox-crs": WGS84}).json()
    assert (problem["status"], problem["parameter"]) == (400, "bbox")
    assert "least latitude (or northing), least longitude" in problem["detail"]


def test_pages_stay_in_the_system_that_was_asked_for(client):
    for number in range(3):
        add(registry.get("facilities"), f"f{number}")
    document = client.get(ITEMS, {"crs": PLANE, "bbox": "35,139,36,140", "bbox-crs": JGD2011, "limit": "2"}).json()
    following = client.get(next(link["href"] for link in document["links"] if link["rel"] == "next"))
    assert following.headers["Content-Crs"] == f"<{PLANE}>"
    assert [feature["id"] for feature in following.json()["features"]] == ["f2"]
    assert following.json()["features"][0]["geometry"] == document["features"][0]["geometry"]
    one = client.get(f"{ITEMS}/f0", {"crs": PLANE}).json()
    own = next(link["href"] for link in one["links"] if link["rel"] == "self")
    assert client.get(own).headers["Content-Crs"] == f"<{PLANE}>"


def test_collections_state_the_systems_and_how_they_are_stored(client):
    documents = [*client.get("/api/collections").json()["collections"], client.get("/api/collections/shelters").json()]
    for document in (one for one in documents if one["itemType"] == "feature"):
        assert document["crs"] == NAMES
        assert document["storageCrs"] == CRS84


def test_the_zone_is_the_citys_own(client, tmp_path):
    text = (settings.BASE_DIR.parent / "layers" / "cities" / "mitaka.toml").read_text(encoding="utf-8")
    other = tmp_path / "other.toml"
    other.write_text(text.replace("zone = 9", "zone = 2"), encoding="utf-8")
    add(registry.get("facilities"), "a", lon=131.5, lat=33.5)
    with override_settings(CITY=read_city(other)):
        response = client.get(ITEMS, {"crs": f"{BASE}EPSG/0/6670"})
        true = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:6670").transform(131.5, 33.5)
        assert math.dist(response.json()["features"][0]["geometry"]["coordinates"], true) < 0.001
        assert client.get(ITEMS, {"crs": PLANE}).status_code == 400
        assert f"{BASE}EPSG/0/6670" in client.get("/api/openapi").content.decode()


def test_the_map_of_a_page_reads_longitude_and_latitude_whatever_is_asked_for(client):
    add(registry.get("facilities"), "a")
    for path in (ITEMS, f"{ITEMS}/a"):
        page = client.get(path, {"crs": PLANE, "f": "html"}).content.decode()
        url = page.split('data-features="')[1].split('"')[0].replace("&amp;", "&")
        document = json.loads(client.get(url).content)
        feature = document["features"][0] if "features" in document else document
        assert feature["geometry"]["coordinates"] == [139.56, 35.68]
