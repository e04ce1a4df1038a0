"""What the profiles allow, what they cost, and what they do not know."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gis_server.navigation.profiles import WALK, WHEELCHAIR, Costing, Profile, Reason, Unknown, build_costing
from tests.navigation.networks import GOOD, Link, network_of

NODES = {"a": (0.0, 0.0), "b": (100.0, 0.0)}


def costing(profile: Profile, **attributes: Any) -> Costing:
    """The profile on one link of 100 m that is good but for what is stated."""
    return build_costing(profile, network_of(NODES, [Link("l", "a", "b", GOOD | attributes)]).links)


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"route_type": 6}, Reason.STAIRS),
        ({"route_type": 99, "step_count": 3}, Reason.STAIRS),
        ({"route_type": 5}, Reason.ESCALATOR),
        ({"route_type": 2}, Reason.MOVING_WALKWAY),
        ({"step_code": 3}, Reason.STEP),
        ({"step_code": 99, "step_max_cm": 6}, Reason.STEP),
        ({"slope_code": 5}, Reason.SLOPE),
        ({"slope_code": 8}, Reason.SLOPE),
        ({"slope_code": 99, "slope_max_percent": -9}, Reason.SLOPE),
        ({"slope_code": 2, "slope_max_percent": 12}, Reason.SLOPE),
        ({"width_code": 1}, Reason.WIDTH),
        ({"width_min_m": 0.8}, Reason.WIDTH),
        ({"surface": "sand"}, Reason.SURFACE),
        ({"route_type": 4, "elevator_kind": 2}, Reason.ELEVATOR),
    ],
)
def test_a_wheelchair_is_kept_off_and_the_reason_is_named(attributes: dict[str, Any], reason: Reason) -> None:
    assert costing(WHEELCHAIR, **attributes).reasons.tolist() == [reason, reason]
    assert costing(WALK, **attributes).reasons.tolist() == [0, 0]


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"route_type": 7},
        {"step_code": 2},
        {"step_code": 3, "step_max_cm": 2},
        {"slope_code": 3},
        {"slope_code": 99, "slope_max_percent": 8},
        {"width_code": 2},
        {"route_type": 4, "elevator_kind": 3, "width_code": 1, "width_min_m": 0.8},
        {"width_code": 99, "slope_code": 99, "step_code": 99},
    ],
)
def test_a_wheelchair_may_use_what_the_standard_allows(attributes: dict[str, Any]) -> None:
    assert costing(WHEELCHAIR, **attributes).usable.all()


def test_the_width_of_an_elevators_door_never_closes_it() -> None:
    assert costing(WHEELCHAIR, route_type=4, width_code=1).usable.all()


def test_what_is_unknown_is_a_bit_of_its_own_and_not_a_reason() -> None:
    blank = costing(WHEELCHAIR, width_code=99, slope_code=0, step_code=99)
    assert blank.unknown.tolist() == [Unknown.WIDTH | Unknown.SLOPE | Unknown.STEP]
    assert costing(WHEELCHAIR, width_code=99, width_min_m=1.2).unknown.tolist() == [0]
    assert costing(WHEELCHAIR, route_type=4, elevator_kind=99).unknown.tolist() == [Unknown.ELEVATOR]
    assert costing(WALK, width_code=99).unknown.tolist() == [0]


@pytest.mark.parametrize(("direction", "open_arcs"), [(1, [True, True]), (2, [True, False]), (3, [False, True])])
def test_one_way_links_are_open_in_their_direction_alone(direction: int, open_arcs: list[bool]) -> None:
    assert costing(WALK, direction=direction).allowed.tolist() == open_arcs


def test_a_slope_is_up_one_way_and_down_the_other() -> None:
    up, down = costing(WALK, slope_code=5).seconds
    assert up > down > 0
    assert costing(WALK, slope_code=6).seconds.tolist() == [down, up]


def test_eighty_metres_on_foot_are_a_minute() -> None:
    assert costing(WALK).seconds.tolist() == pytest.approx([75, 75])


def test_waits_and_stairs_take_their_time() -> None:
    plain = costing(WALK).seconds[0]
    assert costing(WALK, structure=3, signal=2).seconds[0] == pytest.approx(plain + WALK.signal_wait_s)
    assert costing(WALK, route_type=4).seconds[0] == pytest.approx(plain + WALK.elevator_s)
    assert costing(WALK, route_type=6).seconds[0] > plain
    assert costing(WALK, route_type=6, step_count=500).seconds[0] == pytest.approx(300)
    assert np.isfinite(costing(WALK, route_type=6).seconds).all()
