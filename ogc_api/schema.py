"""JSON schema of a collection's fields, from the layer's declaration and its model's columns.

Source: OGC API - Features - Part 5: Schemas (OGC 23-058r2), 6.
"""

from __future__ import annotations

from typing import Any

from layers import values
from layers.spec import Audience, Field, LayerSpec

_ROLES_OF_PERIOD = (("start", "primary-interval-start"), ("end", "primary-interval-end"))


def properties(layer: LayerSpec, audience: Audience, language: str) -> dict[str, dict[str, Any]]:
    """JSON schema of each field that the audience may read, in the order of the declaration."""
    return {field.name: _property(layer, field, language) for field in layer.fields_for(audience)}


def _property(layer: LayerSpec, field: Field, language: str) -> dict[str, Any]:
    column = values.column_of(layer, field)
    described: dict[str, Any] = {
        "title": field.title.in_language(language),
        **values.json_type(column),
        **values.limits(column),
    }
    if field.description is not None:
        described["description"] = field.description.in_language(language)
    if field.unit is not None:
        described["x-ogc-unit"] = field.unit
    if field.codes:
        described["enum"] = values.codes_of(layer, field)
        described["x-enum-titles"] = {str(code): text.in_language(language) for code, text in field.codes.items()}
    if column.null:
        described["nullable"] = True
    return described | _role(layer, field)


def _role(layer: LayerSpec, field: Field) -> dict[str, str]:
    period = layer.period
    if period is None:
        return {}
    if period.start == period.end == field.name:
        return {"x-ogc-role": "primary-instant"}
    return next(({"x-ogc-role": role} for end, role in _ROLES_OF_PERIOD if getattr(period, end) == field.name), {})
