"""Weights for the engine: a profile's seconds, with what is closed either forbidden or merely dear."""

from __future__ import annotations

from typing import Final

import numpy as np

from gis_server.navigation.engine import FORBIDDEN
from gis_server.navigation.graph import BoolArray, IntArray
from gis_server.navigation.profiles import Costing

CENTISECONDS: Final = 100
LONGEST: Final = 100_000_000
MOST_PENALTY: Final = 1_000_000
LEAST_PENALTY: Final = 100_000
_BUDGET: Final = 1_500_000_000


def base_weights(costing: Costing) -> IntArray:
    """Centiseconds per arc, from one to eleven days, so that no number in the data can burst the engine's."""
    return np.clip(np.rint(costing.seconds * CENTISECONDS), 1, LONGEST).astype(np.int64)


def closed_arcs(costing: Costing, blocked: BoolArray) -> BoolArray:
    """Per arc: forbidden to the profile, or on a blocked link."""
    return ~costing.allowed | np.repeat(blocked, 2)


def strict_weights(costing: Costing, blocked: BoolArray) -> IntArray:
    """What may be used, and nothing else."""
    return np.where(closed_arcs(costing, blocked), FORBIDDEN, base_weights(costing))


def relaxed_weights(costing: Costing, blocked: BoolArray) -> IntArray:
    """Everything may be used, closed arcs at a price: the way that meets the fewest obstacles, to name them."""
    closed = closed_arcs(costing, blocked)
    return base_weights(costing) + np.where(closed, penalty(int(closed.sum())), 0)


def penalty(closed_count: int) -> int:
    """Price of one closed arc, centiseconds: hours of detour, yet small enough that no path's sum reaches 2³¹.

    >>> penalty(10), penalty(10_000), penalty(1_000_000)
    (1000000, 150000, 100000)
    """
    return max(LEAST_PENALTY, min(MOST_PENALTY, _BUDGET // max(closed_count, 1)))
