"""No tile is larger than half a megabyte, and what stays is what is declared to come first."""

from __future__ import annotations

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers import reading, registry
from layers.spec import Audience
from tests.tile_cache.conftest import HERE
from tests.tile_cache.contents import FACILITIES, execute
from tests.tile_cache.mvt import decode
from tile_cache.content import thinning, vector
from tile_cache.grid import Tile, tile_of


def test_a_tile_that_would_be_too_large_keeps_what_is_declared_to_come_first(sql):
    sql(
        "INSERT INTO layers_shelter (id, name, capacity_people, geometry) SELECT 's' || n, repeat('避', 60) || n, n,"
        " ST_SetSRID(ST_Point(139.556 + (n %% 30) * 0.0002, 35.68 + n * 0.00001), 4326) FROM generate_series(1, 500) n"
    )
    shelters, tile, runs = registry.get("shelters"), tile_of(*HERE, 14), []
    whole = execute(vector.tile_query([shelters], tile, Audience.PUBLIC))

    def counted(query: reading.Query) -> bytes:
        runs.append(query)
        return execute(query)

    part = thinning.render_within([shelters], tile, Audience.PUBLIC, counted, 60_000)
    assert 45_000 < len(part) <= 60_000 < len(whole)
    assert len(runs) == 2
    kept = sorted(one.properties["capacity_people"] for one in decode(part)["shelters"])
    assert kept == list(range(501 - len(kept), 501))


def test_a_small_layer_is_whole_beside_one_that_is_thinned(spread, add):
    spread(3000)
    for number in range(5):
        add("shelter", f"s{number}", HERE, name="a")
    layers = [registry.get("shelters"), FACILITIES]
    rendered = thinning.render_within(layers, tile_of(*HERE, 13), Audience.PUBLIC, execute, 5000)
    assert len(rendered) <= 5000
    assert len(decode(rendered)["shelters"]) == 5
    assert len(decode(rendered)["facilities"]) > 10


def test_a_shape_of_too_many_corners_is_drawn_coarser_before_anything_is_left_out(sql):
    wave = "139.56 + 0.008 * (1 + 0.2 * sin(a * 0.9)) * cos(a * 0.000628), 35.685 + 0.006 * sin(a * 0.000628)"
    sql(
        "INSERT INTO layers_hazardzone (id, name, hazard, geometry) SELECT 'h' || n, 'x', 'flood', ST_Multi(ST_Buffer("
        f"ST_MakePolygon(ST_AddPoint(line, ST_StartPoint(line))), 0)) FROM (SELECT ST_SetSRID(ST_MakeLine(ARRAY(SELECT"
        f" ST_Point({wave}) FROM generate_series(0, 9999) a)), 4326) AS line) l, generate_series(1, 3) n"
    )
    zones, tile = registry.get("hazard-zones"), tile_of(*HERE, 14)
    whole = execute(vector.tile_query([zones], tile, Audience.PUBLIC))
    most = len(whole) // 2
    part = thinning.render_within([zones], tile, Audience.PUBLIC, execute, most)
    assert len(part) <= most
    assert len(decode(part)["hazard-zones"]) == len(decode(whole)["hazard-zones"]) == 3


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 4000), st.integers(1, 9)), max_size=6))
def test_whatever_the_database_answers_no_tile_is_larger_than_the_limit(answers):
    stubborn = b"".join(_layer(name, size, features) for name, size, features in answers)
    runs = []

    def answer(query: reading.Query) -> bytes:
        runs.append(query)
        return stubborn

    rendered = thinning.render_within([FACILITIES], Tile(14, 1, 1), Audience.PUBLIC, answer, 3000)
    assert len(rendered) <= 3000
    assert len(runs) <= thinning.RENDERINGS
    if len(stubborn) <= 3000:
        assert rendered == stubborn
    assert decode(rendered).keys() <= {name for name, *_ in answers}


def _layer(name: str, size: int, features: int) -> bytes:
    """A layer of the tile with so many features, of so many bytes altogether, or some more."""
    body = b"\x0a\x01" + name.encode() + b"\x12\x02\x22\x00" * features
    body += b"\x22" + _length(size + 3) + b"\x0a" + _length(size) + b"x" * size
    return b"\x1a" + _length(len(body)) + body


def _length(number: int) -> bytes:
    return bytes([number & 127 | 128, number >> 7 & 127]) if number > 127 else bytes([number | 128, 0])


def test_layers_that_are_too_large_together_are_each_lessened(spread, add, tile, monkeypatch):
    spread(3000)
    for number in range(9):
        add("evacuationsite", f"e{number}", HERE, name="避" * 60)
    names = ("facilities", "evacuation-sites")
    whole = {name: len(tile(name, 13)[name]) for name in names}
    size = sum(len(Client().get(address(name, 13)).content) for name in names)
    monkeypatch.setattr(thinning, "MAX_BYTES", size - 1)
    answer = Client().get(address(",".join(names), 13))
    assert len(answer.content) < size
    kept = {name: len(features) for name, features in decode(answer.content).items()}
    assert kept["evacuation-sites"] == whole["evacuation-sites"]
    assert whole["facilities"] * 0.8 < kept["facilities"] < whole["facilities"]


@pytest.mark.heavy
def test_no_tile_of_a_crowded_place_is_larger_than_500_kb(sql, store):
    sql(
        "INSERT INTO layers_facility (id, name, category, address, geometry) SELECT 'f' || n, '施設' || n, 'aed',"
        " '三鷹市' || n, ST_SetSRID(ST_Point(139.555 + (n %% 400) * 0.00002, 35.681 + n / 400 * 0.00003), 4326)"
        " FROM generate_series(1, 100000) n"
    )
    sql(
        "INSERT INTO layers_hazardzone (id, name, hazard, geometry) SELECT 'h' || n, 'x', 'flood', ST_Multi(ST_Buffer("
        "ST_SetSRID(ST_Point(139.555 + (n %% 30) * 0.0002, 35.681 + n * 0.00002), 4326), 0.003, 500))"
        " FROM generate_series(1, 400) n"
    )
    for name in ("facilities", "hazard-zones", "facilities,hazard-zones"):
        for zoom in range(8, 17):
            place = tile_of(*HERE, zoom)
            answer = Client().get(f"/tiles/{name}/{zoom}/{place.x}/{place.y}.mvt")
            assert len(answer.content) <= 500_000, (name, zoom)
            assert answer.status_code == (204 if zoom < (12 if name == "facilities" else 10) else 200)


def address(name: str, zoom: int) -> str:
    place = tile_of(*HERE, zoom)
    return f"/tiles/{name}/{zoom}/{place.x}/{place.y}.mvt"
