"""Raw rows into records: values of the column's type, sound geometry; what does not fit becomes a rejection."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.dateparse import parse_datetime
from shapely.geometry.base import BaseGeometry

from etl.mapping import column_names
from etl.record import Checked, Item, RawBatch, RawRow, Record, Rejection, Repair
from etl.text import find_number, find_truth, half_width_digits, is_nothing, trimmed
from layers import registry
from layers.city import has_right_check_digit
from layers.geometry import make_sound, read_geojson
from layers.problems import Problem
from layers.spec import Field, LayerSpec
from layers.values import column_of

MAX_ID_LENGTH = 120


class Unfit(Exception):  # noqa: N818 - a value, turned into a Rejection at once
    """A value that the field cannot take: why, and what would be right."""

    def __init__(self, reason: str, expected: str) -> None:
        super().__init__(reason)
        self.reason, self.expected = reason, expected


Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """How values become those of one field."""

    field: str
    convert: Convert
    is_text: bool


def checked(items: Iterable[Item]) -> Iterator[Checked]:
    """Each raw row as a record with its repairs, or as a rejection; everything else passes as it is."""
    checkers: dict[str, dict[str, Column]] = {}
    for item in items:
        if not isinstance(item, RawRow | RawBatch):
            yield item
            continue
        columns = checkers.get(item.layer)
        if columns is None:
            columns = checkers[item.layer] = columns_of(registry.get(item.layer))
        for row in item.rows() if isinstance(item, RawBatch) else (item,):
            yield from _checked_row(row, columns)


def columns_of(layer: LayerSpec) -> dict[str, Column]:
    """For each name under which a value may come in, how it becomes a value of its field."""
    by_field = {field.name: _column(layer, field) for field in layer.fields}
    return {name: by_field[field] for name, field in column_names(layer).items()}


def _checked_row(row: RawRow, columns: dict[str, Column]) -> Iterator[Checked]:
    repairs: list[Repair] = []
    values: dict[str, Any] = {}
    for name, raw in row.values.items():
        column = columns.get(name)
        if column is None:
            continue
        try:
            value = column.convert(raw)
        except Unfit as unfit:
            yield Rejection(row.place, name, raw, unfit.reason, unfit.expected)
            return
        if column.is_text and value != raw and not is_nothing(raw):
            repairs.append(Repair(row.place, name, raw, value, "前後の空白や改行を除きました"))
        values[column.field] = value
    fault = _identity_fault(row)
    if fault is not None:
        yield fault
        return
    try:
        geometry, notices = _sound_geometry(row)
    except Problem as problem:
        yield Rejection(row.place, "geometry", _brief(row.geometry), problem.detail)
        return
    repairs += [Repair(row.place, "geometry", "", "", notice) for notice in notices]
    yield from repairs
    yield Record(row.place, row.layer, row.id, row.city_code, values, geometry.wkb)


def _identity_fault(row: RawRow) -> Rejection | None:
    if not row.id or len(row.id) > MAX_ID_LENGTH or "\x00" in row.id:
        return Rejection(row.place, "id", row.id, "no usable id", f"1 to {MAX_ID_LENGTH} characters")
    if row.city_code and not has_right_check_digit(row.city_code):
        return Rejection(
            row.place, "city_code", row.city_code, "not a municipality code", "six digits, the last a check"
        )
    return None


def _sound_geometry(row: RawRow) -> tuple[BaseGeometry, tuple[str, ...]]:
    kind = registry.get(row.layer).geometry_type
    if row.geometry is None:
        raise Problem(400, "no geometry", "the row has no geometry")
    if isinstance(row.geometry, BaseGeometry):
        return make_sound(row.geometry, kind)
    return read_geojson(row.geometry, kind)


def _brief(geometry: Any) -> str:
    text = str(geometry.get("coordinates") if isinstance(geometry, dict) else geometry)
    return text if len(text) <= 60 else text[:57] + "..."


def _column(layer: LayerSpec, field: Field) -> Column:
    column = column_of(layer, field)
    codes = dict(field.codes)
    nothing = None if column.null else _nothing_of(column)
    read = _reader_of(column)

    def convert(raw: Any) -> Any:
        value = nothing if is_nothing(raw) else read(raw)
        if value is _REQUIRED:
            raise Unfit("nothing is written", "a value")
        if codes and value is not None and value not in codes:
            raise Unfit("not in the code list", " / ".join(str(code) for code in codes))
        return value

    return Column(field.name, convert, isinstance(column, models.CharField | models.TextField))


_REQUIRED = object()


def _nothing_of(column: models.Field[Any, Any]) -> Any:
    """What an empty cell means in a column that may not be null."""
    if isinstance(column, models.BooleanField):
        return False
    if isinstance(column, models.CharField | models.TextField) and column.blank:
        return ""
    return _REQUIRED


def _reader_of(column: models.Field[Any, Any]) -> Convert:
    if isinstance(column, models.BooleanField):
        return _truth
    if isinstance(column, models.IntegerField):
        lowest = 0 if type(column).__name__.startswith("Positive") else -(2**31)
        highest = 32767 if "Small" in type(column).__name__ else 2**31 - 1
        return lambda raw: _integer(raw, lowest, highest)
    if isinstance(column, models.FloatField):
        return _float
    if isinstance(column, models.DateTimeField):
        return _moment
    return lambda raw: _text(raw, column.max_length)


def _truth(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    value = find_truth(raw)
    if value is None:
        raise Unfit("neither yes nor no", "1 or empty")
    return value


def _float(raw: Any) -> float:
    value = find_number(raw)
    if value is None or not math.isfinite(value):
        raise Unfit("not a number", "a number, as 12.5")
    return value


def _integer(raw: Any, lowest: int, highest: int) -> int:
    if type(raw) is int and lowest <= raw <= highest:
        return raw
    value = _float(raw)
    if value != int(value) or not lowest <= value <= highest:
        raise Unfit("not a whole number in range", f"{lowest} to {highest}")
    return int(value)


def _moment(raw: Any) -> datetime.datetime:
    if isinstance(raw, datetime.datetime) and raw.tzinfo is not None:
        return raw
    value: datetime.datetime | None
    try:
        value = parse_datetime(half_width_digits(str(raw)).strip())
    except ValueError:
        value = None
    if value is None or value.tzinfo is None:
        raise Unfit("not a moment in time", "2024-01-01T16:10:00+09:00")
    return value


def _text(raw: Any, longest: int | None) -> str:
    value = trimmed(raw) if isinstance(raw, str) and "\n" not in raw else str(raw).strip().replace("\x00", "")
    if longest is not None and len(value) > longest:
        raise Unfit(f"{len(value)} characters are too many", f"at most {longest}")
    return value
