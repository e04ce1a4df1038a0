"""What both encodings of CQL2 are read into, and how far they may go."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from typing import Any

from layers.problems import Problem

MAX_TEXT = 8_000
"""Characters of a filter, in either encoding."""
MAX_DEPTH = 40
"""How deep conditions may stand in one another; people write five."""
MAX_NODES = 1_000
"""Operators, functions, properties and values of one filter."""
MAX_DIGITS = 40
"""Characters of one number: more than any double precision number needs."""


@dataclass(frozen=True, slots=True)
class Property:
    """A property by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Value:
    """A text, a number or a truth value."""

    value: str | float | bool


@dataclass(frozen=True, slots=True)
class Day:
    """A date without a time."""

    date: datetime.date


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, with its zone."""

    time: datetime.datetime


@dataclass(frozen=True, slots=True)
class Span:
    """An interval; None is an open end."""

    start: Node | None
    end: Node | None


@dataclass(frozen=True, slots=True)
class Shape:
    """A geometry: a shapely geometry of two dimensions in longitude and latitude."""

    geometry: Any


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or a function, named as CQL2's JSON encoding names it, with its operands."""

    name: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Several:
    """A list of values, compared as a set."""

    elements: tuple[Node, ...]


Node = Property | Value | Day | Moment | Span | Shape | Call | Several


def fault(detail: str, **extra: Any) -> Problem:
    """What is wrong with a filter.

    >>> fault("no condition").document()["parameter"]
    'filter'
    """
    return Problem(400, "invalid filter", detail, parameter="filter", extra=extra)


class Budget:
    """Counts what a reader makes, so that no filter costs more than a bounded amount of work."""

    def __init__(self) -> None:
        self.nodes = 0
        self.depth = 0

    def __enter__(self) -> Budget:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise fault(f"the filter is nested more than {MAX_DEPTH} deep")
        self.spend()
        return self

    def __exit__(self, *_: object) -> None:
        self.depth -= 1

    def spend(self) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise fault(f"the filter has more than {MAX_NODES} parts")


def number(text: str) -> float:
    """A finite number.

    >>> number("12"), number("1.5e3")
    (12.0, 1500.0)
    """
    value = float(text) if len(text) <= MAX_DIGITS else math.inf
    if not math.isfinite(value):
        raise fault(f"{text[:MAX_DIGITS]} is not a number that can be compared: at most {MAX_DIGITS} digits, finite")
    return value


def day(text: str) -> Day:
    """A date such as 2024-01-31."""
    try:
        if len(text) == 10:
            return Day(datetime.date.fromisoformat(text))
    except ValueError:
        pass
    raise fault(f"{text!r:.80} is not a date such as 2024-01-31")


def moment(text: str) -> Moment:
    """A time with its zone, such as 2024-01-31T16:10:00Z or …+09:00, kept in UTC."""
    written = text.replace(" ", "+") if text.isascii() else ""
    try:
        time = datetime.datetime.fromisoformat(written.upper()) if "T" in written.upper() else None
        if time is not None and time.tzinfo is not None:
            return Moment(time.astimezone(datetime.UTC))
    except (ValueError, OverflowError):
        pass
    raise fault(f"{text!r:.80} is not a time with its zone such as 2024-01-31T16:10:00Z")


def end_of_span(text: str) -> Node | None:
    """One end of an interval: a date, a time, or ``..`` for an open end."""
    if text in {"..", ""}:
        return None
    return day(text) if len(text) == 10 else moment(text)
