"""Which members a body changes, and whether this editor may: between a checked document and `layers.editing`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import shapely
from django.conf import settings
from django.db.models import NOT_PROVIDED

from layers import values
from layers.geometry import read_geojson
from layers.problems import Problem
from layers.spec import Audience, Field, LayerSpec
from ogc_api.writing.body import fault

REACH_DEGREES: Final = 0.5
"""How far beyond the city's outline a feature may lie, about 50 km: beyond it, coordinates are in the wrong order or
of another place. Neighbouring towns, rivers and roads lie within."""

Members = Mapping[str, Any]


def check_writable(layer: LayerSpec, audience: Audience, sent: Members, current: Members | None = None) -> None:
    """Every member is one that may be written, or is what it is already (a feature as read, sent back whole).

    Raises:
        Problem: 400 for a field that does not exist for this audience, 403 for one that it may only read.
    """
    readable = [field.name for field in layer.fields_for(audience)]
    editable = {field.name for field in layer.editable_fields_for(audience)} & set(readable)
    for name, value in sent.items():
        if name not in readable:
            known = ", ".join(field for field in readable if field in editable)
            detail = f"{layer.name} has no field {name!r:.80}; those that you may write are: {known}"
            raise Problem(400, "unknown member", detail, parameter=name[:80])
        if name not in editable and (current is None or not is_same(value, current[name])):
            raise Problem(403, "not allowed", f"you may read {name} of {layer.name}, not write it", parameter=name)


def check_values(layer: LayerSpec, properties: Members) -> None:
    """Each value fits its field, also where a rule of the layer then does not use it.

    Raises:
        Problem: 400, naming the field and what would be right.
    """
    for name, value in properties.items():
        values.from_json(layer, layer.get_field(name), value)


def changes_of(sent: Members, current: Members) -> dict[str, Any]:
    """What differs from the feature as it is."""
    return {name: value for name, value in sent.items() if not is_same(value, current.get(name))}


def is_same(one: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1.

    >>> is_same(True, 1), is_same(1, 1.0)
    (False, True)
    """
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def completed(layer: LayerSpec, audience: Audience, sent: Members) -> dict[str, Any]:
    """All members of a replaced feature: what is sent, and for what is not, what a new feature would have.

    Raises:
        Problem: 400, naming a member that no feature can be without.
    """
    missing = [field for field in _editable(layer, audience) if field.name not in sent]
    return {field.name: absent_value(layer, field) for field in missing} | dict(sent)


def check_required(layer: LayerSpec, sent: Members) -> None:
    """A new feature has every member that none can be without.

    Raises:
        Problem: 400, naming the member.
    """
    for field in layer.fields:
        if field.name not in sent:
            absent_value(layer, field)


def without_nulls(layer: LayerSpec, audience: Audience, patch: Members) -> dict[str, Any]:
    """A merge patch's members: null removes a value, so it becomes what a feature has without it (RFC 7396)."""
    fields = {field.name: field for field in _editable(layer, audience)}
    return {
        name: absent_value(layer, fields[name]) if value is None and name in fields else value
        for name, value in patch.items()
    }


def absent_value(layer: LayerSpec, field: Field) -> Any:
    """What a feature holds in a field that was not given.

    Raises:
        Problem: 400, where a feature cannot be without.
    """
    column = values.column_of(layer, field)
    if column.db_default is not NOT_PROVIDED:
        return column.db_default
    if column.null:
        return None
    if column.has_default():
        return column.get_default()
    if column.blank and column.empty_strings_allowed:
        return ""
    raise Problem(400, "missing member", f"a feature of {layer.name} needs {field.name}", parameter=field.name)


def required_names(layer: LayerSpec) -> list[str]:
    """The fields that a feature cannot be without."""
    needed = []
    for field in layer.fields:
        try:
            absent_value(layer, field)
        except Problem:
            needed.append(field.name)
    return needed


def check_place(layer: LayerSpec, geometry: Any) -> None:
    """The geometry is sound and lies in or near the city.

    Raises:
        Problem: 400, saying where it lies and where it should.
    """
    west, south, east, north = settings.CITY.bounds
    allowed = shapely.box(west - REACH_DEGREES, south - REACH_DEGREES, east + REACH_DEGREES, north + REACH_DEGREES)
    given = shapely.box(*read_geojson(geometry, layer.geometry_type).geometry.bounds)
    if not allowed.covers(given):
        lies, should = (", ".join(f"{degrees:.4f}" for degrees in box.bounds) for box in (given, allowed))
        detail = f"the geometry lies at {lies} (west, south, east, north), not within {should}; longitude comes first"
        raise Problem(400, "invalid geometry", detail, parameter="geometry")


def merged(target: Any, patch: Any) -> Any:
    """`target` as changed by a merge patch (RFC 7396, 2).

    >>> merged({"a": 1, "b": {"c": 2}}, {"a": None, "b": {"d": 3}})
    {'b': {'c': 2, 'd': 3}}
    """
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def check_id(document: Members, feature_id: str) -> None:
    """The address says which feature is meant; a body may repeat that, nothing else.

    Raises:
        Problem: 409.
    """
    if "id" in document and document["id"] != feature_id:
        detail = f"the address says {feature_id!r:.140}, the body {document['id']!r:.140}; the address decides"
        raise Problem(409, "another id", detail, parameter="id")


def geometry_change(document: Members, current: Members) -> Any:
    """The geometry to store, or None where it is as it was (so that rounding never moves a feature)."""
    if "geometry" not in document or document["geometry"] == current["geometry"]:
        return None
    return document["geometry"]


def no_geometry() -> Problem:
    return fault("a feature of this collection needs a geometry", "geometry")


def _editable(layer: LayerSpec, audience: Audience) -> list[Field]:
    readable = {field.name for field in layer.fields_for(audience)}
    return [field for field in layer.editable_fields_for(audience) if field.name in readable]
