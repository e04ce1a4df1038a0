"""The fields of a collection as schemas, from the layer's declaration and its model's columns. Pure.

In two spellings: JSON Schema for the resources ``schema``, ``queryables`` and ``sortables``, and the schema objects of
OpenAPI 3.0 for the definition. Each is of what one caller may read; nothing else is in it.

Source: OGC API - Features - Part 5 / Common - Part 3: Schemas (OGC 23-058r2).
"""

from __future__ import annotations

from typing import Any

from django.db import models

from layers import registry, values
from layers.spec import Audience, Field, FlagList, LayerSpec, Text
from layers.units import UNITS
from ogc_api.asking import Asked

Document = dict[str, Any]

JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"
CODELIST_PROFILE = "http://www.opengis.net/def/profile/OGC/0/codelist-inline"
_ID = Text("識別子", "Identifier")
_GEOMETRY = Text("位置・形", "Geometry")
_NEW_ID = Text(
    "新しい地物では英数字と . _ : - から成るものを選べます。既存の地物の識別子は変えられません。",
    "Of a new feature it can be chosen, of letters, digits and . _ : - in ASCII; that of a feature never changes.",
)
_ROLES_OF_PERIOD = (("start", "primary-interval-start"), ("end", "primary-interval-end"))


def properties(layer: LayerSpec, audience: Audience, language: str) -> dict[str, Document]:
    """Each field that the audience may read as a schema object of OpenAPI 3.0, in the order of the declaration."""
    described = {}
    for field in layer.fields_for(audience):
        column = values.column_of(layer, field)
        one = _common(layer, field, language)
        if field.codes:
            one["enum"] = values.codes_of(column, field) + ([None] if column.null else [])
            one["x-enum-titles"] = {str(code): text.in_language(language) for code, text in field.codes.items()}
        if column.null:
            one["nullable"] = True
        described[field.name] = one
    return described


def returnables(layer: LayerSpec, asked: Asked, required: list[str]) -> Document:
    """What this caller receives, and what it may send: a member that it may not write is ``readOnly``.

    Args:
        required: the fields that no feature can be without.
    """
    audience = asked.audience
    may_write = audience.covers(layer.edit)
    editable = {field.name for field in layer.editable_fields_for(audience)} if may_write else set()
    own_id: Document = {"title": _ID.in_language(asked.language), "type": "string", "x-ogc-role": "id"}
    own_id |= {"minLength": 1, "maxLength": layer.model._meta.get_field("id").max_length}
    if may_write:
        own_id |= {"description": _NEW_ID.in_language(asked.language)}
    described = {"id": own_id, "geometry": _geometry(layer, asked), **_fields(layer, asked)}
    for name, one in described.items():
        if name not in editable and not (may_write and name in {"id", "geometry"}):
            one["readOnly"] = True
    document = _document(layer, asked, "schema", described)
    document["required"] = ["geometry", *(name for name in required if name in described)]
    return document


def queryables(layer: LayerSpec, asked: Asked) -> Document:
    """What this caller may filter on: the fields that it may read, the lists of flags, the geometry."""
    lists = {one.name: _list(layer, one, asked.language) for one in layer.lists_for(asked.audience)}
    described = {**_fields(layer, asked), **lists, "geometry": _geometry(layer, asked)}
    return _document(layer, asked, "queryables", described)


def sortables(layer: LayerSpec, asked: Asked) -> Document:
    """What this caller may sort by: the fields that it may read, and the id."""
    own_id: Document = {"title": _ID.in_language(asked.language), "type": "string", "x-ogc-role": "id"}
    return _document(layer, asked, "sortables", {"id": own_id, **_fields(layer, asked)})


def _document(layer: LayerSpec, asked: Asked, name: str, described: dict[str, Document]) -> Document:
    for place, one in enumerate(described.values(), start=1):
        one["x-ogc-propertySeq"] = place
    return {
        "$schema": JSON_SCHEMA,
        "$id": f"{asked.base_url}/collections/{layer.name}/{name}",
        "type": "object",
        "title": layer.title.in_language(asked.language),
        "description": layer.description.in_language(asked.language),
        "properties": described,
        "additionalProperties": False,
    }


def _fields(layer: LayerSpec, asked: Asked) -> dict[str, Document]:
    """Each readable field as JSON Schema. A field that is not in ``required`` may be without a value, as null."""
    return {field.name: _field(layer, field, asked) for field in layer.fields_for(asked.audience)}


def _field(layer: LayerSpec, field: Field, asked: Asked) -> Document:
    described = _common(layer, field, asked.language)
    if field.codes:
        codes = values.codes_of(values.column_of(layer, field), field)
        described["enum"] = codes
        described["oneOf"] = [{"const": code, "title": _meaning(field, code, asked.language)} for code in codes]
    if field.unit in UNITS:
        described["x-ogc-unitLang"] = "UCUM"
    return described | _role(layer, field, asked.audience)


def _meaning(field: Field, code: Any, language: str) -> str:
    return field.codes[code].in_language(language) if code in field.codes else str(code)


def _common(layer: LayerSpec, field: Field, language: str) -> Document:
    """What both spellings say alike."""
    column = values.column_of(layer, field)
    described: Document = {"title": field.title.in_language(language), **values.json_type(column)}
    if field.description is not None:
        described["description"] = field.description.in_language(language)
    if not field.codes:
        described |= values.limits_of(column)
    if field.unit in UNITS:  # other words, of layers added while the city runs, are no code of UCUM
        described["x-ogc-unit"] = field.unit
    return described


def _geometry(layer: LayerSpec, asked: Asked) -> Document:
    kind = "any" if layer.geometry_type == "Geometry" else layer.geometry_type.lower()
    return {
        "title": _GEOMETRY.in_language(asked.language),
        "format": f"geometry-{kind}",
        "x-ogc-role": "primary-geometry",
    }


def _list(layer: LayerSpec, one: FlagList, language: str) -> Document:
    titles = {name: layer.get_field(name).title.in_language(language) for name in one.flags}
    each = {
        "type": "string",
        "enum": list(one.flags),
        "oneOf": [{"const": name, "title": title} for name, title in titles.items()],
    }
    return {"title": one.title.in_language(language), "type": "array", "items": each}


def _role(layer: LayerSpec, field: Field, audience: Audience) -> Document:
    """The part that a field plays. A layer that the caller may not read is referred to by nothing."""
    if field.name == layer.kind_field:
        return {"x-ogc-role": "type"}
    if find_referred(field, audience) is not None:
        return {"x-ogc-role": "reference", "x-ogc-collectionId": field.reference}
    period = layer.period
    if period is None or not isinstance(values.column_of(layer, field), models.DateTimeField):
        return {}
    if period.start == period.end == field.name:
        return {"x-ogc-role": "primary-instant"}
    return next(({"x-ogc-role": role} for end, role in _ROLES_OF_PERIOD if getattr(period, end) == field.name), {})


def find_referred(field: Field, audience: Audience) -> LayerSpec | None:
    """The layer whose features a field refers to, if this audience may read it."""
    if field.reference is None:
        return None
    return next((layer for layer in registry.visible_to(audience) if layer.name == field.reference), None)
