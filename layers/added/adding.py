"""Adding a layer, changing its declaration, and offering it no longer: tables and declaration in one transaction."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now

from layers import changes, registry
from layers.added import current
from layers.added.declaration import Declaration, read_declaration
from layers.added.models import AddedLayer, build_layer
from layers.problems import Problem
from layers.reading import quoted
from layers.spec import LayerSpec

_KINDS_OF_COLUMNS = {
    "text": "text",
    "bigint": "integer",
    "double precision": "number",
    "boolean": "truth",
    "timestamp with time zone": "moment",
}


def add(name: str, document: Any) -> LayerSpec:
    """Add a layer, or bring one that was added before to a new declaration. It is offered when this returns.

    Fields may be added, renamed in their titles, hidden or left out (their columns and values stay); a field keeps its
    kind and a layer its geometry.

    Raises:
        Problem: 400 for a declaration that is none, 409 where it contradicts what is there.
    """
    declaration = read_declaration(name, document)
    if any(layer.name == name or layer.table == build_layer(declaration).table for layer in registry.declared()):
        raise Problem(409, "name in use", f"there is a layer {name!r}, which no declaration changes", parameter="name")
    layer = build_layer(declaration)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('machigis.added', 0))")
        _make_table(layer, declaration)
        cursor.execute(changes.build_triggers(layer))
        AddedLayer.objects.update_or_create(
            name=name, defaults={"declaration": document, "is_offered": True, "changed_at": Now()}
        )
        _tell(cursor, name)
    current.forget()
    return layer


def withdraw(name: str) -> None:
    """Offer an added layer no longer. Its table and its log stay; `add` brings it back.

    Raises:
        Problem: 404, where no such layer was added.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        changed = AddedLayer.objects.filter(name=name).update(is_offered=False, changed_at=Now())
        if not changed:
            raise Problem(404, "not found", f"no layer {name!r:.60} was added", parameter="name")
        _tell(cursor, name)
    current.forget()


def _tell(cursor: Any, name: str) -> None:
    """Let every process know, and let nothing that was made of the layer count as true any longer: tiles, answers."""
    current.count_up(cursor)
    cursor.execute("SELECT machigis_add_change(%s, 'declare', 0, ST_MakeEnvelope(-180, -90, 180, 90, 4326))", [name])


def _make_table(layer: LayerSpec, declaration: Declaration) -> None:
    """Create the table, or add the columns that it lacks."""
    there = _columns(layer.table)
    with connection.schema_editor() as editor:
        if not there:
            editor.create_model(layer.model)
            return
        _check_geometry(layer, declaration)
        for field in declaration.fields:
            kind = there.get(field.name)
            if kind is None:
                editor.add_field(layer.model, layer.model._meta.get_field(field.name))
            elif _KINDS_OF_COLUMNS.get(kind, kind) != field.kind:
                known = _KINDS_OF_COLUMNS.get(kind, kind)
                detail = f"the field {field.name} of {layer.name} is of kind {known}; it stays so"
                raise Problem(409, "kind of a field", detail, parameter=field.name)


def _columns(table: str) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a"
            " WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped",
            [quoted(table)],
        )
        return dict(cursor.fetchall())


def _check_geometry(layer: LayerSpec, declaration: Declaration) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT type FROM geometry_columns WHERE f_table_name = %s", [layer.table])
        (there,) = cursor.fetchone()
    if there != declaration.geometry.upper():
        detail = f"the geometry of {layer.name} is {there}; it stays so"
        raise Problem(409, "kind of geometry", detail, parameter="geometry")
