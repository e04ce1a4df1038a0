"""Seeding: what holds data is rendered beforehand, once; what is true is left; a change costs what it touches."""

from __future__ import annotations

import io
import json
import os
import signal

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from layers.problems import Problem
from layers.progress import Countdown
from layers.spec import Audience
from tests.tile_cache.conftest import HERE
from tile_cache import rendering, tilesets
from tile_cache.grid import Tile, tile_of
from tile_cache.seeding import order, running
from tile_cache.seeding.area import city_area, get_area
from tile_cache.seeding.plan import Step, build_plan
from tile_cache.seeding.running import Outcome
from tile_cache.seeding.wanted import get_zooms, wanted

FAR = (139.5, 35.72)
AREA = "139.55,35.675,139.57,35.695"
ZOOMS = range(10, 17)


def seed(names=("shelters",), zooms=ZOOMS, area=AREA, stop_after=None):
    """Seed without a command around it; ends after so many tiles. The plan, and how it went."""
    plan = build_plan(wanted(names, zooms, area))
    done = []
    outcome = running.seed(plan, done.append, lambda: stop_after is not None and len(done) >= stop_after)
    return plan, outcome


def outcome_of(step: Step) -> str:
    """Where the tile comes from that is asked for now."""
    return rendering.render(tilesets.get(step.name, Audience.PUBLIC), step.tile).outcome


def test_each_tile_that_was_seeded_comes_from_the_store(add):
    add("shelter", "s1", HERE, name="a")
    add("baseroad", "r1", "LINESTRING(139.551 35.685, 139.569 35.686)", kind="main", name="本通り")
    plan, outcome = seed(("shelters", "base"))
    assert outcome == Outcome(len(plan), len(plan), rendered=len(plan))
    assert len(plan) > 14
    assert {outcome_of(step) for step in plan} == {"store"}


def test_a_seeding_that_was_stopped_goes_on_where_it_was(add):
    add("shelter", "s1", HERE, name="a")
    plan, outcome = seed(stop_after=3)
    assert outcome == Outcome(3, len(plan), rendered=3)
    assert not outcome.is_whole
    assert seed()[1] == Outcome(len(plan), len(plan), rendered=len(plan) - 3)
    assert seed()[1] == Outcome(len(plan), len(plan))


def test_after_a_change_only_the_tiles_that_it_touches_are_rendered_again(add, sql):
    add("shelter", "s1", HERE, name="a")
    add("shelter", "s2", (139.5510, 35.6760), name="b")
    plan, _ = seed()
    sql("UPDATE layers_shelter SET name = 'c' WHERE id = 's2'")
    outcomes = {step.tile: outcome_of(step) for step in plan}
    touched = {tile for tile, outcome in outcomes.items() if outcome == "rendered"}
    assert {tile_of(139.5510, 35.6760, zoom) for zoom in ZOOMS} <= touched
    assert len(touched) < len(plan)
    assert seed()[1].rendered == 0


def test_tiles_without_features_or_outside_the_area_are_not_in_the_plan(add):
    add("shelter", "s1", HERE, name="a")
    add("shelter", "far", FAR, name="b")
    tiles = {step.tile for step in build_plan(wanted(("shelters",), ZOOMS, AREA))}
    assert {tile_of(*HERE, zoom) for zoom in ZOOMS} <= tiles
    assert tile_of(*FAR, 16) not in tiles
    assert len(tiles) <= 2 * len(ZOOMS)


def test_a_feature_in_the_margin_of_a_tile_brings_it_into_the_plan(add):
    place = tile_of(*HERE, 16)
    west, south, east, north = place.buffered_lon_lat(0)
    add("shelter", "s1", (east + (east - west) / 64, (south + north) / 2), name="just outside")
    tiles = {step.tile for step in build_plan(wanted(("shelters",), range(16, 17), AREA))}
    assert {place, Tile(16, place.x + 1, place.y)} == tiles


def test_reports_that_the_public_may_not_see_are_no_reason_to_render(add, sql):
    add("damagereport", "r1", HERE, title="塀")
    assert build_plan(wanted(("damage-reports",), ZOOMS, AREA)) == []
    sql("UPDATE layers_damagereport SET status = 'confirmed'")
    assert build_plan(wanted(("damage-reports",), ZOOMS, AREA)) != []


def test_the_citys_own_outline_with_a_margin_is_the_area_where_it_is_known(add, settings):
    rough = city_area().bounds
    west, south = 139.55, 35.67
    ring = f"MULTIPOLYGON((({west} {south}, 139.60 {south}, 139.60 35.70, {west} 35.70, {west} {south})))"
    add("boundary", settings.CITY.code, ring, name="市")
    exact = city_area().bounds
    assert exact == pytest.approx((139.54, 35.66, 139.61, 35.71), abs=0.001)
    assert rough != exact


def test_low_zooms_come_first_then_where_most_places_are_and_what_was_asked_for_before_all():
    steps = [Step("a", Tile(14, x, 5)) for x in range(4)] + [Step("a", Tile(13, 0, 0))]
    places = {Tile(14, 2, 5): 9, Tile(14, 1, 5): 3}
    usual = order.hottest_first(steps, lambda name: (), places, (139.56, 35.68))
    assert [step.tile for step in usual][:3] == [Tile(13, 0, 0), Tile(14, 2, 5), Tile(14, 1, 5)]
    asked = order.hottest_first(steps, lambda name: [Tile(14, 3, 5)], places, (139.56, 35.68))
    assert asked[0].tile == Tile(14, 3, 5)
    assert sorted(asked, key=repr) == sorted(steps, key=repr)


def test_pictures_are_drawn_by_mapproxy_itself_and_asked_for_they_are_there(add, store, ask_maps):
    add("damagearea", "d1", "MULTIPOLYGON(((139.558 35.683, 139.562 35.683, 139.562 35.687, 139.558 35.683)))")
    plan = build_plan(wanted(("damage-areas",), range(14, 16), AREA, maps=True))
    assert running.seed(plan, lambda done: None, lambda: False).failed == 0
    files = {path: path.stat().st_ino for path in store.rglob("*.png")}
    assert len(files) >= 16
    place = tile_of(*HERE, 15)
    answer = ask_maps(f"/wmts/damage-areas/webmercator/15/{place.x}/{place.y}.png")
    assert answer.status == 200
    assert {path: path.stat().st_ino for path in store.rglob("*.png")} == files
    running.seed(plan, lambda done: None, lambda: False)
    assert {path: path.stat().st_ino for path in store.rglob("*.png")} == files


def test_the_command_tells_what_is_done(add):
    add("shelter", "s1", HERE, name="a")
    said = io.StringIO()
    call_command("seed_tiles", "--layer", "shelters", "--zooms", "12-14", "--area", AREA, "--json", stdout=said)
    told = json.loads(said.getvalue())
    assert told["done"] == told["total"] >= 3
    assert told["failed"] == 0


def test_ctrl_c_ends_a_seeding_after_the_tile_in_hand_and_says_so(add, monkeypatch):
    add("shelter", "s1", HERE, name="a")
    call = Countdown.__call__

    def interrupt(self, done):
        call(self, done)
        if done == 2:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(Countdown, "__call__", interrupt)
    said = io.StringIO()
    with pytest.raises(CommandError, match="goes on from here") as stopped:
        call_command("seed_tiles", "--layer", "shelters", "--area", AREA, "--json", stdout=said)
    assert stopped.value.returncode == 130
    assert json.loads(said.getvalue())["done"] == 2
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_two_seedings_do_not_run_at_once(add):
    other = connections["default"].copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [running._TURN])
        with pytest.raises(CommandError, match="another seeding is under way"):
            call_command("seed_tiles", "--zooms", "12")
        cursor.execute("SELECT pg_advisory_unlock(%s)", [running._TURN])
    other.close()
    call_command("seed_tiles", "--layer", "shelters", "--zooms", "12", stdout=io.StringIO())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--layer", "nothing"), "there is no layer 'nothing'"),
        (("--layer", "shelters'; DROP TABLE x; --"), "there is no layer"),
        (("--zooms", "16-8"), "is no zoom"),
        (("--zooms", "8-99"), "is no zoom"),
        (("--zooms", "a"), "is no zoom"),
        (("--zooms", "２"), "is no zoom"),
        (("--layer", "shelters", "--zooms", "1-2"), "none of these tilesets has tiles at zooms 1 to 2"),
        (("--area", "1,2,3"), "is neither 'city' nor"),
        (("--area", "nan,35,140,36"), "is neither 'city' nor"),
        (("--area", "140,35,139,36"), "is no box of the world"),
        (("--area", "139,35,140,91"), "is no box of the world"),
        (("--area", "三鷹"), "is neither 'city' nor"),
    ],
)
def test_a_wrong_argument_is_one_line_and_status_2(committed, store, words, said):
    with pytest.raises(CommandError) as refused:
        call_command("seed_tiles", *words)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.returncode in {1, 2}
    assert not store.exists()


def test_an_area_of_the_whole_world_walks_only_where_features_are(add):
    add("shelter", "s1", HERE, name="a")
    assert len(build_plan(wanted(("shelters",), range(10, 23), "-180,-85,180,85"))) < 40


def test_too_many_tiles_are_refused_before_anything_is_rendered(add, monkeypatch):
    monkeypatch.setattr("tile_cache.seeding.walking.MOST_TILES", 20)
    add("baseroad", "r1", "LINESTRING(139 35, 140 36)", kind="main", name="")
    with pytest.raises(Problem, match="more than 20 tiles"):
        build_plan(wanted(("base",), range(8, 17), "139,35,140,36"))


def test_zooms_and_areas_are_read_as_people_write_them():
    assert get_zooms("14") == range(14, 15)
    assert get_area("139,35,140,36").bounds == (139, 35, 140, 36)
