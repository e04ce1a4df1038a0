"""Spatial functions as SQL that PostGIS answers with the geometry's index."""

from __future__ import annotations

from layers.reading import Query
from ogc_api.cql2.names import SPATIAL
from ogc_api.cql2.operators import count
from ogc_api.cql2.tree import fault
from ogc_api.cql2.typed import Kind, Typed, need


def relate(name: str, parts: list[Typed]) -> Typed:
    """Whether two geometries stand in this relation.

    Collections of several kinds have an inside and an edge for no relation but whether they meet.
    """
    count(name, parts, 2)
    left, right = (need(part, {Kind.GEOMETRY}, name.upper()) for part in parts)
    if (left.is_mixed or right.is_mixed) and name not in {"s_intersects", "s_disjoint"}:
        raise fault(f"{name.upper()} takes no GeometryCollection; S_INTERSECTS and S_DISJOINT do")
    sql = Query(f"{SPATIAL[name]}(") + left.sql + Query(", ") + right.sql + Query(")")
    return Typed(Kind.TRUTH, sql, "a condition")
