"""From the stretches of a way to the steps that one tells a walker. Pure; the words are in `phrases`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise
from typing import Final

import numpy as np

from gis_server.navigation.approach import Piece
from gis_server.navigation.geodesy import bearing_degrees, to_metres
from gis_server.navigation.graph import FloatArray, LinkTable, Network
from gis_server.navigation.profiles import Costing
from gis_server.navigation.shapes import joined, piece_coordinates

SHORT_M: Final = 12.0
"""Plain stretches below this are no step of their own."""
LOOK_M: Final = 10.0
"""How far before and after a corner its angle is measured."""
STRAIGHT_DEGREES: Final = 30.0


class Kind(Enum):
    """What sort of way a step goes over."""

    WAY = "way"
    CROSSING = "crossing"
    SIGNAL_CROSSING = "signal-crossing"
    UNMARKED_CROSSING = "unmarked-crossing"
    LEVEL_CROSSING = "level-crossing"
    ELEVATOR = "elevator"
    ESCALATOR = "escalator"
    MOVING_WALKWAY = "moving-walkway"
    STAIRS = "stairs"
    RAMP = "ramp"
    FOOTBRIDGE = "footbridge"
    UNDERGROUND = "underground"
    INSIDE = "inside"


class Turn(Enum):
    """What one does before a step."""

    DEPART = "depart"
    STRAIGHT = "straight"
    SLIGHT_LEFT = "slight-left"
    SLIGHT_RIGHT = "slight-right"
    LEFT = "left"
    RIGHT = "right"
    SHARP_LEFT = "sharp-left"
    SHARP_RIGHT = "sharp-right"
    BACK = "back"


@dataclass(frozen=True)
class Step:
    """One instruction's worth of way.

    `bearing` is the compass direction in which it sets out, degrees; `choice_after`, whether more than one way leads
    on where it ends; `stairs`, how many steps are climbed or descended (0 also where nobody counted).
    """

    kind: Kind
    turn: Turn
    name: str
    bearing: float
    length_m: float
    duration_s: float
    stairs: int
    pieces: tuple[Piece, ...]
    coordinates: FloatArray
    choice_after: bool


_BY_ROUTE_TYPE: Final = {
    2: Kind.MOVING_WALKWAY,
    3: Kind.LEVEL_CROSSING,
    4: Kind.ELEVATOR,
    5: Kind.ESCALATOR,
    6: Kind.STAIRS,
    7: Kind.RAMP,
}
_BY_STRUCTURE: Final = {
    3: Kind.CROSSING,
    4: Kind.UNMARKED_CROSSING,
    5: Kind.UNDERGROUND,
    6: Kind.FOOTBRIDGE,
    7: Kind.INSIDE,
}


def kind_of(links: LinkTable, link: int) -> Kind:
    """What a link is to a walker: how one moves on it before where it lies."""
    by_type = _BY_ROUTE_TYPE.get(int(links.route_type[link]))
    kind = by_type or _BY_STRUCTURE.get(int(links.structure[link]), Kind.WAY)
    signalled = 2 <= int(links.signal[link]) <= 4
    return Kind.SIGNAL_CROSSING if kind is Kind.CROSSING and signalled else kind


def build_steps(network: Network, costing: Costing, pieces: Sequence[Piece]) -> list[Step]:
    """The steps of a way, in order, with the turn before each."""
    steps = _joined([_step(network, costing, piece) for piece in pieces])
    steps = _joined(_without_short(steps))
    turns = [turn_between(before, after) for before, after in pairwise(steps)]
    return [replace(step, turn=turn) for step, turn in zip(steps, [Turn.DEPART, *turns], strict=True)]


def turn_of(degrees: float) -> Turn:
    """The word for a change of direction; positive is to the right.

    >>> turn_of(-90), turn_of(10), turn_of(540)
    (<Turn.LEFT: 'left'>, <Turn.STRAIGHT: 'straight'>, <Turn.BACK: 'back'>)
    """
    angle = (degrees + 180) % 360 - 180
    size, right = abs(angle), angle > 0
    if size < STRAIGHT_DEGREES:
        return Turn.STRAIGHT
    if size < 60:
        return Turn.SLIGHT_RIGHT if right else Turn.SLIGHT_LEFT
    if size < 125:
        return Turn.RIGHT if right else Turn.LEFT
    if size < 165:
        return Turn.SHARP_RIGHT if right else Turn.SHARP_LEFT
    return Turn.BACK


def turn_between(before: Step, after: Step) -> Turn:
    return turn_of(after.bearing - _final_bearing(before.coordinates))


def _step(network: Network, costing: Costing, piece: Piece) -> Step:
    links, link = network.links, piece.link
    coordinates = piece_coordinates(network, piece)
    count = links.step_count[link]
    return Step(
        kind_of(links, link),
        Turn.STRAIGHT,
        links.name[link],
        _first_bearing(coordinates),
        float(links.length_m[link]) * piece.share,
        float(costing.seconds[piece.arc]) * piece.share,
        0 if np.isnan(count) else round(float(count) * piece.share),
        (piece,),
        coordinates,
        bool(network.degree[network.head[piece.arc]] > 2),
    )


def _joined(steps: Sequence[Step]) -> list[Step]:
    """Neighbours that are one to a walker become one."""
    result: list[Step] = []
    for step in steps:
        if result and _is_one(result[-1], step):
            result[-1] = _join(result[-1], step)
        else:
            result.append(step)
    return result


def _is_one(before: Step, after: Step) -> bool:
    """Whether nothing need be said between two steps: a street that bends, or the only way on, goes without saying."""
    if before.kind is not after.kind:
        return False
    if before.kind in _TAKEN_AS_A_WHOLE:
        return True
    if before.name != after.name:
        return False
    turn = turn_between(before, after)
    bends = bool(after.name) and turn in (Turn.SLIGHT_LEFT, Turn.SLIGHT_RIGHT)
    return turn is Turn.STRAIGHT or bends or not before.choice_after


_TAKEN_AS_A_WHOLE: Final = (Kind.ELEVATOR, Kind.ESCALATOR, Kind.STAIRS, Kind.INSIDE)


def _without_short(steps: Sequence[Step]) -> list[Step]:
    """Short plain stretches go into the plain step after them, or else before them; its direction and name stay."""
    result: list[Step] = []
    for step in steps:
        plain_before = bool(result) and result[-1].kind is step.kind is Kind.WAY
        if plain_before and result[-1].length_m < SHORT_M:
            short = result.pop()
            result.append(replace(_join(short, step), name=step.name, bearing=step.bearing))
        elif plain_before and step.length_m < SHORT_M:
            result[-1] = _join(result[-1], step)
        else:
            result.append(step)
    return result


def _join(before: Step, after: Step) -> Step:
    return replace(
        before,
        length_m=before.length_m + after.length_m,
        duration_s=before.duration_s + after.duration_s,
        stairs=before.stairs + after.stairs,
        pieces=before.pieces + after.pieces,
        coordinates=joined([before.coordinates, after.coordinates]),
        choice_after=after.choice_after,
    )


def _first_bearing(coordinates: FloatArray) -> float:
    """Direction from the first vertex towards where one is after `LOOK_M`."""
    metres = to_metres(coordinates - coordinates[0], float(coordinates[0, 1]))
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(metres, axis=0).T))])
    ahead = min(LOOK_M, float(along[-1]))
    place = np.array([np.interp(ahead, along, coordinates[:, axis]) for axis in (0, 1)])
    return bearing_degrees(coordinates[0], place)


def _final_bearing(coordinates: FloatArray) -> float:
    return (_first_bearing(coordinates[::-1]) + 180) % 360
