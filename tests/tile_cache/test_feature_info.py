"""GetFeatureInfo: what lies at a place of a picture, as everybody may see it, in each system and form."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from pyproj import Transformer

from layers import registry
from layers.reading import feature_query, rows
from layers.spec import Audience
from tests.tile_cache.conftest import HERE
from tests.tile_cache.test_maps import AREA, SPAN
from tile_cache.grid import tile_of

SIZE = 400


def info(layers: str, at=(200, 200), bbox=SPAN, srs="EPSG:4326", version="1.1.1", **more: object) -> str:
    is_new = version == "1.3.0"
    names = ("CRS", "I", "J") if is_new else ("SRS", "X", "Y")
    given = {
        "SERVICE": "WMS",
        "VERSION": version,
        "REQUEST": "GetFeatureInfo",
        "LAYERS": layers,
        "QUERY_LAYERS": layers,
        "STYLES": "",
        names[0]: srs,
        "BBOX": ",".join(map(str, bbox)),
        "WIDTH": SIZE,
        "HEIGHT": SIZE,
        "FORMAT": "image/png",
        "INFO_FORMAT": "application/json",
        names[1]: at[0],
        names[2]: at[1],
    } | more
    return "/service?" + "&".join(f"{name}={value}" for name, value in given.items() if value is not None)


@pytest.fixture
def found(ask_maps):
    """The features of an answer: ``found("shelters", at=(200, 200))``."""

    def ask(*args: object, **more: object) -> list[dict]:
        answer = ask_maps(info(*args, **more))
        assert answer.status == 200, answer.content
        assert answer.headers["Content-type"] == "application/json"
        document = json.loads(answer.content)
        assert document["type"] == "FeatureCollection"
        return document["features"]

    return ask


def ids(features: list[dict]) -> list[str]:
    return [feature["id"] for feature in features]


def test_a_feature_is_given_exactly_as_the_api_gives_it_to_everybody(add, found):
    add("shelter", "s1", HERE, name="第一小学校 <b>&")
    (feature,) = found("shelters")
    ((_, text, *_),) = rows(feature_query(registry.get("shelters"), Audience.PUBLIC, "s1"))
    assert feature.pop("featureType") == "shelters"
    assert feature == json.loads(text)


def test_points_count_as_far_as_they_are_drawn_and_areas_where_the_place_is_inside(add, found):
    # At this scale a pictogram is 36 px wide; a pixel is 0.000025 degrees.
    add("shelter", "s1", HERE, name="第一小学校")
    assert ids(found("shelters", at=(216, 200))) == ["s1"]
    assert ids(found("shelters", at=(222, 200))) == []
    add("damagearea", "d1", AREA)
    assert ids(found("damage-areas", at=(121, 200))) == ["d1"]
    assert ids(found("damage-areas", at=(115, 200))) == []


def test_a_line_counts_within_ten_pixels(add, found):
    assert ids(found("pedestrian-links", at=(100, 208))) == []
    add("pedestrianlink", "l1", "LINESTRING(139.55 35.685, 139.57 35.685)", start_id="a", end_id="b", length_m=1)
    assert ids(found("pedestrian-links", at=(100, 208))) == ["l1"]
    assert ids(found("pedestrian-links", at=(100, 213))) == []


def test_the_nearest_comes_first_and_no_more_than_are_asked_for(add, found):
    for number in range(5):
        add("facility", f"f{number}", (HERE[0] + number * 0.00003, HERE[1]), name=f"施設{number}")
    assert ids(found("facilities")) == ["f0"]
    assert ids(found("facilities", FEATURE_COUNT=3)) == ["f0", "f1", "f2"]
    assert ids(found("facilities", at=(203, 200), FEATURE_COUNT=100))[0] == "f3"


def test_of_the_base_map_the_topmost_comes_first(add, found):
    add("basegreen", "g1", AREA, kind="park", name="公園")
    add("baseroad", "r1", "LINESTRING(139.55 35.685, 139.57 35.685)", kind="main", name="本通り")
    assert ids(found("base")) == ["r1"]
    assert ids(found("base", FEATURE_COUNT=10)) == ["r1", "g1"]


@pytest.mark.parametrize(
    ("srs", "version", "is_north_first"),
    [
        ("EPSG:4326", "1.1.1", False),
        ("EPSG:4326", "1.3.0", True),
        ("CRS:84", "1.3.0", False),
        ("EPSG:6668", "1.3.0", True),
        ("EPSG:6677", "1.1.1", False),
        ("EPSG:6677", "1.3.0", True),
        ("EPSG:3857", "1.3.0", False),
    ],
)
def test_the_place_is_the_same_in_every_system_and_version(add, found, srs, version, is_north_first):
    add("shelter", "here", HERE, name="ここ")
    add("shelter", "east", (HERE[0] + 0.002, HERE[1]), name="東")
    name = "OGC:CRS84" if srs == "CRS:84" else srs
    east, north = Transformer.from_crs(4326, name, always_xy=True).transform(*HERE)
    half = 0.005 if abs(east) < 180 and abs(north) < 90 else 500
    box = (east - half, north - half, east + half, north + half)
    bbox = (box[1], box[0], box[3], box[2]) if is_north_first else box
    assert ids(found("shelters", bbox=bbox, srs=srs, version=version)) == ["here"]
    assert ids(found("shelters", at=(200, 260), bbox=bbox, srs=srs, version=version)) == []


def test_what_is_not_drawn_at_a_scale_is_not_found_there(add, found):
    add("baseroad", "r1", "LINESTRING(139.5 35.685, 139.6 35.685)", kind="path")
    add("baseroad", "r2", "LINESTRING(139.5 35.685, 139.6 35.685)", kind="main")
    assert ids(found("base", FEATURE_COUNT=10, bbox=(139.42, 35.545, 139.70, 35.825))) == ["r2"]
    assert sorted(ids(found("base", FEATURE_COUNT=10))) == ["r1", "r2"]


def test_rows_and_fields_that_the_public_may_not_see_are_not_found(add, sql, ask_maps, found):
    add("damagereport", "r1", HERE, title="塀が倒れている")
    assert found("damage-reports") == []
    sql("UPDATE layers_damagereport SET status = 'confirmed'")
    (feature,) = found("damage-reports")
    readable = {field.name for field in registry.get("damage-reports").fields_for(Audience.PUBLIC)}
    assert set(feature["properties"]) == readable


def test_a_page_has_titles_and_code_words_in_both_languages_and_escapes_what_people_wrote(add, ask_maps):
    add("damagearea", "d1", AREA, description="<script>alert('危険')</script>")
    answer = ask_maps(info("damage-areas", INFO_FORMAT="text/html"))
    page = answer.content.decode()
    assert answer.headers["Content-type"] == "text/html; charset=utf-8"
    assert "継続中 / Active" in page
    assert "被害範囲 / Damage areas" in page
    assert "<script" not in page
    assert "&lt;script&gt;alert(" in page
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_plain_text_says_the_same_and_is_what_version_1_1_1_gives_unasked(add, ask_maps):
    add("damagearea", "d1", AREA, description="一行目\n二行目")
    said = ask_maps(info("damage-areas", INFO_FORMAT="text/plain")).content.decode()
    assert "継続中 / Active" in said
    assert "一行目 二行目" in said
    assert ask_maps(info("damage-areas", INFO_FORMAT=None)).content.decode() == said


@pytest.mark.parametrize("info_format", ["application/json", "text/html", "text/plain"])
def test_where_nothing_is_the_document_is_whole_all_the_same(ask_maps, committed, info_format):
    answer = ask_maps(info("shelters,damage-areas", INFO_FORMAT=info_format))
    assert answer.status == 200
    assert {"application/json": b'"features":[]', "text/html": b"</html>"}.get(
        info_format, b"nothing"
    ) in answer.content


def test_several_layers_come_in_one_document(add, found):
    add("shelter", "s1", HERE, name="第一小学校")
    add("damagearea", "d1", AREA)
    assert [feature["featureType"] for feature in found("shelters,damage-areas")] == ["shelters", "damage-areas"]


def test_wmts_answers_by_key_and_by_path(add, ask_maps):
    add("damagearea", "d1", AREA)
    place = tile_of(*HERE, 14)
    path = f"/wmts/damage-areas/webmercator/14/{place.x}/{place.y}"
    keys = (
        "/service?SERVICE=WMTS&REQUEST=GetFeatureInfo&VERSION=1.0.0&LAYER=damage-areas&STYLE=&FORMAT=image/png"
        f"&TILEMATRIXSET=webmercator&TILEMATRIX=14&TILECOL={place.x}&TILEROW={place.y}&INFOFORMAT=application/json"
    )
    west, south, east, north = place.buffered_lon_lat(0)
    i, j = int((HERE[0] - west) / (east - west) * 256), int((north - HERE[1]) / (north - south) * 256)
    for address in (f"{path}/{i}/{j}.json", f"{keys}&I={i}&J={j}"):
        answer = ask_maps(address)
        assert answer.status == 200, answer.content
        assert ids(json.loads(answer.content)["features"]) == ["d1"]
    assert b"</html>" in ask_maps(f"{path}/{i}/{j}.html").content
    for wrong in (
        f"{path}/{i}/256.json",
        f"{path}/{i}/{j}.gml",
        f"/wmts/damage-areas/webmercator/14/{2**14}/1/1/1.json",
        "/wmts/damage-areas/webmercator/99/1/1/1/1.json",
        f"{keys}&I=256&J=0",
        f"{keys}&I=1",
        keys.replace("TILEMATRIX=14", "TILEMATRIX=99") + "&I=1&J=1",
        keys.replace("application/json", "image/svg+xml") + "&I=1&J=1",
    ):
        answer = ask_maps(wrong)
        assert answer.status == 400, (wrong, answer.content)
        assert b"Exception" in answer.content or b"problem" in answer.headers["Content-Type"].encode()


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"at": (400, 200)}, b"X"),
        ({"at": (200, 400)}, b"Y"),
        ({"at": (-1, 200)}, b"X"),
        ({"at": ("1.5", 200)}, b"X"),
        ({"at": ("nan", 200)}, b"X"),
        ({"FEATURE_COUNT": 0}, b"FEATURE_COUNT"),
        ({"FEATURE_COUNT": 101}, b"FEATURE_COUNT"),
        ({"FEATURE_COUNT": "all"}, b"FEATURE_COUNT"),
        ({"INFO_FORMAT": "application/vnd.ogc.gml"}, b"INFO_FORMAT"),
        ({"INFO_FORMAT": "text/html;<script>"}, b"INFO_FORMAT"),
        ({"QUERY_LAYERS": "damage-areas"}, b"QUERY_LAYERS"),
        ({"QUERY_LAYERS": ""}, b"QUERY_LAYERS"),
        ({"QUERY_LAYERS": None}, b"query_layers"),
        ({"LAYERS": "nothing", "QUERY_LAYERS": "nothing"}, b"nothing"),
        ({"LAYERS": "staff-notes", "QUERY_LAYERS": "staff-notes"}, b"staff-notes"),
        ({"srs": "EPSG:999999"}, b"999999"),
        ({"bbox": (139, 35, "inf", 36)}, b"BBOX"),
        ({"WIDTH": "4e2"}, b"WIDTH"),
        ({"LANGUAGE": "fr"}, b"LANGUAGE"),
        ({"VERSION": "one"}, b"VERSION"),
        ({"STYLES": "dark"}, b"dark"),
        ({"X": "5&X=9999999999"}, b"X must be given once"),
    ],
)
def test_a_wrong_question_is_named_and_answered_with_an_exception(ask_maps, committed, more, named):
    answer = ask_maps(info("shelters", **more))
    assert answer.status == 400, answer.content
    assert b"ServiceException" in answer.content
    assert named in answer.content
    assert b"Traceback" not in answer.content


def test_a_database_that_is_away_is_no_fault_of_the_callers(add, found, monkeypatch, ask_maps):
    from django.db import OperationalError

    def away(*args: object) -> SimpleNamespace:
        raise OperationalError("away")

    monkeypatch.setattr("layers.reading.rows", away)
    assert ask_maps(info("shelters")).status == 503


def test_places_beyond_a_system_have_nothing(found, committed):
    assert found("shelters", bbox=(-4e7, -4e7, 4e7, 4e7), srs="EPSG:6677", at=(0, 0)) == []
    assert found("base", bbox=(-180, -90, 180, 90), at=(399, 399)) == []
    assert found("base", bbox=(0, 0, 1e-320, 1e-320)) == []
