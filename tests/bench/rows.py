"""What a measurement says: rows, with a goal where there is one, as a table and as JSON. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of ours, beside those of others for the same work.

    Args:
        name: subject and measurement ("etl.csv").
        unit: of `ours` and of every peer.
        ours: None where it was not, or could not be, measured; `note` says why.
        peers: other programs' figures, by name; smaller is better, as for ours.
        goal: the largest `ratio` that is good enough; where there is no peer, the largest `ours`.
        has_failed: the work itself went wrong, which no goal forgives.
    """

    name: str
    unit: str
    ours: float | None
    peers: Mapping[str, float] = field(default_factory=dict)
    goal: float | None = None
    note: str = ""
    has_failed: bool = False

    @property
    def ratio(self) -> float | None:
        """Ours by the best peer's: 2.0 is twice as long.

        >>> Row("etl.csv", "s", 3.0, {"ogr2ogr": 2.0, "slow": 9.0}).ratio
        1.5
        """
        best = min(self.peers.values(), default=None)
        return None if self.ours is None or not best else self.ours / best

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none, or nothing to hold it against.

        >>> [Row("a", "MB", ours, goal=10).met for ours in (9.9, 10.1, None)]
        [True, False, None]
        """
        if self.has_failed:
            return False
        figure = self.ratio if self.peers else self.ours
        return None if self.goal is None or figure is None else figure <= self.goal


def as_json(row: Row) -> dict[str, Any]:
    """A row as an object of the JSON file."""
    return {
        "name": row.name,
        "unit": row.unit,
        "ours": _rounded(row.ours),
        "peers": {name: _rounded(value) for name, value in row.peers.items()},
        "ratio": _rounded(row.ratio),
        "goal": row.goal,
        "met": row.met,
    }


HEADER = ("name", "unit", "ours", "peers", "ratio", "goal", "met")
_FIGURES = {2, 4, 5}
_MARKS = {True: "✓", False: "✗", None: "·"}


def table(rows: Sequence[Row]) -> str:
    """The rows for a person, in columns.

    >>> print(table([Row("a", "s", 3.0, {"b": 2.0}, 2.0)]))
    name  unit  ours  peers   ratio   goal  met
    a     s     3.00  b 2.00   1.50  ≤ 2.0  ✓
    """
    cells = [HEADER, *(_cells(row) for row in rows)]
    widths = [max(_width(line[column]) for line in cells) for column in range(len(HEADER))]
    notes = ["", *(row.note for row in rows)]
    lines = (f"{_line(line, widths)}  {note}" for line, note in zip(cells, notes, strict=True))
    return "\n".join(line.rstrip() for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    columns = enumerate(zip(cells, widths, strict=True))
    return "  ".join(_padded(text, width, right=index in _FIGURES) for index, (text, width) in columns)


def _cells(row: Row) -> tuple[str, ...]:
    peers = ", ".join(f"{name} {_shown(value)}" for name, value in row.peers.items())
    goal = "" if row.goal is None else f"≤ {row.goal}"
    return row.name, row.unit, _shown(row.ours), peers, _shown(row.ratio), goal, _MARKS[row.met]


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}" if value >= 100 else f"{value:.2f}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int, *, right: bool) -> str:
    blanks = " " * (width - _width(text))
    return blanks + text if right else text + blanks
