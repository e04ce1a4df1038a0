"""System checks: a declaration and its model agree; every layer's table keeps the log of changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.gis.db.models import GeometryField
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models

from layers import registry, tiling
from layers.changes import TRIGGER_NAMES
from layers.feature import Feature
from layers.spec import SYSTEM_FIELDS, Field, LayerSpec
from layers.units import UNITS

_NOT_DECLARED = {"id", "geometry", "entered_at"} | {field.name for field in SYSTEM_FIELDS}


@register(Tags.models)
def check_declarations(**_: Any) -> list[CheckMessage]:
    """Each layer's declaration against its model."""
    return [fault for layer in registry.declared() for fault in faults_of(layer)]


def faults_of(layer: LayerSpec) -> Iterator[CheckMessage]:
    """What a declaration says that its model does not bear out."""
    if not issubclass(layer.model, Feature):
        yield Error(f"{layer.name}: its model is no layers.feature.Feature", id="layers.E001")
        return
    columns = {field.name for field in layer.model._meta.get_fields()}
    declared = [field.name for field in layer.fields]
    for name in sorted(set(declared) - columns):
        yield Error(f"{layer.name}: field {name} is declared, but the model has no such column", id="layers.E002")
    for name in sorted(columns - set(declared) - _NOT_DECLARED):
        yield Error(f"{layer.name}: column {name} is in the model, but not declared", id="layers.E003")
    if len(set(declared)) != len(declared):
        yield Error(f"{layer.name}: a field is declared twice", id="layers.E004")
    yield from _geometry_faults(layer)
    yield from _reference_faults(layer, set(declared))
    for field in (*layer.fields, *SYSTEM_FIELDS):
        if field.name in columns:
            yield from _field_faults(layer, field)
    yield from _list_faults(layer, set(declared) & columns)
    yield from _tiling_faults(layer, set(declared) & columns)
    if layer.rows is not None and not layer.edit.covers(layer.rows.everything):
        detail = f"{layer.name}: whoever may edit has to see every row, or ids of hidden rows could be found by writing"
        yield Error(detail, id="layers.E013")


def _geometry_faults(layer: LayerSpec) -> Iterator[CheckMessage]:
    try:
        column = layer.model._meta.get_field("geometry")
    except FieldDoesNotExist:
        column = None
    if not isinstance(column, GeometryField) or column.srid != 4326 or column.null:
        yield Error(f"{layer.name}: needs a column geometry in EPSG:4326, not null", id="layers.E005")


def _reference_faults(layer: LayerSpec, declared: set[str]) -> Iterator[CheckMessage]:
    named = {layer.style.label, layer.style.by, layer.rows and layer.rows.field, layer.kind_field}
    if layer.period:
        named |= {layer.period.start, layer.period.end}
    if layer.gazetteer:
        named |= set(layer.gazetteer.field_names)
    for name in sorted(filter(None, named - declared)):
        yield Error(f"{layer.name}: refers to {name}, which it does not declare", id="layers.E006")
    drawn = {layer.style.label, layer.style.by}
    for field in layer.fields:
        if field.name in drawn and not field.tiled:
            yield Error(f"{layer.name}: is drawn by {field.name}, which its tiles do not carry", id="layers.E008")


def _field_faults(layer: LayerSpec, field: Field) -> Iterator[CheckMessage]:
    """A unit is one that is known; what refers to features holds ids of a layer that is there; a kind is a text."""
    is_text = isinstance(layer.model._meta.get_field(field.name), models.CharField)
    if field.unit is not None and field.unit not in UNITS:
        yield Error(f"{layer.name}: {field.name} has the unit {field.unit}, not in layers/units.py", id="layers.E009")
    if field.reference is not None and (field.reference not in _layer_names() or not is_text):
        detail = f"{layer.name}: {field.name} refers to {field.reference}; a reference is a text with ids of a layer"
        yield Error(detail, id="layers.E010")
    if field.name == layer.kind_field and not is_text:
        yield Error(f"{layer.name}: {field.name} says what kind a feature is, but is no text", id="layers.E011")


def _list_faults(layer: LayerSpec, declared: set[str]) -> Iterator[CheckMessage]:
    """A list is made of flags, and its name is its own."""
    taken = {field.name for field in layer.model._meta.get_fields()}
    for one in layer.lists:
        flags = [name for name in one.flags if name in declared]
        all_flags = all(isinstance(layer.model._meta.get_field(name), models.BooleanField) for name in flags)
        if one.name in taken or len(flags) < len(one.flags) or not flags or not all_flags:
            detail = f"{layer.name}: the list {one.name} needs a name of its own and declared true-or-false fields"
            yield Error(detail, id="layers.E012")
        taken.add(one.name)


def _tiling_faults(layer: LayerSpec, declared: set[str]) -> Iterator[CheckMessage]:
    """Tiles are made of what there is: zooms of tiles, points that can be gathered, fields that everybody may read."""
    said = layer.tiling
    zooms = {"detail_zoom": said.detail_zoom, "gather_below": said.gather_below or 0, **said.fields}
    for name, zoom in zooms.items():
        if not 0 <= zoom <= tiling.LAST_ZOOM:
            detail = f"{layer.name}: {name} begins at zoom {zoom}; tiles have 0 to {tiling.LAST_ZOOM}"
            yield Error(detail, id="layers.E014")
    if said.smallest_px is not None and not 0 <= said.smallest_px <= 64:
        yield Error(
            f"{layer.name}: shapes smaller than {said.smallest_px} px are to be left out; 64 at most", id="layers.E014"
        )
    yield from _choosing_faults(layer, declared)
    has_own = sorted(declared & {tiling.COUNT, tiling.SHARE})
    if said.gather_below and (layer.geometry_type != "Point" or has_own):
        detail = f"{layer.name}: only points can be gathered, and only without fields {tiling.COUNT} and {tiling.SHARE}"
        yield Error(detail, id="layers.E015")
    if layer.name.endswith(tiling.LABELS_SUFFIX):
        yield Error(
            f"{layer.name}: names ending with {tiling.LABELS_SUFFIX} are those of points for names", id="layers.E016"
        )


def _choosing_faults(layer: LayerSpec, declared: set[str]) -> Iterator[CheckMessage]:
    """What decides which features a tile keeps would show in the choice: it has to be readable by all who see it."""
    said = layer.tiling
    readable = {field.name for field in layer.fields_for(layer.read)}
    chosen_by = {name.removeprefix("-") for name in said.first} | ({said.gather_by} if said.gather_by else set())
    for name in sorted((chosen_by - readable) | (set(said.fields) - declared)):
        detail = f"{layer.name}: its tiles are made by {name}, which is no field that all who see the layer may read"
        yield Error(detail, id="layers.E017")


def _layer_names() -> set[str]:
    return {layer.name for layer in registry.every()}


@register(Tags.database)
def check_log(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Every layer's table has its triggers, so that no change goes unseen. Tables are yet to come before `migrate`."""
    if not databases:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, array_remove(array_agg(t.tgname::text), NULL) FROM pg_class c"
            " LEFT JOIN pg_trigger t ON c.oid = t.tgrelid AND t.tgname LIKE 'machigis_%%' AND t.tgenabled <> 'D'"
            " WHERE c.relkind = 'r' AND pg_table_is_visible(c.oid) GROUP BY c.relname"
        )
        attached = dict(cursor.fetchall())
    return [
        Error(
            f"{layer.name}: table {layer.table} does not keep the log of changes",
            hint="run ./gis manage migrate --skip-checks",
            id="layers.E007",
        )
        for layer in registry.declared()
        if layer.table in attached and set(TRIGGER_NAMES) - set(attached[layer.table])
    ]
