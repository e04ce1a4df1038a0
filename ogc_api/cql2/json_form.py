"""CQL2 JSON, read into the same tree as CQL2 text."""

from __future__ import annotations

import json
from typing import Any

from ogc_api.cql2 import shapes, tree
from ogc_api.cql2.names import OTHERS, canonical
from ogc_api.cql2.tree import Budget, Call, Node, Property, Several, Span, Value, fault

_LITERALS = ("date", "timestamp", "interval", "bbox", "property")


def read_json(text: str, to_lon_lat: shapes.ToLonLat) -> Node:
    """The condition that a CQL2 JSON document says.

    Raises:
        Problem: 400, saying what is no CQL2.
    """
    try:
        document = json.loads(text, parse_constant=_refuse, parse_int=_whole, parse_float=tree.number)
    except RecursionError as error:
        raise fault(f"the filter is nested more than {tree.MAX_DEPTH} deep") from error
    except ValueError as error:
        raise fault(f"the filter is not JSON: {error}") from error
    return _Reader(to_lon_lat).node(document)


def _refuse(name: str) -> float:
    raise fault(f"{name} is not a number that can be compared")


def _whole(text: str) -> float:
    return tree.number(text)


class _Reader:
    def __init__(self, to_lon_lat: shapes.ToLonLat) -> None:
        self.budget, self.to_lon_lat = Budget(), to_lon_lat

    def node(self, document: Any) -> Node:
        with self.budget:
            if isinstance(document, bool | float | str):
                return Value(document)
            if isinstance(document, list):
                return Several(tuple(self.node(part) for part in document))
            if not isinstance(document, dict):
                raise fault(
                    f"{json.dumps(document)[:60]} stands where an object, a list, a text, a number or a truth should be"
                )
            if "op" in document:
                return self._call(document)
            if document.get("type") in shapes.GEOJSON_NAMES:
                return shapes.from_geojson(document, self.to_lon_lat)
            return self._literal(document)

    def _literal(self, document: dict[str, Any]) -> Node:
        kind = next((name for name in _LITERALS if name in document), None)
        given = document.get(kind or "")
        if kind == "interval":
            return self._span(given)
        if kind == "bbox" and isinstance(given, list):
            return shapes.box(given, self.to_lon_lat)
        if kind in {"date", "timestamp", "property"} and isinstance(given, str):
            made: dict[str, Any] = {"date": tree.day, "timestamp": tree.moment, "property": Property}
            node: Node = made[str(kind)](given)
            return node
        known = ", ".join(("op", "type (of a geometry)", *_LITERALS))
        raise fault(f"an object of the filter has none of the members {known} with a right value")

    def _span(self, given: Any) -> Span:
        if not isinstance(given, list) or len(given) != 2:
            raise fault("an interval has two ends: dates, times, properties or '..'")
        start, end = (tree.end_of_span(part) if isinstance(part, str) else self.node(part) for part in given)
        return Span(start, end)

    def _call(self, document: dict[str, Any]) -> Node:
        name, operands = document["op"], document.get("args")
        if not isinstance(name, str) or not isinstance(operands, list):
            raise fault("an object with 'op' has a text there, and a list 'args'")
        name = name if name in OTHERS else canonical(name)
        if name == "in" and len(operands) == 2 and isinstance(operands[1], list):
            operands = [operands[0], *operands[1]]
        elif name == "in":
            raise fault("the operands of 'in' are an expression and a list of values")
        return Call(name, tuple(self.node(part) for part in operands))
