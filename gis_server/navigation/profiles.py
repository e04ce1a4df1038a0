"""Who walks: what each arc costs them in seconds, what forbids it, and what nobody knows about it.

Sources of the numbers:

* 歩行空間ネットワークデータ整備仕様 (国土交通省, July 2024), rank (table 3.3): S and A (width 1 m or more, slope 5 % or
  less, step 2 cm or less) conform to the guideline; B (5 to 8 %, 2 to 5 cm) suits powered wheelchairs.
* 移動等円滑化のために必要な道路の構造に関する基準を定める省令: longitudinal slope 5 % or less, 8 % where
  unavoidable; step at a crossing 2 cm as the standard.
* 不動産の表示に関する公正競争規約施行規則: 80 m on foot are one minute.

The wheelchair is a manual one. Slopes from 5 to 8 % stay open, as the ordinance allows them where unavoidable, but
are slow, so that a flatter way wins; every one on the route is named in the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from functools import cached_property
from typing import Final

import numpy as np

from gis_server.navigation.graph import BoolArray, CodeArray, FloatArray, IntArray, LinkTable
from layers.catalog.codes import UNKNOWN as NOT_KNOWN

MOVING_WALKWAY, LEVEL_CROSSING, ELEVATOR, ESCALATOR, STAIRS = 2, 3, 4, 5, 6
"""経路の種別 (route_type)."""
CROSSING, UNMARKED_CROSSING = 3, 4
"""経路の構造 (rt_struct)."""
ONE_WAY_FORWARD, ONE_WAY_BACKWARD = 2, 3
"""方向性 (direction)."""


class Reason(IntFlag):
    """Why a profile may not use an arc."""

    STAIRS = 1
    ESCALATOR = 2
    MOVING_WALKWAY = 4
    STEP = 8
    SLOPE = 16
    WIDTH = 32
    SURFACE = 64
    ELEVATOR = 128
    ONE_WAY = 256


class Unknown(IntFlag):
    """What is not known of a link although the profile depends on it."""

    WIDTH = 1
    SLOPE = 2
    STEP = 4
    ELEVATOR = 8


@dataclass(frozen=True, slots=True)
class Profile:
    """One way of getting about. A limit of None means that it does not matter.

    `slope_factors` multiply the time on slopes of the codes 1 to 8 (flat, up to 5 %, 5 to 8 % up, down, 8 to 18 % up,
    down, over 18 % up, down).
    """

    name: str
    speed_m_per_s: float
    forbidden_types: frozenset[int] = frozenset()
    max_slope_percent: float | None = None
    max_step_cm: float | None = None
    min_width_m: float | None = None
    forbidden_surfaces: frozenset[str] = frozenset()
    needs_accessible_elevator: bool = False
    slope_factors: tuple[float, ...] = (1.0, 1.0, 1.2, 1.0, 1.5, 1.1, 2.0, 1.3)
    stairs_speed_m_per_s: float = 0.6
    seconds_per_step: float = 0.6
    conveyor_speed_m_per_s: float = 0.5
    elevator_s: float = 60.0
    signal_wait_s: float = 30.0
    crossing_wait_s: float = 5.0
    level_crossing_wait_s: float = 20.0


WALK: Final = Profile("walk", speed_m_per_s=80 / 60)

WHEELCHAIR: Final = Profile(
    "wheelchair",
    speed_m_per_s=1.0,
    forbidden_types=frozenset({STAIRS, ESCALATOR, MOVING_WALKWAY}),
    max_slope_percent=8,
    max_step_cm=2,
    min_width_m=1.0,
    forbidden_surfaces=frozenset({"sand", "mud", "rock", "stepping_stones", "grass", "pebblestone", "woodchips"}),
    needs_accessible_elevator=True,
    slope_factors=(1.0, 1.0, 2.0, 1.5, 4.0, 3.0, 8.0, 6.0),
)

PROFILES: Final = {profile.name: profile for profile in (WALK, WHEELCHAIR)}

STEEPEST_BY_CODE: Final = (0.0, 5.0, 8.0, 8.0, 18.0, 18.0, 90.0, 90.0)
HIGHEST_STEP_CM_BY_CODE: Final = (0.0, 2.0, 5.0, 10.0, 99.0)
LEAST_WIDTH_M_BY_CODE: Final = (0.0, 1.0, 2.0, 3.0)
REVERSED_SLOPE: Final = np.array([0, 1, 2, 4, 3, 6, 5, 8, 7], dtype=np.int16)
"""The slope code of the same link walked from its end (index 0 stands for every other value)."""


@dataclass(frozen=True)
class Costing:
    """A profile applied to a network: per arc seconds and reasons, per link what is unknown."""

    profile: Profile
    seconds: FloatArray
    reasons: IntArray
    unknown: IntArray

    @cached_property
    def allowed(self) -> BoolArray:
        """Per arc: nothing about the arc itself forbids it."""
        return np.equal(self.reasons, 0)

    @cached_property
    def usable(self) -> BoolArray:
        """Per link: allowed in at least one direction."""
        return np.asarray(self.allowed[::2] | self.allowed[1::2], dtype=np.bool_)


def build_costing(profile: Profile, links: LinkTable) -> Costing:
    """Apply `profile` to every link in both directions."""
    slopes = np.column_stack([slope_codes(links), reversed_slopes(slope_codes(links))])
    per_direction = [_seconds(profile, links, slopes[:, direction]) for direction in (0, 1)]
    seconds = np.column_stack(per_direction).ravel()
    both = _reasons(profile, links)
    reasons = np.column_stack(
        [
            both | np.where(links.direction == ONE_WAY_BACKWARD, Reason.ONE_WAY, 0),
            both | np.where(links.direction == ONE_WAY_FORWARD, Reason.ONE_WAY, 0),
        ]
    ).ravel()
    return Costing(profile, seconds, reasons, _unknown(profile, links))


def slope_codes(links: LinkTable) -> CodeArray:
    """The slope of each link seen from its start; where only a percentage is known, the code that it falls into.

    A percentage carries no direction: such a slope counts as going up both ways.
    """
    percent = np.abs(links.slope_max_percent)
    classes = np.select(
        [percent <= 0, percent <= 5, percent <= 8, percent <= 18, percent > 18],
        [1, 2, 3, 5, 7],
        default=NOT_KNOWN,
    ).astype(np.int16)
    coded = (links.slope_code >= 1) & (links.slope_code <= 8)
    return np.where(coded, links.slope_code, classes).astype(np.int16)


def reversed_slopes(codes: CodeArray) -> CodeArray:
    """Slope codes as met from the other end: up becomes down.

    >>> reversed_slopes(np.array([1, 3, 6, 99], dtype=np.int16)).tolist()
    [1, 4, 5, 99]
    """
    inside = (codes >= 1) & (codes <= 8)
    return np.where(inside, REVERSED_SLOPE[np.where(inside, codes, 0)], codes).astype(np.int16)


def _seconds(profile: Profile, links: LinkTable, slopes: CodeArray) -> FloatArray:
    factors = np.array((1.0, *profile.slope_factors))
    pace = factors[np.where((slopes >= 1) & (slopes <= 8), slopes, 0)]
    walking = links.length_m / profile.speed_m_per_s * pace
    climbing = np.fmax(links.length_m / profile.stairs_speed_m_per_s, links.step_count * profile.seconds_per_step)
    conveyed = links.length_m / profile.conveyor_speed_m_per_s
    kind = links.route_type
    seconds = np.select(
        [kind == STAIRS, (kind == ESCALATOR) | (kind == MOVING_WALKWAY), kind == ELEVATOR],
        [climbing, conveyed, links.length_m / profile.speed_m_per_s + profile.elevator_s],
        default=walking,
    )
    return seconds + _waits(profile, links)


def _waits(profile: Profile, links: LinkTable) -> FloatArray:
    signalled = (links.signal >= 2) & (links.signal <= 4)
    return np.select(
        [
            (links.structure == CROSSING) & signalled,
            (links.structure == CROSSING) | (links.structure == UNMARKED_CROSSING),
            links.route_type == LEVEL_CROSSING,
        ],
        [profile.signal_wait_s, profile.crossing_wait_s, profile.level_crossing_wait_s],
        default=0.0,
    )


def _reasons(profile: Profile, links: LinkTable) -> IntArray:
    """Reasons that hold in both directions."""
    reasons = np.zeros(len(links), dtype=np.int64)
    kinds = {STAIRS: Reason.STAIRS, ESCALATOR: Reason.ESCALATOR, MOVING_WALKWAY: Reason.MOVING_WALKWAY}
    for kind, reason in kinds.items():
        if kind in profile.forbidden_types:
            reasons[_is_kind(links, kind)] |= reason
    reasons[_too_steep(profile, links)] |= Reason.SLOPE
    reasons[_too_high_a_step(profile, links)] |= Reason.STEP
    reasons[_too_narrow(profile, links)] |= Reason.WIDTH
    if profile.forbidden_surfaces:
        reasons[np.isin(np.array(links.surface), sorted(profile.forbidden_surfaces))] |= Reason.SURFACE
    if profile.needs_accessible_elevator:
        not_for_wheelchairs = np.isin(links.elevator_kind, (2, 4))
        reasons[(links.route_type == ELEVATOR) & not_for_wheelchairs] |= Reason.ELEVATOR
    return reasons


def _is_kind(links: LinkTable, kind: int) -> BoolArray:
    """Links of the kind; a link with counted steps is a stair too, unless it says to be something else."""
    if kind != STAIRS:
        return np.equal(links.route_type, kind)
    plain = np.isin(links.route_type, (1, 7)) | _not_coded(links.route_type, 7)
    counted = plain & (links.step_count > 0)
    return np.asarray((links.route_type == STAIRS) | counted, dtype=np.bool_)


def _not_coded(codes: CodeArray, highest: int) -> BoolArray:
    return (codes < 1) | (codes > highest)


def _by_code(codes: CodeArray, values: tuple[float, ...]) -> FloatArray:
    """The value that belongs to each code 1, 2, …; NaN for every other code."""
    table = np.array((np.nan, *values))
    return table[np.where(_not_coded(codes, len(values)), 0, codes)]


def _level(links: LinkTable) -> BoolArray:
    """Links on which slope means nothing: one is carried."""
    return np.isin(links.route_type, (ELEVATOR, ESCALATOR, STAIRS))


def _too_steep(profile: Profile, links: LinkTable) -> BoolArray:
    if profile.max_slope_percent is None:
        return np.zeros(len(links), dtype=bool)
    known = np.fmax(_by_code(links.slope_code, STEEPEST_BY_CODE), np.abs(links.slope_max_percent))
    return (known > profile.max_slope_percent) & ~_level(links)


def _too_high_a_step(profile: Profile, links: LinkTable) -> BoolArray:
    if profile.max_step_cm is None:
        return np.zeros(len(links), dtype=bool)
    coded = _by_code(links.step_code, HIGHEST_STEP_CM_BY_CODE)
    highest = np.where(np.isnan(links.step_max_cm), coded, links.step_max_cm)
    return highest > profile.max_step_cm


def _too_narrow(profile: Profile, links: LinkTable) -> BoolArray:
    """Too narrow links. The width of an elevator is the width of its door, so it never counts."""
    if profile.min_width_m is None:
        return np.zeros(len(links), dtype=bool)
    coded = _by_code(links.width_code, LEAST_WIDTH_M_BY_CODE)
    narrowest = np.where(np.isnan(links.width_min_m), coded, links.width_min_m)
    narrow = narrowest < profile.min_width_m
    return np.asarray(narrow & (links.route_type != ELEVATOR), dtype=np.bool_)


def _unknown(profile: Profile, links: LinkTable) -> IntArray:
    """What the profile would have to know and nobody recorded (99, blank or missing)."""
    unknown = np.zeros(len(links), dtype=np.int64)
    elevator = links.route_type == ELEVATOR
    if profile.min_width_m is not None:
        no_width = _not_coded(links.width_code, 4) & np.isnan(links.width_min_m)
        unknown[no_width & ~elevator] |= Unknown.WIDTH
    if profile.max_slope_percent is not None:
        unknown[(slope_codes(links) == NOT_KNOWN) & ~_level(links)] |= Unknown.SLOPE
    if profile.max_step_cm is not None:
        no_step = _not_coded(links.step_code, 5) & np.isnan(links.step_max_cm)
        unknown[no_step & ~elevator] |= Unknown.STEP
    if profile.needs_accessible_elevator:
        unknown[elevator & ~np.isin(links.elevator_kind, (2, 3, 4, 5))] |= Unknown.ELEVATOR
    return unknown
