"""Pieces of SQL that know of which kind they are and how to call them before a reader."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from layers.problems import Problem
from layers.reading import Query
from ogc_api.cql2.tree import fault


class Kind(Enum):
    """What a piece of a filter is, in the words of a message."""

    TRUTH = "true or false"
    NUMBER = "a number"
    TEXT = "a text"
    MOMENT = "a time"
    DAY = "a date"
    SPAN = "an interval"
    GEOMETRY = "a geometry"
    LIST = "a list"


INSTANTS = frozenset({Kind.MOMENT, Kind.DAY})
TIMES = INSTANTS | {Kind.SPAN}


@dataclass(frozen=True, slots=True)
class Typed:
    """A piece of SQL. What lasts (a day, an interval) has its last moment in `end`; `said` names it to a reader.

    `of` is what a list is a list of; None for an empty one.
    """

    kind: Kind
    sql: Query
    said: str
    end: Query | None = None
    is_mixed: bool = False
    of: Kind | None = None

    @property
    def last(self) -> Query:
        return self.sql if self.end is None else self.end


_RIGHT = {
    Kind.TRUTH: "true or false",
    Kind.NUMBER: "a number without quotes",
    Kind.TEXT: "a text in single quotes",
    Kind.MOMENT: "TIMESTAMP('2024-01-31T16:10:00Z') or DATE('2024-01-31')",
    Kind.DAY: "TIMESTAMP('2024-01-31T16:10:00Z') or DATE('2024-01-31')",
    Kind.SPAN: "INTERVAL('2024-01-31', '..')",
    Kind.GEOMETRY: "a geometry such as POINT(139.56 35.68)",
    Kind.LIST: "a list such as ('a', 'b')",
}


def need(piece: Typed, kinds: frozenset[Kind] | set[Kind], where: str) -> Typed:
    """The piece, if it is of one of these kinds.

    Raises:
        Problem: 400, saying what was given and what would be right.
    """
    if piece.kind in kinds:
        return piece
    right = " or ".join(dict.fromkeys(_RIGHT[kind] for kind in sorted(kinds, key=lambda kind: kind.name)))
    raise fault(f"{where} takes {right}; {piece.said} is {piece.kind.value}")


def mismatch(left: Typed, right: Typed) -> Problem:
    """Two pieces that cannot be compared."""
    return fault(
        f"{left.said} is {left.kind.value} and cannot be compared with {right.said}, which is {right.kind.value}; "
        f"{left.said} is compared with {_RIGHT[left.kind]}"
    )


def joined(separator: str, parts: list[Query]) -> Query:
    """SQL with the separator between the parts."""
    query = parts[0]
    for part in parts[1:]:
        query = query + Query(separator) + part
    return query


def filled(template: str, **parts: Query) -> Query:
    """A template's ``{name}`` replaced by SQL, its parameters in the order in which they appear.

    >>> filled("{b} < {a}", a=Query("%s", (1,)), b=Query("%s", (2,)))
    Query(sql='%s < %s', params=(2, 1))
    """
    query = Query("")
    rest = template
    while "{" in rest:
        before, _, rest = rest.partition("{")
        name, _, rest = rest.partition("}")
        query = query + Query(before) + parts[name]
    return query + Query(rest)
