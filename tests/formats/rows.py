"""Rows that are hard to write: formulas, quotes, line breaks, blanks, nothing at all, holes and several parts."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.db import models

from layers import values
from layers.feature import Source
from layers.spec import Audience, Field, LayerSpec

SECRET = "himitsu"
"""Stands in every text that the public may not read."""

HARD_TEXTS = (
    "=1+1",
    "'=cmd",
    "+81-422",
    "－",
    "－ー・①㈱髙",
    'a,"b"\nc',
    "<b>&amp;</b>",
    "'90s",
    "-1",
    "@名前",
    "＝全角",
    "null",
    "true",
    "0123",
    "ﾊﾝｶｸ 😀",
)
MOMENT = datetime.datetime(2024, 1, 1, 7, 10, 0, 123000, tzinfo=datetime.UTC)
_SHAPES = {
    "Point": ("POINT(139.5600001 35.6812345678901)", "POINT(139.57 35.69)"),
    "Geometry": (
        "POINT(139.5600001 35.6812345678901)",
        "POLYGON((139.56 35.68, 139.57 35.68, 139.57 35.69, 139.56 35.68))",
    ),
    "LineString": ("LINESTRING(139.56 35.68, 139.561 35.6812345678901, 139.562 35.68)",) * 2,
    "MultiLineString": ("MULTILINESTRING((139.56 35.68, 139.561 35.681),(139.57 35.69, 139.571 35.691))",) * 2,
    "MultiPolygon": (
        "MULTIPOLYGON(((139.56 35.68, 139.56 35.69, 139.57 35.69, 139.57 35.68, 139.56 35.68),"
        "(139.562 35.682, 139.564 35.682, 139.564 35.684, 139.562 35.684, 139.562 35.682)),"
        "((139.58 35.68, 139.58 35.681, 139.581 35.681, 139.58 35.68)))",
    )
    * 2,
}


def fill(layer: LayerSpec, count: int = 2 * len(HARD_TEXTS)) -> None:
    """Rows with every hard text in every field that takes it; every second row has as much of nothing as it may."""
    Source.objects.get_or_create(
        key="hard", defaults={"title": "難", "attribution": "出典：架空の市", "licence": "CC0-1.0"}
    )
    made = (_row(layer, number) for number in range(count))
    layer.model.objects.bulk_create(made)


def _row(layer: LayerSpec, number: int) -> Any:
    row = {field.name: _value(layer, field, number) for field in layer.fields}
    if layer.rows is not None:
        row[layer.rows.field] = layer.rows.values[0]
    shape = GEOSGeometry(_SHAPES[layer.geometry_type][number % 2], srid=4326)
    source, code = ("hard", "132047") if number % 3 else ("", "")
    return layer.model(id=f"{number:03}-=イ'", geometry=shape, source=source, city_code=code, **row)


def _value(layer: LayerSpec, field: Field, number: int) -> Any:
    column = values.column_of(layer, field)
    if column.null and number % 2:
        return None
    if field.codes:
        return list(field.codes)[number % len(field.codes)]
    if isinstance(column, models.BooleanField):
        return number % 4 == 0
    if isinstance(column, models.DateTimeField):
        return MOMENT + datetime.timedelta(hours=number)
    if isinstance(column, models.IntegerField):
        return number
    if isinstance(column, models.FloatField):
        return -number / 3
    if not Audience.PUBLIC.covers(field.read):
        return SECRET[: column.max_length]
    text = "" if number % 2 and column.blank else HARD_TEXTS[number // 2 % len(HARD_TEXTS)]
    return text[: column.max_length]
