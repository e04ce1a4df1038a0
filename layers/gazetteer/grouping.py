"""One place that several layers know is shown once, with all its roles. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from layers.gazetteer.entry import Entry, Position

SAME_NAME_WITHIN_M: Final = 100.0
"""Publishers place the same school some tens of metres apart; two schools of one name are never that near."""

_METRES_PER_DEGREE: Final = 111_320.0


def grouped(matched: Sequence[Entry], others: Iterable[Entry]) -> Iterator[tuple[Entry, ...]]:
    """The matched entries in their order, each with the same place in other layers, whether that matched or not.

    A layer that knows a place twice (a school's building and its yard) means two things by it, so those stay apart;
    another layer's entry goes to the one whose name is most like its own.
    """
    every = list({(entry.layer, entry.feature_id): entry for entry in (*others, *matched)}.values())
    used: set[tuple[str, str]] = set()
    for entry in matched:
        if (entry.layer, entry.feature_id) in used:
            continue
        roles = [entry]
        for other in sorted(every, key=lambda candidate: -likeness(entry, candidate)):
            key = (other.layer, other.feature_id)
            is_new = key not in used and other.layer not in {role.layer for role in roles}
            if is_new and is_same_place(entry, other) and _likest(other, entry.layer, every) == entry:
                roles.append(other)
        used.update((role.layer, role.feature_id) for role in roles)
        yield tuple(roles)


def is_same_place(one: Entry, other: Entry) -> bool:
    """Whether two entries of different layers are one place: by its official number, or by its name and position."""
    if one.layer == other.layer or one.certainty != other.certainty:
        return False
    if one.same_place and other.same_place:
        return (one.same_place, one.city_code) == (other.same_place, other.city_code)
    return one.name_key == other.name_key and distance_m(one.position, other.position) <= SAME_NAME_WITHIN_M


def likeness(one: Entry, other: Entry) -> float:
    """How many letters two names share, 0 to 1, whatever their order."""
    first, second = Counter(one.name_key), Counter(other.name_key)
    return 2 * (first & second).total() / max(1, first.total() + second.total())


def distance_m(one: Position, other: Position) -> float:
    """Distance of two near positions, metres.

    >>> round(distance_m((139.56, 35.68), (139.56, 35.681)))
    111
    """
    dx = (one[0] - other[0]) * math.cos(math.radians((one[1] + other[1]) / 2))
    return math.hypot(dx, one[1] - other[1]) * _METRES_PER_DEGREE


def _likest(entry: Entry, layer: str, every: Iterable[Entry]) -> Entry:
    """Of a layer's entries that are the same place as `entry`, the one whose name is most like it."""
    rivals = [rival for rival in every if rival.layer == layer and is_same_place(rival, entry)]
    return max(rivals, key=lambda rival: (likeness(rival, entry), rival.feature_id), default=entry)
