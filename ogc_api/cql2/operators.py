"""Comparisons, arithmetic and letters as typed SQL."""

from __future__ import annotations

from layers.reading import Query
from ogc_api.cql2 import temporal
from ogc_api.cql2.tree import fault
from ogc_api.cql2.typed import INSTANTS, Kind, Typed, filled, joined, mismatch, need

_COMPUTED = {
    "+": "({a} + {b})",
    "-": "({a} - {b})",
    "*": "({a} * {b})",
    "/": "({a} / nullif({b}, 0))",
    "div": "trunc({a} / nullif({b}, 0))",
    "%": "mod(({a})::numeric, nullif({b}, 0)::numeric)::double precision",
    "^": "power({a}, {b})",
}
_LETTERS = {
    "casei": '(lower({a} COLLATE "und-x-icu") COLLATE "C")',
    "accenti": "normalize(regexp_replace(normalize({a}, NFD), U&'[\\0300-\\036F]', '', 'g'), NFC)",
}
"""Accents are the combining marks of Latin, Greek and Cyrillic; 濁点 make other letters and stay."""


def count(name: str, parts: list[Typed], right: int) -> None:
    """Raises:
    Problem: 400, where there are not as many operands as there should be.
    """
    if len(parts) != right:
        raise fault(f"{name} has {len(parts)} operands; it takes {right}")


def compare(name: str, parts: list[Typed]) -> Typed:
    """Two operands of one kind. What has no order is only equal or not; text is in the order of its code points."""
    count(name, parts, 2)
    left, right = parts
    if {left.kind, right.kind} <= INSTANTS:
        return temporal.compare(name, left, right)
    if left.kind is not right.kind or left.kind in {Kind.GEOMETRY, Kind.SPAN, Kind.LIST}:
        raise mismatch(left, right)
    if left.kind is Kind.TRUTH and (name not in {"=", "<>"} or _CONDITION in {left.said, right.said}):
        raise fault(f"{left.said} is true or false: only properties and TRUE or FALSE are compared, by = or <>")
    collated = _collated([left, right], has_order=name not in {"=", "<>"})
    return Typed(Kind.TRUTH, Query("(") + left.sql + collated + Query(f" {name} ") + right.sql + Query(")"), _CONDITION)


_CONDITION = "a condition"


def _collated(parts: list[Typed], has_order: bool) -> Query:
    """Columns of several collations meet in that of code points; one column and values keep the column's index."""
    columns = [part for part in parts if part.sql.sql != "%s::text"]
    return Query(' COLLATE "C"') if parts[0].kind is Kind.TEXT and (has_order or len(columns) > 1) else Query("")


def like(name: str, parts: list[Typed]) -> Typed:
    """A text and a pattern: ``%`` for any characters, ``_`` for one, a backslash before what means itself."""
    count(name, parts, 2)
    text, pattern = (need(part, {Kind.TEXT}, "LIKE") for part in parts)
    written = pattern.sql.params
    if not written or len(written) > 1 or "t." in pattern.sql.sql:
        raise fault("the pattern of LIKE is a text in single quotes, also in CASEI or ACCENTI")
    if (len(written[0]) - len(written[0].rstrip("\\"))) % 2:
        raise fault("the pattern of LIKE ends with a backslash, which stands before what means itself")
    return Typed(Kind.TRUTH, filled('({a} COLLATE "C" LIKE {b})', a=text.sql, b=pattern.sql), _CONDITION)


def between(name: str, parts: list[Typed]) -> Typed:
    """An operand and the least and the greatest value; both belong to it."""
    count(name, parts, 3)
    bounds = [compare(">=", [parts[0], parts[1]]).sql, compare("<=", [parts[0], parts[2]]).sql]
    return Typed(Kind.TRUTH, Query("(") + joined(" AND ", bounds) + Query(")"), _CONDITION)


def among(name: str, parts: list[Typed]) -> Typed:
    """An operand and the values of which it is one."""
    if len(parts) < 2:
        raise fault("IN has no values")
    equal = [compare("=", [parts[0], part]).sql for part in parts[1:]]
    if parts[0].kind in INSTANTS:
        return Typed(Kind.TRUTH, Query("(") + joined(" OR ", equal) + Query(")"), _CONDITION)
    values = Query(" IN (") + joined(", ", [part.sql for part in parts[1:]]) + Query("))")
    return Typed(Kind.TRUTH, Query("(") + parts[0].sql + _collated(parts, has_order=False) + values, _CONDITION)


def is_null(name: str, parts: list[Typed]) -> Typed:
    count(name, parts, 1)
    if parts[0].kind is Kind.SPAN:
        raise fault("IS NULL takes a property, not an interval")
    return Typed(Kind.TRUTH, Query("(") + parts[0].sql + Query(" IS NULL)"), _CONDITION)


def compute(name: str, parts: list[Typed]) -> Typed:
    """Arithmetic in double precision. What is divided by nothing is not known (NULL)."""
    count(name, parts, 2)
    a, b = (Query("(") + need(part, {Kind.NUMBER}, name).sql + Query(")::double precision") for part in parts)
    return Typed(Kind.NUMBER, filled(_COMPUTED[name], a=a, b=b), f"the result of {name}")


def letters(name: str, parts: list[Typed]) -> Typed:
    """A text without regard to capital letters, or to accents."""
    count(name, parts, 1)
    text = need(parts[0], {Kind.TEXT}, name.upper())
    return Typed(Kind.TEXT, filled(_LETTERS[name], a=text.sql), f"{name.upper()}({text.said})")
