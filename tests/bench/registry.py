"""What can be measured: a name, and a function that gives rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.rows import Row


@dataclass(frozen=True, slots=True)
class Place:
    """Where and how to measure.

    Args:
        home: the bench's own folder; generated files stay in it.
        rounds: runs of each side, which take turns; the median counts.
        scale: share of the rows that a full measurement has.
        tell: says what is being done.
    """

    home: Path
    rounds: int
    scale: float
    tell: Callable[[str], None]


Measure = Callable[[Place], Iterable[Row]]
MEASUREMENTS: dict[str, Measure] = {}
"""By name: the subject, a dot, and what of it."""


def measurement(name: str) -> Callable[[Measure], Measure]:
    """Registers a function as a measurement."""

    def register(measure: Measure) -> Measure:
        MEASUREMENTS[name] = measure
        return measure

    return register


def chosen(subjects: Iterable[str], only: str) -> dict[str, Measure]:
    """The measurements of these subjects (of all, where none is named), or the one called `only`.

    Raises:
        LookupError: no measurement has such a name.
    """
    wanted = list(subjects) or sorted({name.split(".")[0] for name in MEASUREMENTS})
    for name in wanted:
        if not any(known.split(".")[0] == name for known in MEASUREMENTS):
            raise LookupError(f"nothing is measured of {name}; there are: {', '.join(MEASUREMENTS)}")
    found = {name: m for name, m in MEASUREMENTS.items() if name.split(".")[0] in wanted and only in {"", name}}
    if not found:
        raise LookupError(f"no measurement is called {only}; there are: {', '.join(MEASUREMENTS)}")
    return found
