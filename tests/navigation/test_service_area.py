"""How far one comes: measured on a town whose distances anybody can count."""

from __future__ import annotations

from typing import Any

import pytest
import shapely

from gis_server.navigation.geodesy import metres_per_degree
from gis_server.navigation.processes import service_area
from layers.problems import Problem
from ogc_api.processes.progress import DismissedError
from tests.navigation.networks import GOOD, ORIGIN, Link, grid, place, save
from tests.navigation.test_routes import box, damage
from tests.navigation.test_routes import site as save_site

METRES_A_MINUTE = 80


class Told:
    """A progress that remembers, and may be told to stop."""

    def __init__(self, stop_at: int = 99) -> None:
        self.percents: list[float] = []
        self._stop_at = stop_at

    def report(self, percent: float, message: str = "") -> None:
        self.percents.append(percent)
        if len(self.percents) > self._stop_at:
            raise DismissedError


def ask(progress: Told | None = None, **inputs: Any) -> dict[str, Any]:
    return service_area({"lang": "en", **inputs}, progress or Told())


def bands(answer: dict[str, Any]) -> dict[int, dict[str, Any]]:
    return {
        one["properties"]["minutes"]: one for one in answer["features"] if one["properties"]["featureType"] == "band"
    }


def shape(feature: dict[str, Any]) -> Any:
    return shapely.geometry.shape(feature["geometry"])


def street(length_m: int, parts: int = 10) -> None:
    """A straight street to the east, of links of equal length."""
    step = length_m / parts
    nodes = {str(number): (number * step, 0.0) for number in range(parts + 1)}
    save(nodes, [Link(f"s{number}", str(number), str(number + 1), GOOD) for number in range(parts)])


def test_one_comes_as_far_as_one_walks_in_that_time(routing):
    street(2000)
    found = bands(ask(**{"from": list(place(0, 0)), "minutes": [5, 10], "shape": "links"}))
    assert found[5]["properties"]["length_m"] == pytest.approx(5 * METRES_A_MINUTE, abs=1)
    assert found[10]["properties"]["length_m"] == pytest.approx(10 * METRES_A_MINUTE, abs=1)
    east = shape(found[5]).bounds[2]
    assert (east - ORIGIN[0]) * metres_per_degree(ORIGIN[1])[0] == pytest.approx(400, abs=1)


def test_from_the_middle_of_a_link_one_goes_both_ways_and_the_link_may_be_longer_than_the_time(routing):
    street(2000, parts=1)
    found = bands(ask(**{"from": list(place(1000, 0)), "minutes": [1], "shape": "links"}))
    assert found[1]["properties"]["length_m"] == pytest.approx(2 * METRES_A_MINUTE, abs=1)


def test_an_area_holds_the_ways_and_what_is_beside_them(routing):
    save(*grid(12))
    answer = ask(**{"from": list(place(550, 500)), "minutes": [3, 5]})
    area = bands(answer)
    assert all(shape(one).is_valid for one in area.values())
    assert shape(area[5]).contains(shape(area[3]))
    assert shape(area[5]).contains(shapely.Point(place(550, 530)))
    assert not shape(area[5]).contains(shapely.Point(place(550 + 500, 500)))
    assert [one["properties"].get("minutes") for one in answer["features"][1:]] == [None, 5, 3]
    assert answer["bbox"] == pytest.approx(shape(area[5]).bounds)


def test_a_damage_area_is_not_passed(routing):
    street(2000)
    damage("d1", box(450, -20, 550, 20))
    found = bands(ask(**{"from": list(place(0, 0)), "minutes": [15], "shape": "links"}))
    assert found[15]["properties"]["length_m"] == pytest.approx(400, abs=1)


def test_every_site_for_the_hazard_is_an_origin_unless_nobody_is_sent_there(routing):
    save(*grid(6))
    save_site("E1", (100, 100), "flood")
    save_site("E2", (300, 300), "flood")
    save_site("E3", (400, 400), "flood", opening_status="closed")
    save_site("E4", (9000, 9000), "flood")
    save_site("E5", (200, 200), "earthquake")
    told = Told()
    answer = ask(told, hazard="flood", minutes=[2])
    assert {one["properties"]["origin"] for one in answer["features"][1:]} == {"E1", "E2"}
    overview = answer["features"][0]["properties"]
    assert {one["id"] for one in overview["excluded"]} == {"E3", "E4"}
    assert overview["origins"] == 2
    assert told.percents == pytest.approx([0, 100 / 3, 200 / 3])


def test_the_work_stops_between_two_origins_when_nobody_wants_it(routing):
    save(*grid(6))
    for number in range(4):
        save_site(f"E{number}", (100 * number, 100), "flood")
    told = Told(stop_at=2)
    with pytest.raises(DismissedError):
        ask(told, hazard="flood")
    assert len(told.percents) == 3


def test_a_place_far_from_any_way_is_told_how_far(routing):
    street(200)
    with pytest.raises(Problem) as caught:
        ask(**{"from": list(place(0, 5000))})
    assert (caught.value.status, caught.value.extra["reason"]) == (422, "off-network")


def test_without_a_network_there_is_no_area(routing):
    with pytest.raises(Problem) as caught:
        ask(**{"from": list(place(0, 0))})
    assert caught.value.status == 503


@pytest.mark.parametrize(
    ("inputs", "parameter"),
    [
        ({}, "from"),
        ({"from": [139.56, 35.68], "hazard": "flood"}, "from"),
        ({"from": [139.56]}, "from"),
        ({"hazard": "rain"}, "hazard"),
        ({"hazard": None}, "hazard"),
        ({"hazard": "flood", "minutes": []}, "minutes"),
        ({"hazard": "flood", "minutes": [0]}, "minutes"),
        ({"hazard": "flood", "minutes": [61]}, "minutes"),
        ({"hazard": "flood", "minutes": [1.5]}, "minutes"),
        ({"hazard": "flood", "minutes": [True]}, "minutes"),
        ({"hazard": "flood", "minutes": list(range(1, 8))}, "minutes"),
        ({"hazard": "flood", "minutes": "5"}, "minutes"),
        ({"hazard": "flood", "shape": "circle"}, "shape"),
        ({"hazard": "flood", "count": 3}, "count"),
    ],
)
def test_a_wrong_input_is_named(inputs, parameter):
    with pytest.raises(Problem) as caught:
        service_area(inputs, Told())
    assert (caught.value.status, caught.value.parameter) == (400, parameter)
