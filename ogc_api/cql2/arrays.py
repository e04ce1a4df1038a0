"""Lists as SQL: made of values, or of a layer's flags; compared as sets.

Source: OGC 21-065r2, 7.8, requirements class "Array Functions".
"""

from __future__ import annotations

from layers.reading import Query, quoted
from layers.spec import FlagList
from ogc_api.cql2.names import ARRAY
from ogc_api.cql2.operators import count
from ogc_api.cql2.tree import fault
from ogc_api.cql2.typed import Kind, Typed, filled, joined, mismatch, need

_TYPES = {Kind.TEXT: "text", Kind.NUMBER: "double precision", Kind.TRUTH: "boolean", Kind.MOMENT: "timestamptz"}
_MANY = {Kind.TEXT: "texts", Kind.NUMBER: "numbers", Kind.TRUTH: "truth values", Kind.MOMENT: "times"}


def of_values(elements: list[Typed]) -> Typed:
    """A list of values of one kind.

    Raises:
        Problem: 400, naming the element that is of another kind, or that no list holds.
    """
    for element in elements:
        need(element, frozenset(_TYPES), "a list")
    for element in elements[1:]:
        if element.kind is not elements[0].kind:
            raise mismatch(elements[0], element)
    if not elements:
        return Typed(Kind.LIST, Query("{}"), "the empty list")
    kind = elements[0].kind
    order = ' COLLATE "C"' if kind is Kind.TEXT else ""
    parts = [Query("(") + element.sql + Query(f"){order}") for element in elements]
    said = f"the list of {_MANY[kind]} ({', '.join(element.said for element in elements)})"[:160]
    return Typed(Kind.LIST, Query("ARRAY[") + joined(", ", parts) + Query(f"]::{_TYPES[kind]}[]"), said, of=kind)


def of_flags(one: FlagList) -> Typed:
    """The names of those of a row's flags that are true."""
    cases = ", ".join(f"CASE WHEN t.{quoted(flag)} THEN %s::text END" for flag in one.flags)
    sql = Query(f"array_remove(ARRAY[{cases}], NULL)", one.flags)
    return Typed(Kind.LIST, sql, f"the property {one.name}", of=Kind.TEXT)


def relate(name: str, parts: list[Typed]) -> Typed:
    """Whether two lists stand in this relation as sets.

    Raises:
        Problem: 400, where one is no list, or they are lists of different kinds.
    """
    count(name, parts, 2)
    left, right = (need(part, {Kind.LIST}, name.upper()) for part in parts)
    if left.of and right.of and left.of is not right.of:
        raise fault(
            f"{left.said} is a list of {_MANY[left.of]} and cannot be compared with {right.said}, "
            f"which is a list of {_MANY[right.of]}"
        )
    kind = left.of or right.of or Kind.TEXT
    a, b = (Query(f"ARRAY[]::{_TYPES[kind]}[]") if part.of is None else part.sql for part in (left, right))
    return Typed(Kind.TRUTH, Query("(") + filled(ARRAY[name], a=a, b=b) + Query(")"), "a condition")
