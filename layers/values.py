"""Values of a field, from the text of a URL or the members of a JSON document, typed by the model's column."""

from __future__ import annotations

import datetime
import math
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import NOT_PROVIDED
from django.utils.dateparse import parse_datetime

from layers.problems import Problem
from layers.spec import Field, LayerSpec

_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def column_of(layer: LayerSpec, field: Field) -> models.Field[Any, Any]:
    """The model's column behind a declared field."""
    column = layer.model._meta.get_field(field.name)
    assert isinstance(column, models.Field)  # noqa: S101 - a declaration never names a relation (checks.py)
    return column


def json_type(column: models.Field[Any, Any]) -> dict[str, str]:
    """The JSON schema type (and format) of a column."""
    for kind, schema in _JSON_TYPES:
        if isinstance(column, kind):
            return dict(schema)
    return {"type": "string"}


def limits_of(column: models.Field[Any, Any]) -> dict[str, int]:
    """What else than its type a value has to keep to, in the words of JSON Schema, as the model's validators check."""
    limits: dict[str, int] = {}
    if isinstance(column, models.CharField | models.TextField) and not column.blank:
        limits["minLength"] = 1
    for validator in column.validators:
        for kind, word in _LIMITS:
            if isinstance(validator, kind):
                limits[word] = int(validator.limit_value)
    return limits


_LIMITS = ((MaxLengthValidator, "maxLength"), (MinValueValidator, "minimum"), (MaxValueValidator, "maximum"))

_JSON_TYPES: tuple[tuple[type[models.Field[Any, Any]], dict[str, str]], ...] = (
    (models.BooleanField, {"type": "boolean"}),
    (models.IntegerField, {"type": "integer"}),
    (models.FloatField, {"type": "number"}),
    (models.DateTimeField, {"type": "string", "format": "date-time"}),
    (models.URLField, {"type": "string", "format": "uri-reference"}),
)


def from_text(layer: LayerSpec, field: Field, text: str) -> Any:
    """The value that `text` means for the field, as in ``?flood=true``.

    Raises:
        Problem: 400, naming the field and what would be right.
    """
    column = column_of(layer, field)
    if "\x00" in text:
        raise _fault(field, text, "text without a null character")
    if isinstance(column, models.BooleanField):
        return _truth(field, text)
    if isinstance(column, models.DateTimeField):
        return _moment(field, text)
    if isinstance(column, models.URLField):
        if len(text) > limits_of(column)["maxLength"]:
            raise _fault(field, text, f"of at most {limits_of(column)['maxLength']} letters")
        return text  # to be compared, not stored, so that it need be no whole address
    value = _checked(column, field, text)
    codes = codes_of(column, field)
    if codes and value not in codes:
        raise _fault(field, text, f"one of {', '.join(str(code) for code in codes)}")
    return value


def from_json(layer: LayerSpec, field: Field, value: Any) -> Any:
    """The value of a JSON document's member for the field, checked against its type and code list.

    Raises:
        Problem: 400, naming the field and what would be right.
    """
    column = column_of(layer, field)
    if value is None:
        if column.null:
            return None
        raise _fault(field, value, "a value; it may not be null")
    expected = json_type(column)["type"]
    if not _fits(value, expected):
        raise _fault(field, value, f"a {expected}")
    if isinstance(column, models.DateTimeField):
        return _moment(field, value)
    if field.codes and value not in codes_of(column, field):
        raise _fault(field, value, f"one of {', '.join(str(code) for code in codes_of(column, field))}")
    if value == "" and not column.blank:
        raise _fault(field, value, "a text that is not empty")
    return _checked(column, field, value)


def codes_of(column: models.Field[Any, Any], field: Field) -> list[Any]:
    """The codes that a field may hold: those of its list, and what it holds where nothing is said."""
    codes = list(field.codes)
    default = column.db_default
    return codes if default is NOT_PROVIDED or not codes or default in codes else [*codes, default]


def _fits(value: Any, expected: str) -> bool:
    if isinstance(value, bool):
        return expected == "boolean"
    if isinstance(value, str):
        return expected == "string" and "\x00" not in value
    if isinstance(value, int):
        return expected in {"integer", "number"}
    if not isinstance(value, float) or not math.isfinite(value):
        return False
    return expected == "number" or (expected == "integer" and value.is_integer())  # 1.0 is an integer of JSON Schema


def _truth(field: Field, text: str) -> bool:
    if text.lower() not in _TRUTH:
        raise _fault(field, text, "true or false")
    return _TRUTH[text.lower()]


def _moment(field: Field, text: str) -> Any:
    right = "a date and time with its zone, as in 2024-01-01T16:10:00+09:00"
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise _fault(field, text, right)
    try:
        return moment.astimezone(datetime.UTC)  # PostgreSQL knows no zone that is 16 hours or more away
    except OverflowError as error:
        raise _fault(field, text, f"{right}, between the years 1 and 9999") from error


def _checked(column: models.Field[Any, Any], field: Field, value: Any) -> Any:
    try:
        converted = column.to_python(value)
        if isinstance(converted, float) and not math.isfinite(converted):
            raise _fault(field, value, "a finite number")
        column.run_validators(converted)
    except ValidationError as error:
        raise _fault(field, value, f"a value of its type ({json_type(column)['type']}): {error.messages[0]}") from error
    return converted


def _fault(field: Field, value: Any, right: str) -> Problem:
    return Problem(400, "invalid value", f"{field.name}={value!r:.80} is not {right}", parameter=field.name)
