"""The functions that a filter may call besides those of the standard: few, declared, all without side effect."""

from __future__ import annotations

from dataclasses import dataclass

from layers.spec import Text
from ogc_api.cql2.typed import Kind


@dataclass(frozen=True, slots=True)
class Function:
    """A function: its operands' kinds, what it gives, the SQL with ``{0}`` … for the operands."""

    takes: tuple[Kind, ...]
    gives: Kind
    sql: str
    description: Text


FUNCTIONS = {
    "abs": Function((Kind.NUMBER,), Kind.NUMBER, "abs({0})", Text("絶対値", "absolute value")),
    "ceil": Function((Kind.NUMBER,), Kind.NUMBER, "ceil({0})", Text("切り上げ", "next whole number above")),
    "floor": Function((Kind.NUMBER,), Kind.NUMBER, "floor({0})", Text("切り捨て", "next whole number below")),
    "lower": Function((Kind.TEXT,), Kind.TEXT, "lower({0})", Text("小文字にする", "in small letters")),
    "upper": Function((Kind.TEXT,), Kind.TEXT, "upper({0})", Text("大文字にする", "in capital letters")),
    "char_length": Function(
        (Kind.TEXT,), Kind.NUMBER, "char_length({0})::double precision", Text("文字数", "number of characters")
    ),
    "distance_m": Function(
        (Kind.GEOMETRY, Kind.GEOMETRY),
        Kind.NUMBER,
        "ST_Distance(({0})::geography, ({1})::geography)",
        Text("最短距離（m）", "shortest distance in metres on the ellipsoid"),
    ),
    "area_m2": Function(
        (Kind.GEOMETRY,), Kind.NUMBER, "ST_Area(({0})::geography)", Text("面積（㎡）", "area in square metres")
    ),
    "length_m": Function(
        (Kind.GEOMETRY,), Kind.NUMBER, "ST_Length(({0})::geography)", Text("長さ（m）", "length in metres")
    ),
}
