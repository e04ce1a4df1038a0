"""From the tree of a filter to typed SQL with parameters, for a layer as an audience sees it.

The properties are chosen first: one that the audience may not read is as unknown as one that does not exist.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.db import models

from layers import values
from layers.crs import LON_LAT_SRID
from layers.reading import Query, quoted
from layers.spec import Audience, Field, LayerSpec
from ogc_api.cql2 import arrays, operators, spatial, temporal
from ogc_api.cql2.functions import FUNCTIONS
from ogc_api.cql2.names import ARITHMETIC, ARRAY, COMPARISONS, LETTERS, OTHERS, SPATIAL, TEMPORAL
from ogc_api.cql2.tree import Call, Day, Moment, Node, Property, Several, Shape, Span, Value, fault
from ogc_api.cql2.typed import Kind, Typed, filled, joined, need

_KINDS = ((models.BooleanField, Kind.TRUTH), (models.IntegerField, Kind.NUMBER), (models.FloatField, Kind.NUMBER))


def condition(node: Node, layer: LayerSpec, audience: Audience, zone: datetime.tzinfo) -> Query:
    """The filter as an SQL condition on the table alias ``t``.

    Args:
        zone: in which a date without a time begins and ends.

    Raises:
        Problem: 400, naming the property, function or operand at fault.
    """
    written = need(_Writer(layer, audience, zone).write(node), {Kind.TRUTH}, "a filter")
    return Query("(") + written.sql + Query(")")


class _Writer:
    def __init__(self, layer: LayerSpec, audience: Audience, zone: datetime.tzinfo) -> None:
        self.layer, self.zone = layer, zone
        self.readable = {field.name: field for field in layer.fields_for(audience)}
        self.lists = {one.name: one for one in layer.lists_for(audience)}

    def write(self, node: Node) -> Typed:
        match node:
            case Property(name):
                return self.property(name)
            case Value(value):
                return _value(value)
            case Shape(geometry):
                sql = Query(f"ST_GeomFromWKB(%s, {LON_LAT_SRID})", (geometry.wkb,))
                said = f"the {geometry.geom_type} given"
                return Typed(Kind.GEOMETRY, sql, said, is_mixed=geometry.geom_type == "GeometryCollection")
            case Day() | Moment():
                return temporal.instant(node, self.zone)
            case Span(start, end):
                return temporal.span(*(None if part is None else self.write(part) for part in (start, end)))
            case Several(elements):
                return arrays.of_values([self.write(element) for element in elements])
            case Call(name, operands):
                return self.call(name, [self.write(operand) for operand in operands])

    def property(self, name: str) -> Typed:
        said = f"the property {name}"
        if name == "geometry":
            return Typed(Kind.GEOMETRY, Query("t.geometry"), said)
        if name in self.lists:
            return arrays.of_flags(self.lists[name])
        if name not in self.readable:
            known = [*self.readable, *self.lists, "geometry"]
            raise fault(
                f"{self.layer.name} has no property {name!r:.80}; its properties are: {', '.join(known)}",
                property=name[:80],
                known=known,
            )
        return Typed(_kind_of(self.layer, self.readable[name]), Query(f"t.{quoted(name)}"), said)

    def call(self, name: str, parts: list[Typed]) -> Typed:
        for names, write in _WRITERS:
            if name in names:
                return write(name, parts)
        if name.lower() not in FUNCTIONS:
            known = sorted({*FUNCTIONS, *SPATIAL, *TEMPORAL, *ARRAY, *LETTERS})
            raise fault(
                f"there is no function {name!r:.80}; there are: {', '.join(known)}", function=name[:80], known=known
            )
        return _function(name.lower(), parts)


def _kind_of(layer: LayerSpec, field: Field) -> Kind:
    column = values.column_of(layer, field)
    if isinstance(column, models.DateTimeField):
        return Kind.MOMENT
    return next((kind for model, kind in _KINDS if isinstance(column, model)), Kind.TEXT)


def _value(value: str | float | bool) -> Typed:
    said = f"{value!r:.60}"
    if isinstance(value, bool):
        return Typed(Kind.TRUTH, Query("%s::boolean", (value,)), said.lower())
    if isinstance(value, str):
        if "\x00" in value:
            raise fault("a text of the filter has a null character")
        return Typed(Kind.TEXT, Query("%s::text", (value,)), said)
    return Typed(Kind.NUMBER, Query("%s::double precision", (value,)), f"{value:g}")


def _logic(name: str, parts: list[Typed]) -> Typed:
    if not parts or (name == "not" and len(parts) != 1):
        raise fault(f"{name} has {len(parts)} operands, which is not right")
    wrapped = [Query("(") + need(part, {Kind.TRUTH}, name.upper()).sql + Query(")") for part in parts]
    query = Query("NOT ") + wrapped[0] if name == "not" else joined(f" {name.upper()} ", wrapped)
    return Typed(Kind.TRUTH, query, "a condition")


def _function(name: str, parts: list[Typed]) -> Typed:
    function = FUNCTIONS[name]
    operators.count(name, parts, len(function.takes))
    for part, kind in zip(parts, function.takes, strict=True):
        need(part, {kind}, f"the function {name}")
    sql = filled(function.sql, **{str(place): part.sql for place, part in enumerate(parts)})
    return Typed(function.gives, sql, f"{name}(…)")


def _other(name: str, parts: list[Typed]) -> Typed:
    return _OTHERS[name](name, parts)


_Write = Callable[[str, list[Typed]], Typed]
_OTHERS: dict[str, _Write] = {
    "and": _logic,
    "or": _logic,
    "not": _logic,
    "like": operators.like,
    "between": operators.between,
    "in": operators.among,
    "isNull": operators.is_null,
}
_WRITERS: tuple[tuple[frozenset[str] | dict[str, str], _Write], ...] = (
    (COMPARISONS, operators.compare),
    (ARITHMETIC, operators.compute),
    (LETTERS, operators.letters),
    (OTHERS, _other),
    (SPATIAL, spatial.relate),
    (TEMPORAL, temporal.relate),
    (ARRAY, arrays.relate),
)
