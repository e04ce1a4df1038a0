"""Features written in the reference systems in which they are read."""

from __future__ import annotations

import pyproj
import pytest

from layers import registry
from layers.spec import Audience
from tests.ogc_api.rows import add
from tests.ogc_api.test_crs import AUTHORITIES, CRS84, NAMES, PLANE, WGS84, first_position
from tests.ogc_api.writers import geometry_of, sender, values_of

pytestmark = pytest.mark.django_db

SITES = "/api/collections/evacuation-sites/items"
every_crs = pytest.mark.parametrize("crs", NAMES, ids=lambda name: name.rpartition("/")[2])
every_layer = pytest.mark.parametrize("layer", registry.every(), ids=lambda layer: layer.name)
ODD = {"lon": 139.561234567891, "lat": 35.681234567891}


@pytest.fixture
def send(db):
    return sender("admin")


def header(crs: str) -> str:
    return f"<{crs}>"


@every_layer
def test_what_is_read_in_a_system_is_written_back_in_it_and_nothing_moves(layer, send):
    path = f"/api/collections/{layer.name}/items/one"
    add(layer, "one", **ODD)
    before = layer.model.objects.get().geometry.wkb
    for crs in NAMES:
        read = send("GET", f"{path}?crs={crs}").json()
        assert send("PUT", path, read, If_Match="*", Content_Crs=header(crs)).status_code == 204
        part = {"geometry": read["geometry"]}
        assert send("PATCH", path, part, If_Match="*", Content_Crs=header(crs)).status_code == 204
        assert layer.model.objects.get().geometry.wkb == before, crs


@every_layer
def test_read_written_elsewhere_and_read_again_is_the_same_to_the_digit(layer, send):
    add(layer, "one", **ODD)
    for number, crs in enumerate(NAMES):
        write_elsewhere(layer, crs, f"two-{number}", send)


def write_elsewhere(layer, crs, feature_id, send):
    items = f"/api/collections/{layer.name}/items"
    read = send("GET", f"{items}/one?crs={crs}").json()
    new = {
        "type": "Feature",
        "id": feature_id,
        "geometry": read["geometry"],
        "properties": values_of(layer, Audience.ADMIN),
    }
    wanted = {"Content-Crs": header(crs), "Prefer": "return=representation"}
    created = send("POST", f"{items}?crs={crs}", new, **wanted)
    assert created.status_code == 201, created.content
    assert created.headers["Content-Crs"] == header(crs)
    assert (
        created.json()["geometry"]
        == read["geometry"]
        == send("GET", f"{items}/{feature_id}?crs={crs}").json()["geometry"]
    )
    patched = send("PATCH", f"{items}/{feature_id}", {"geometry": geometry_of(layer)}, If_Match="*")
    assert patched.status_code == 204
    put = send("PUT", f"{items}/{feature_id}?crs={crs}", new, If_Match="*", **wanted)
    assert put.json()["geometry"] == read["geometry"]


@every_crs
def test_the_stored_place_is_where_pyproj_puts_it_in_the_order_of_the_authority(crs, send):
    position = list(pyproj.Transformer.from_crs("OGC:CRS84", AUTHORITIES[crs]).transform(139.56, 35.68))
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [*position, 12.5]},
        "properties": {"name": "a"},
    }
    assert send("POST", SITES, feature, Content_Crs=header(crs)).status_code == 201
    stored = registry.get("evacuation-sites").model.objects.get().geometry
    assert (stored.x, stored.y) == pytest.approx((139.56, 35.68), abs=1e-9)


def test_an_answer_without_a_wish_is_in_longitude_and_latitude(send):
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [35.68, 139.56]},
        "properties": {"name": "a"},
    }
    answer = send("POST", SITES, feature, Content_Crs=header(WGS84), Prefer="return=representation")
    assert first_position(answer.json()["geometry"]) == [139.56, 35.68]
    assert answer.headers["Content-Crs"] == header(CRS84)


@pytest.mark.parametrize(
    ("crs", "coordinates", "said"),
    [
        (WGS84, [139.56, 35.68], "latitude from -90 to 90 and longitude from -180 to 180, in this order"),
        (PLANE, [139.56, 9e9], "northing from -1.5e+06 to 1.5e+06 and easting"),
        (PLANE, ["a", 1], "position 1 ['a', 1]"),
        (PLANE, [10**18, 1], "position 1"),
        (PLANE, [True, 1], "position 1"),
        (PLANE, [1], "position 1"),
        (PLANE, [[1, 2], [3, 4]], "do not form a Point"),
        (PLANE, [[1, 2], 3], "a position must be a list"),
        (PLANE, [], "position 1 []"),
        (PLANE, {"a": 1}, "the geometry has no coordinates"),
        (PLANE, [1_400_000, 1_400_000], "not within"),
    ],
    ids=str,
)
def test_a_position_that_is_none_in_its_system_is_named_with_what_is_right(crs, coordinates, said, send):
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": coordinates},
        "properties": {"name": "a"},
    }
    for answer in (
        send("POST", SITES, feature, Content_Crs=header(crs)),
        send("POST", SITES, {"type": "FeatureCollection", "features": [feature]}, Content_Crs=header(crs)),
    ):
        assert answer.status_code == 400
        assert said in answer.json()["detail"]


@pytest.mark.parametrize(
    "given", ["EPSG:6677", PLANE, "<http://www.opengis.net/def/crs/EPSG/0/6669>", "", "<>", "a" * 500]
)
def test_another_system_is_refused_naming_those_that_are_taken(given, send):
    answer = send("POST", SITES, b"{}", Content_Crs=given)
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "Content-Crs"
    assert all(name in answer.json()["detail"] for name in NAMES)
    assert send("POST", f"{SITES}?crs=EPSG:6677", b"{}").json()["parameter"] == "crs"
    assert send("DELETE", f"{SITES}/a?crs={PLANE}", If_Match="*").json()["parameter"] == "crs"
