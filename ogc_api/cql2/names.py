"""The operators and functions of CQL2 by the names of its JSON encoding."""

from __future__ import annotations

SPATIAL = {
    "s_contains": "ST_Contains",
    "s_crosses": "ST_Crosses",
    "s_disjoint": "NOT ST_Intersects",
    "s_equals": "ST_Equals",
    "s_intersects": "ST_Intersects",
    "s_overlaps": "ST_Overlaps",
    "s_touches": "ST_Touches",
    "s_within": "ST_Within",
}
"""Spatial functions, as PostGIS names them."""

TEMPORAL = {
    "t_after": "{a0} > {b1}",
    "t_before": "{a1} < {b0}",
    "t_contains": "{a0} < {b0} AND {a1} > {b1}",
    "t_disjoint": "({a1} < {b0} OR {a0} > {b1})",
    "t_during": "{a0} > {b0} AND {a1} < {b1}",
    "t_equals": "{a0} = {b0} AND {a1} = {b1}",
    "t_finishedBy": "{a0} < {b0} AND {a1} = {b1}",
    "t_finishes": "{a0} > {b0} AND {a1} = {b1}",
    "t_intersects": "{a0} <= {b1} AND {a1} >= {b0}",
    "t_meets": "{a1} = {b0}",
    "t_metBy": "{a0} = {b1}",
    "t_overlappedBy": "{a0} > {b0} AND {a0} < {b1} AND {a1} > {b1}",
    "t_overlaps": "{a0} < {b0} AND {a1} > {b0} AND {a1} < {b1}",
    "t_startedBy": "{a0} = {b0} AND {a1} > {b1}",
    "t_starts": "{a0} = {b0} AND {a1} < {b1}",
}
"""Temporal functions of two intervals a and b, each from 0 to 1 (OGC 21-065r2, 7.7)."""

ARRAY = {
    "a_containedBy": "{a} <@ {b}",
    "a_contains": "{a} @> {b}",
    "a_equals": "({a} @> {b} AND {a} <@ {b})",
    "a_overlaps": "{a} && {b}",
}
"""Array functions of two lists a and b, which are compared as sets (OGC 21-065r2, 7.8)."""

COMPARISONS = frozenset({"=", "<>", "<", ">", "<=", ">="})
ARITHMETIC = frozenset({"+", "-", "*", "/", "%", "div", "^"})
LETTERS = frozenset({"casei", "accenti"})
OTHERS = frozenset({"and", "or", "not", "like", "between", "in", "isNull"})

_CANONICAL = {name.lower(): name for name in (*SPATIAL, *TEMPORAL, *ARRAY, *LETTERS)}


def canonical(name: str) -> str:
    """A function's name as JSON spells it, whatever the case in which a text says it.

    >>> canonical("T_METBY"), canonical("Casei"), canonical("other")
    ('t_metBy', 'casei', 'other')
    """
    return _CANONICAL.get(name.lower(), name)
