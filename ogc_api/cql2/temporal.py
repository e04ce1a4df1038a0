"""Times as SQL: a day lasts from its first to its last moment, an interval may be open."""

from __future__ import annotations

import datetime

from layers.reading import Query
from ogc_api.cql2.names import TEMPORAL
from ogc_api.cql2.tree import Day, Moment, fault
from ogc_api.cql2.typed import INSTANTS, TIMES, Kind, Typed, filled, need

_MOMENT = "%s::timestamptz"
_COMPARED = {
    "<": "{a1} < {b0}",
    "<=": "{a1} <= {b1}",
    ">": "{a0} > {b1}",
    ">=": "{a0} >= {b0}",
    "<>": "NOT ({a0} >= {b0} AND {a1} <= {b1})",
    "=": "({a0} >= {b0} AND {a1} <= {b1})",
}
"""The first and last moment (0, 1) of a and b: a moment equals the day in which it lies."""
_EQUAL_TURNED = {"=": "({b0} >= {a0} AND {b1} <= {a1})", "<>": "NOT ({b0} >= {a0} AND {b1} <= {a1})"}


def instant(node: Day | Moment, zone: datetime.tzinfo) -> Typed:
    """A moment, or the whole of a day in `zone`."""
    if isinstance(node, Moment):
        return Typed(Kind.MOMENT, Query(_MOMENT, (node.time,)), f"the time {node.time.isoformat()}")
    first, last = (
        datetime.datetime.combine(node.date, at, zone).replace(tzinfo=zone)
        for at in (datetime.time.min, datetime.time.max)
    )
    said = f"the date {node.date.isoformat()}"
    return Typed(Kind.DAY, Query(_MOMENT, (first,)), said, Query(_MOMENT, (last,)))


def span(start: Typed | None, end: Typed | None) -> Typed:
    """An interval. An open end, and a property without a value, is as early or as late as can be."""
    first, last = (part and need(part, INSTANTS, "INTERVAL") for part in (start, end))
    given = [part.sql.params[0] for part in (first,) if part and part.sql.params]
    given += [part.last.params[0] for part in (last,) if part and part.last.params]
    if len(given) == 2 and given[0] > given[1]:
        raise fault("an interval ends before it begins")
    return Typed(
        Kind.SPAN,
        filled("coalesce({at}, '-infinity'::timestamptz)", at=first.sql)
        if first
        else Query("'-infinity'::timestamptz"),
        "an interval",
        filled("coalesce({at}, 'infinity'::timestamptz)", at=last.last) if last else Query("'infinity'::timestamptz"),
    )


def compare(name: str, left: Typed, right: Typed) -> Typed:
    """A moment or a day with a moment or a day."""
    turned = left.kind is Kind.DAY and right.kind is Kind.MOMENT
    template = _EQUAL_TURNED.get(name, _COMPARED[name]) if turned else _COMPARED[name]
    return _written(template, left, right)


def relate(name: str, parts: list[Typed]) -> Typed:
    """Whether two times stand in this relation."""
    if len(parts) != 2:
        raise fault(f"{name.upper()} has {len(parts)} operands; it takes 2")
    left, right = (need(part, TIMES, name.upper()) for part in parts)
    if name == "t_equals" and {left.kind, right.kind} <= INSTANTS:
        return compare("=", left, right)
    return _written(TEMPORAL[name], left, right)


def _written(template: str, left: Typed, right: Typed) -> Typed:
    sql = filled(template, a0=left.sql, a1=left.last, b0=right.sql, b1=right.last)
    return Typed(Kind.TRUTH, Query("(") + sql + Query(")"), "a condition")
