"""What is in a vector tile: the right features, at the right place, for the right reader."""

from __future__ import annotations

import gzip
import math

import pytest
from django.db import connection
from django.test import Client

from layers.spec import Audience
from tests.tile_cache.conftest import HERE
from tests.tile_cache.mvt import decode
from tile_cache.grid import EXTENT, tile_of

AREA = "MULTIPOLYGON(((139.558 35.683, 139.562 35.683, 139.562 35.687, 139.558 35.687, 139.558 35.683)))"


def test_a_feature_lies_where_its_longitude_and_latitude_say(add, tile):
    add("shelter", "s1", HERE, name="第一小学校")
    (shelter,) = tile("shelters")["shelters"]
    place = tile_of(*HERE, 14)
    x = (HERE[0] + 180) / 360 * 2**14 - place.x
    y = (1 - math.asinh(math.tan(math.radians(HERE[1]))) / math.pi) / 2 * 2**14 - place.y
    assert shelter.points == [(pytest.approx(x * EXTENT, abs=1), pytest.approx(y * EXTENT, abs=1))]
    assert shelter.properties["id"] == "s1"
    assert shelter.properties["name"] == "第一小学校"


def test_equal_rows_give_equal_bytes_whatever_the_order_of_their_insertion(add, sql, store):
    def content() -> bytes:
        place = tile_of(*HERE, 14)
        return Client().get(f"/tiles/shelters/14/{place.x}/{place.y}.mvt").content

    for name in ("a", "b", "c"):
        add("shelter", name, HERE, name=name)
    sql("UPDATE layers_shelter SET changed_at = '2026-01-01', version = 7")
    sql("ALTER TABLE layers_shelter DISABLE TRIGGER machigis_version")
    try:
        sql("UPDATE layers_shelter SET changed_at = '2026-01-01', version = 7")
        first = content()
        sql("DELETE FROM layers_shelter")
        for name in ("c", "a", "b"):
            add("shelter", name, HERE, name=name, changed_at="2026-01-01", version=7)
        assert content() == first != b""
    finally:
        sql("ALTER TABLE layers_shelter ENABLE TRIGGER machigis_version")


def test_the_public_never_receives_a_field_for_staff(add, tile, staff_tile):
    add("shelter", "s1", HERE, name="第一小学校", contact_phone="0422-00-0000")
    (shelter,) = tile("shelters")["shelters"]
    assert "contact_phone" not in shelter.properties
    (seen,) = staff_tile("shelters", Audience.STAFF).layers["shelters"]
    assert seen.properties["contact_phone"] == "0422-00-0000"


def test_a_report_is_shown_to_all_once_it_is_confirmed(add, sql, tile, staff_tile):
    add("damagereport", "r1", HERE, title="塀が倒れている")
    assert tile("damage-reports") == {}
    assert len(staff_tile("damage-reports", Audience.DISASTER_STAFF).layers["damage-reports"]) == 1
    assert tile("damage-reports") == {}, "what staff saw must not have been kept for the public"
    sql("UPDATE layers_damagereport SET status = 'confirmed'")
    assert len(tile("damage-reports")["damage-reports"]) == 1


def test_what_only_staff_may_see_is_kept_nowhere(add, staff_tile, store):
    add("shelter", "s1", HERE, name="第一小学校", contact_phone="0422-00-0000")
    assert staff_tile("shelters", Audience.STAFF).headers["Cache-Control"] == "private, no-store"
    assert not list(store.rglob("*.mvt"))


def test_staff_share_the_public_tile_where_they_see_no_more(add, staff_tile, store):
    add("town", "t1", HERE, name="下連雀")
    assert staff_tile("towns", Audience.ADMIN).headers["Cache-Control"] == "no-cache"
    assert len(list(store.rglob("*.mvt"))) == 1


def test_several_layers_come_in_one_tile(add, tile):
    add("shelter", "s1", HERE, name="a")
    add("evacuationsite", "e1", HERE, name="b")
    assert set(tile("shelters,evacuation-sites")) == {"shelters", "evacuation-sites"}


def test_nothing_there_is_204(store, committed):
    assert Client().get("/tiles/shelters/14/1/1.mvt").status_code == 204


def test_a_layer_is_empty_below_its_first_zoom(add, tile):
    add("facility", "f1", HERE, name="図書館")
    assert tile("facilities", 11) == {}
    assert len(tile("facilities", 12)["facilities"]) == 1


def test_minor_roads_wait_for_their_zoom(add, tile):
    add("baseroad", "main", "LINESTRING(139.55 35.68, 139.57 35.69)", kind="main", name="本通り")
    add("baseroad", "path", "LINESTRING(139.55 35.69, 139.57 35.68)", kind="path")
    assert [road.properties["id"] for road in tile("base", 10)["base-roads"]] == ["main"]
    assert len(tile("base", 15)["base-roads"]) == 2


def test_a_damage_area_is_in_every_zoom_however_small(add, tile):
    add("damagearea", "d1", AREA)
    for zoom in range(8, 19):
        assert len(tile("damage-areas", zoom)["damage-areas"]) == 1, zoom


def test_a_tile_of_ten_thousand_buildings_stays_small(sql, store):
    sql(
        "INSERT INTO layers_basebuilding (id, geometry) SELECT n, ST_Multi(ST_MakeEnvelope("
        " 139.556 + (n %% 100) * 0.0001, 35.680 + n / 100 * 0.0001,"
        " 139.55608 + (n %% 100) * 0.0001, 35.68008 + n / 100 * 0.0001, 4326)) FROM generate_series(0, 9999) n"
    )
    for zoom in (14, 15, 16):
        place = tile_of(*HERE, zoom)
        answer = Client().get(f"/tiles/base/{zoom}/{place.x}/{place.y}.mvt", headers={"Accept-Encoding": "gzip"})
        assert len(answer.content) < 500_000


def test_a_link_carries_what_a_way_is_chosen_by_and_leaves_the_rest_to_its_item(add, tile):
    shape = f"LINESTRING({HERE[0]} {HERE[1]}, {HERE[0] + 0.001} {HERE[1]})"
    add("pedestrianlink", "l1", shape, start_id="a", end_id="b", length_m=90, slope_code=5, rank="AAB", door=4)
    (link,) = tile("pedestrian-links", zoom=16)["pedestrian-links"]
    assert link.properties["slope_code"] == 5
    assert not {"rank", "door", "original", "width_min_lat"} & set(link.properties)


def test_times_are_in_utc_whatever_the_session_says(add, tile):
    add("damagearea", "d1", AREA, occurred_at="2026-01-01T09:00:00+09:00")
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'America/New_York'")
    try:
        (area,) = tile("damage-areas")["damage-areas"]
    finally:
        connection.close()
    assert area.properties["occurred_at"] == "2026-01-01T00:00:00Z"


def test_a_known_tile_is_304(add, store):
    add("shelter", "s1", HERE, name="a")
    place = tile_of(*HERE, 14)
    address = f"/tiles/shelters/14/{place.x}/{place.y}.mvt"
    first = Client().get(address)
    assert first.headers["Cache-Control"] == "no-cache"
    again = Client().get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    add("shelter", "s2", HERE, name="b")
    assert Client().get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_the_tile_is_sent_compressed_to_who_takes_it(add, store):
    add("shelter", "s1", HERE, name="a")
    place = tile_of(*HERE, 14)
    address = f"/tiles/shelters/14/{place.x}/{place.y}.mvt"
    plain = Client().get(address)
    packed = Client().get(address, headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert decode(plain.content)
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert Client().head(address).status_code == 200


@pytest.mark.parametrize(
    ("address", "status", "parameter"),
    [
        ("/tiles/nothing/14/1/1.mvt", 404, "tileset"),
        ("/tiles/shelters,nothing/14/1/1.mvt", 404, "tileset"),
        ("/tiles/nothing.json", 404, "tileset"),
        ("/tiles/styles/nothing.json", 404, "name"),
        ("/tiles/shelters/23/1/1.mvt", 400, "z"),
        ("/tiles/shelters/-1/1/1.mvt", 400, "z"),
        ("/tiles/shelters/14/16384/1.mvt", 400, "x"),
        ("/tiles/shelters/14/1/-1.mvt", 400, "y"),
        ("/tiles/shelters/14/1/one.mvt", 400, "y"),
        ("/tiles/shelters/14/1.5/1.mvt", 400, "x"),
        ("/tiles/shelters/14/" + "9" * 5000 + "/1.mvt", 400, "x"),
        ("/tiles/shelters/１４/1/1.mvt", 400, "z"),
        ("/tiles/shelters'; DROP TABLE layers_shelter; --/14/1/1.mvt", 404, "tileset"),
    ],
)
def test_what_does_not_exist_is_a_problem_that_names_the_part(store, committed, address, status, parameter):
    answer = Client().get(address)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["parameter"] == parameter


def test_a_tile_cannot_be_written(store, committed):
    assert Client().post("/tiles/shelters/14/1/1.mvt").status_code == 405
