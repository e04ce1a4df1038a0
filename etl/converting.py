"""Publishers' values into those of a layer's columns, by the column's type. What does not fit says why."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from django.db import models

from etl.dates import find_era_fault, find_moment
from etl.mapping import column_names
from etl.text import find_number, find_truth, is_no_amount, is_nothing, is_unknown, trimmed
from layers.spec import Field, LayerSpec
from layers.values import column_of


class Unfit(Exception):  # noqa: N818 - a value, turned into a Rejection at once
    """A value that the field cannot take: why, and what would be right."""

    def __init__(self, reason: str, expected: str) -> None:
        super().__init__(reason)
        self.reason, self.expected = reason, expected


Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """How values become those of one field.

    Args:
        convert: one value; raises `Unfit`.
        arrow: the type that a column of such values has.
        longest: most characters of a text; None for any number, and for what is no text.
        nothing: what an empty cell means; `REQUIRED` where there has to be a value.
    """

    field: str
    convert: Convert
    is_text: bool
    arrow: pa.DataType
    longest: int | None
    nothing: Any
    codes: frozenset[Any]

    def find_repair(self, raw: Any, value: Any) -> str | None:
        """Why a value that was taken is not what was written; None where it is."""
        if not isinstance(raw, str) or raw == value or is_nothing(raw):
            return None
        if self.is_text:
            return "前後の空白や改行を除きました"
        if pa.types.is_timestamp(self.arrow):
            fault = find_era_fault(raw)
            return None if fault is None else f"元号に無い日付を読み替えました（{fault}）"
        is_number = pa.types.is_integer(self.arrow) or pa.types.is_floating(self.arrow)
        return "全角の数字などを読み替えました" if is_number and not raw.strip().isascii() else None


REQUIRED = object()


def columns_of(layer: LayerSpec) -> dict[str, Column]:
    """For each name under which a value may come in, how it becomes a value of its field."""
    by_field = {field.name: _column(layer, field) for field in layer.fields}
    return {name: by_field[field] for name, field in column_names(layer).items()}


def _column(layer: LayerSpec, field: Field) -> Column:
    column = column_of(layer, field)
    codes = dict(field.codes)
    nothing = None if column.null else _nothing_of(column)
    read = _reader_of(column)
    is_absent = _absence_of(column)

    def convert(raw: Any) -> Any:
        value = nothing if is_absent(raw) else read(raw)
        if value is REQUIRED:
            raise Unfit("nothing is written", "a value")
        if codes and value is not None and value not in codes:
            raise Unfit("not in the code list", " / ".join(str(code) for code in codes))
        return value

    is_text = isinstance(column, models.CharField | models.TextField)
    longest = column.max_length if is_text else None
    return Column(field.name, convert, is_text, _arrow_type(column), longest, nothing, frozenset(codes))


def _arrow_type(column: models.Field[Any, Any]) -> pa.DataType:
    if isinstance(column, models.BooleanField):
        return pa.bool_()
    if isinstance(column, models.IntegerField):
        return pa.int64()
    if isinstance(column, models.FloatField):
        return pa.float64()
    return pa.timestamp("us", tz="UTC") if isinstance(column, models.DateTimeField) else pa.string()


def _absence_of(column: models.Field[Any, Any]) -> Callable[[Any], bool]:
    """Which values mean that there is none: a word such as なし is a text, an answer, or no number."""
    if isinstance(column, models.CharField | models.TextField):
        return is_nothing
    return is_unknown if isinstance(column, models.BooleanField) else is_no_amount


def _nothing_of(column: models.Field[Any, Any]) -> Any:
    """What an empty cell means in a column that may not be null."""
    if isinstance(column, models.BooleanField):
        return False
    if isinstance(column, models.CharField | models.TextField) and column.blank:
        return ""
    return REQUIRED


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
    value = find_moment(raw)
    if value is None:
        raise Unfit("not a moment in time", "2024-01-01T16:10:00+09:00")
    return value


def _text(raw: Any, longest: int | None) -> str:
    if isinstance(raw, bytes):
        raise Unfit("bytes, not text", "text")
    value = trimmed(raw) if isinstance(raw, str) and "\n" not in raw else str(raw).strip().replace("\x00", "")
    if longest is not None and len(value) > longest:
        raise Unfit(f"{len(value)} characters are too many", f"at most {longest}")
    return value
