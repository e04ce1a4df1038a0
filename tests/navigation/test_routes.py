"""From a request to the answer, on a network in PostGIS."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.gis.geos import GEOSGeometry, LineString, MultiLineString, MultiPolygon, Point, Polygon

from gis_server.navigation.processes import nearest_site, route
from gis_server.navigation.service import RoutingService
from layers.catalog.disaster import Closure, DamageArea, EvacuationSite
from layers.catalog.pedestrian import PedestrianLink
from layers.feature import Source
from layers.problems import Problem
from tests.navigation.networks import GOOD, Link, grid, place, save

pytestmark = pytest.mark.usefixtures("routing")


def features(answer: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [f for f in answer["features"] if f["properties"]["featureType"] == kind]


def overview(answer: dict[str, Any]) -> dict[str, Any]:
    return features(answer, "overview")[0]["properties"]


def links_of(answer: dict[str, Any]) -> set[str]:
    return {link for segment in features(answer, "segment") for link in segment["properties"]["links"]}


def ask(start: tuple[float, float], end: tuple[float, float], **inputs: Any) -> dict[str, Any]:
    return route({"from": list(place(*start)), "to": list(place(*end)), **inputs})


def refusal(start: tuple[float, float], end: tuple[float, float], **inputs: Any) -> Problem:
    with pytest.raises(Problem) as caught:
        ask(start, end, **inputs)
    return caught.value


def box(west: float, south: float, east: float, north: float) -> MultiPolygon:
    ring = [place(west, south), place(east, south), place(east, north), place(west, north), place(west, south)]
    return MultiPolygon(Polygon(ring, srid=4326), srid=4326)


def damage(key: str, area: GEOSGeometry, **columns: Any) -> DamageArea:
    return DamageArea.objects.create(id=key, geometry=area, **({"kind": "flood", "description": "大雨"} | columns))


def closure(key: str, *points: tuple[float, float], **columns: Any) -> Closure:
    line = LineString(*(place(*point) for point in points), srid=4326)
    return Closure.objects.create(id=key, geometry=MultiLineString(line, srid=4326), **columns)


@pytest.fixture
def town(committed: None) -> None:
    save(*grid(4))


@pytest.mark.usefixtures("town")
def test_a_route_states_length_time_steps_and_what_it_was_computed_from() -> None:
    answer = ask((0, 0), (300, 100))
    told = overview(answer)
    assert told["length_m"] == pytest.approx(400, abs=1)
    assert told["duration_s"] == pytest.approx(300, abs=2)
    assert told["summary"] == "徒歩 5 分（400 m）" or told["summary"] == "徒歩 6 分（400 m）"
    assert told["revisions"]["pedestrian-links"] > 0
    assert told["warnings"] == []
    assert len(features(answer, "start")) == len(features(answer, "end")) == 1
    assert links_of(answer) <= set(PedestrianLink.objects.values_list("id", flat=True))


@pytest.mark.usefixtures("town")
def test_the_route_goes_around_damage_and_back_when_it_is_resolved() -> None:
    before = ask((0, 0), (200, 0))
    assert overview(before)["length_m"] == pytest.approx(200, abs=1)
    area = damage("d1", box(120, -20, 180, 20))
    around = ask((0, 0), (200, 0))
    assert overview(around)["length_m"] == pytest.approx(400, abs=1)
    assert "e1-0" not in links_of(around)
    assert overview(around)["revisions"]["damage-areas"] > overview(before)["revisions"]["damage-areas"]
    DamageArea.objects.filter(id=area.id).update(status="resolved")
    assert links_of(ask((0, 0), (200, 0))) == links_of(before)


def test_a_route_names_the_sources_of_its_own_links_alone(committed: None) -> None:
    for key in ("used", "other"):
        Source.objects.create(key=key, title=key, attribution=f"© {key}", licence="CC-BY-4.0")
    nodes = {"a": (0.0, 0.0), "b": (200.0, 0.0), "c": (400.0, 0.0)}
    save(nodes, [Link("ab", "a", "b", {"source": "used"}), Link("bc", "b", "c", {"source": "other"})])
    assert overview(ask((0, 0), (150, 0)))["attribution"] == ["© used"]
    site("s", (390, 0), "flood")
    assert overview(nearest((210, 0)))["attribution"] == ["© other"]


@pytest.mark.usefixtures("town")
def test_damage_that_does_not_block_walkers_changes_nothing() -> None:
    damage("d1", box(120, -20, 180, 20), blocks_walking=False)
    assert overview(ask((0, 0), (200, 0)))["length_m"] == pytest.approx(200, abs=1)


def test_where_nothing_is_left_the_answer_names_link_and_area(committed: None) -> None:
    nodes = {"a": (0.0, 0.0), "b": (200.0, 0.0), "c": (400.0, 0.0)}
    save(nodes, [Link("ab", "a", "b", GOOD), Link("bc", "b", "c", GOOD | {"name": "むらさき橋通り"})])
    damage("d1", box(250, -20, 300, 20), description="橋の手前")
    problem = refusal((0, 0), (400, 0))
    assert problem.status == 422
    assert "浸水：橋の手前" in problem.detail
    assert "むらさき橋通り" in problem.detail
    (blocker,) = problem.extra["blockers"]
    assert (blocker["link"], blocker["layer"], blocker["id"], blocker["reason"]) == (
        "bc",
        "damage-areas",
        "d1",
        "blocked",
    )
    assert problem.extra["geometry"]["type"] == "LineString"


def test_who_stands_on_the_open_part_of_a_blocked_link_may_go_the_other_way(committed: None) -> None:
    nodes = {"a": (0.0, 0.0), "b": (300.0, 0.0), "c": (-100.0, 0.0)}
    save(nodes, [Link("ab", "a", "b", GOOD), Link("ca", "c", "a", GOOD)])
    damage("d1", box(200, -20, 240, 20))
    answer = ask((100, 0), (-100, 0))
    assert overview(answer)["length_m"] == pytest.approx(200, abs=1)
    assert overview(answer)["warnings"] == []
    assert refusal((100, 0), (290, 0)).extra["blockers"][0]["id"] == "d1"


@pytest.mark.usefixtures("town")
def test_who_starts_inside_a_damage_area_may_leave_it_and_is_warned() -> None:
    damage("d1", box(-50, -50, 150, 50))
    answer = ask((100, 5), (300, 300))
    assert overview(answer)["warnings"][0]["code"] == "start-inside"
    assert overview(answer)["length_m"] == pytest.approx(500, abs=10)


@pytest.mark.usefixtures("town")
def test_nobody_is_led_into_an_area_again_after_leaving_it() -> None:
    damage("d1", box(-50, -50, 50, 50))
    damage("d2", box(120, -50, 180, 450))
    problem = refusal((0, 0), (300, 0))
    assert {entry["id"] for entry in problem.extra["blockers"]} == {"d2"}


@pytest.mark.usefixtures("town")
def test_nobody_is_led_into_a_damage_area_not_even_to_a_destination_inside_it() -> None:
    damage("d1", box(250, 250, 350, 350))
    problem = refusal((0, 0), (300, 300))
    assert {entry["id"] for entry in problem.extra["blockers"]} == {"d1"}


@pytest.mark.usefixtures("town")
def test_a_destination_inside_a_damage_area_beside_a_free_way_is_reached_with_a_warning() -> None:
    damage("d1", box(240, 303, 260, 330))
    answer = ask((0, 0), (250, 308))
    assert [notice["code"] for notice in overview(answer)["warnings"]] == ["end-inside"]


@pytest.mark.parametrize("length", [-5.0, float("nan"), float("inf"), 1e300, 0.0])
def test_a_link_with_an_impossible_length_breaks_nothing(committed: None, length: float) -> None:
    nodes = {"a": (0.0, 0.0), "b": (200.0, 0.0), "c": (400.0, 0.0)}
    save(nodes, [Link("ab", "a", "b", GOOD | {"length_m": length}), Link("bc", "b", "c", GOOD)])
    told = overview(ask((10, 0), (390, 0)))
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["duration_s"] > 0


@pytest.mark.usefixtures("town")
def test_a_route_from_the_sea_is_refused_with_the_distance() -> None:
    problem = refusal((-5000, 0), (100, 100))
    assert (problem.status, problem.parameter) == (422, "from")
    assert problem.extra["distance_m"] == pytest.approx(5000, rel=0.01)
    assert "5.0 km" in problem.detail
    assert refusal((100, 100), (-500_000, 0)).extra["distance_m"] is None


def test_without_a_network_the_answer_says_so(committed: None) -> None:
    assert refusal((0, 0), (100, 0)).status == 503
    answer = nearest_site({"from": list(place(0, 0)), "hazard": "flood"})
    assert answer["status"] == "no-site"


def site(key: str, at: tuple[float, float], *hazards: str, **columns: Any) -> EvacuationSite:
    flags = dict.fromkeys(hazards, True)
    return EvacuationSite.objects.create(
        id=key, name=f"避難場所{key}", geometry=Point(place(*at), srid=4326), **flags, **columns
    )


def nearest(at: tuple[float, float], hazard: str = "flood", **inputs: Any) -> dict[str, Any]:
    return nearest_site({"from": list(place(*at)), "hazard": hazard, **inputs})


def site_ids(answer: dict[str, Any]) -> list[str]:
    return [feature["id"] for feature in features(answer, "site")]


@pytest.mark.usefixtures("town")
def test_only_sites_for_the_hazard_that_are_open_and_not_full_are_offered_by_walking_time() -> None:
    site("near-but-fire", (0, 0), "fire")
    site("full", (100, 0), "flood", crowding="full")
    site("closed", (100, 100), "flood", opening_status="closed")
    site("second", (200, 200), "flood", opening_status="open")
    site("first", (200, 0), "flood", "earthquake")
    site("third", (300, 300), "flood")
    site("flooded", (0, 300), "flood")
    damage("d1", box(-20, 280, 20, 320))
    answer = nearest((0, 0))
    assert site_ids(answer) == ["first", "second", "third"]
    excluded = {entry["id"]: entry["reason"] for entry in overview(answer)["excluded"]}
    assert set(excluded) == {"full", "closed", "flooded"}
    assert excluded["full"] == "満員"
    assert features(answer, "site")[0]["properties"]["walking"]["length_m"] == pytest.approx(200, abs=1)
    assert site_ids(nearest((0, 0), count=1)) == ["first"]
    assert site_ids(nearest((0, 0), "tsunami")) == []


@pytest.mark.usefixtures("town")
def test_the_order_of_sites_follows_the_way_and_not_the_straight_line() -> None:
    site("across", (100, 0), "flood")
    site("round", (0, 200), "flood")
    damage("d1", box(20, -20, 80, 220))
    answer = nearest((0, 0))
    assert site_ids(answer) == ["round", "across"]


@pytest.mark.usefixtures("town")
def test_sites_beyond_the_network_are_listed_with_the_straight_line_only() -> None:
    site("far", (9000, 0), "flood")
    (feature,) = features(nearest((0, 0)), "site")
    assert feature["properties"]["walking"] is None
    assert feature["properties"]["not_reachable"] == "site-off-network"
    assert feature["properties"]["straight_m"] == pytest.approx(9000, rel=0.01)
    (feature,) = features(nearest((8900, 0)), "site")
    assert feature["properties"]["not_reachable"] == "no-network-here"


@pytest.mark.usefixtures("town")
def test_a_site_for_another_hazard_is_refused_and_a_closed_one_warned_of() -> None:
    site("s1", (200, 200), "earthquake", opening_status="closed")
    inputs = {"from": list(place(0, 0)), "to": "s1"}
    with pytest.raises(Problem, match="洪水") as caught:
        route(inputs | {"hazard": "flood"})
    assert caught.value.extra["designated_for"] == ["earthquake"]
    answer = route(inputs | {"hazard": "earthquake"})
    assert [notice["code"] for notice in overview(answer)["warnings"]] == ["site-closed"]
    assert features(answer, "end")[0]["properties"]["instruction"] == "避難場所s1に到着"


@pytest.mark.usefixtures("town")
def test_a_closure_drawn_along_a_street_closes_it_and_leaves_the_side_streets_open() -> None:
    closure("c1", (100, 0.8), (200, 1.2), road_name="中央通り")
    around = ask((100, -0.0), (200, 0))
    assert "e1-0" not in links_of(around)
    assert {"n1-0", "e1-1", "n2-0"} == links_of(around)


def test_the_service_of_another_process_sees_the_change(town: None, routing: RoutingService) -> None:
    other = RoutingService()
    first = other.current()
    assert routing.current().blockages.blockers == ()
    damage("d1", box(120, -20, 180, 20))
    assert [blocker.id for blocker in other.current().blockages.blockers] == ["d1"]
    assert other.current().terrain is first.terrain
    save({"x": (0.0, 0.0), "y": (0.0, -50.0)}, [Link("xy", "x", "y", GOOD)])
    assert len(other.current().terrain.network.links) == len(first.terrain.network.links) + 1
    assert other.current() is other.current()
