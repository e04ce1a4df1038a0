"""The one door in: save, delete. Every write is checked, attributed to an actor, and logged by the database."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, transaction

from layers import values
from layers.changes import ChangedRow
from layers.crs import LON_LAT_SRID
from layers.feature import Feature
from layers.geometry import read_geojson
from layers.problems import Problem
from layers.spec import Audience, LayerSpec


@dataclass(frozen=True, slots=True)
class Saved:
    """What was stored: the feature's id, its version now, and what was repaired on the way (sentences).

    `is_new` is False where an earlier call had already created the feature, and nothing was stored.
    """

    id: str
    version: int
    notices: tuple[str, ...] = ()
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class Editor:
    """Who writes: the name that the log keeps, and what this person may do."""

    name: str
    audience: Audience


@contextmanager
def acting_as(name: str) -> Iterator[None]:
    """A transaction whose changes the log attributes to `name`."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('machigis.actor', %s, true)", [name])
        yield


def create(
    layer: LayerSpec,
    editor: Editor,
    properties: Mapping[str, Any],
    geometry: Any,
    *,
    feature_id: str | None = None,
    city_code: str = "",
) -> Saved:
    """Store a new feature from a JSON document's members.

    With the same `feature_id` twice from the same editor, the second call stores nothing and answers as the
    first did, so that a client that lost the answer may ask again.

    Raises:
        Problem: 400 for what is wrong with the feature, 403 for what the editor may not write, 409 where the id
            is somebody else's.
    """
    cleaned = _cleaned(layer, editor, properties)
    sound = read_geojson(geometry, layer.geometry_type)
    feature_id = _checked_id(layer, feature_id or str(uuid.uuid4()))
    with acting_as(editor.name):
        already = _find_created(layer, editor, feature_id)
        if already is not None:
            return already
        stored = _stored(sound.geometry)
        layer.model(id=feature_id, city_code=city_code, geometry=stored, **cleaned).save(force_insert=True)
    return Saved(feature_id, 1, sound.notices)


def update(
    layer: LayerSpec,
    editor: Editor,
    feature_id: str,
    properties: Mapping[str, Any],
    geometry: Any = None,
    *,
    version: int,
) -> Saved:
    """Change the named members of a feature; what is not named stays as it is.

    Args:
        version: the version that the editor saw. A feature that has changed since is left alone.

    Raises:
        Problem: 400, 403, 404, or 412 where somebody else was faster.
    """
    cleaned = _cleaned(layer, editor, properties)
    sound = read_geojson(geometry, layer.geometry_type) if geometry is not None else None
    with acting_as(editor.name):
        row = _locked(layer, feature_id, version)
        for name, value in cleaned.items():
            setattr(row, name, value)
        if sound is not None:
            row.geometry = _stored(sound.geometry)
        changed = [*cleaned, *(["geometry"] if sound else [])]
        if changed:
            row.save(update_fields=changed)
            row.refresh_from_db(fields=["version"])
    return Saved(feature_id, row.version, sound.notices if sound else ())


def delete(layer: LayerSpec, editor: Editor, feature_id: str, *, version: int) -> None:
    """Take a feature out of the layer. The log keeps it as it was.

    Raises:
        Problem: 403, 404, or 412 where somebody else was faster.
    """
    _check_may_edit(layer, editor)
    with acting_as(editor.name):
        _locked(layer, feature_id, version).delete()


def hold(features: Iterable[tuple[LayerSpec, str]], new: Iterable[tuple[LayerSpec, str]] = ()) -> None:
    """Keep all these features, and the ids of new ones, for this transaction, so that several acts on them follow.

    Always in the same order, so that two who want the same features never wait for one another. What is not there is
    passed over.
    """
    ids: dict[str, set[str]] = {}
    layers = {}
    for layer, feature_id in features:
        if "\x00" not in feature_id:
            ids.setdefault(layer.name, set()).add(feature_id)
            layers[layer.name] = layer
    for name in sorted({_name_of_id(layer, feature_id) for layer, feature_id in new}):
        _hold_id(name)
    for name in sorted(ids):
        list(layers[name].model.objects.filter(pk__in=ids[name]).order_by("pk").select_for_update().values_list("pk"))


def _name_of_id(layer: LayerSpec, feature_id: str) -> str:
    return f"{layer.name}/{feature_id}"


def _hold_id(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _check_may_edit(layer: LayerSpec, editor: Editor) -> None:
    if not editor.audience.covers(layer.edit):
        raise Problem(403, "not allowed", f"{editor.name or 'an anonymous visitor'} may not edit {layer.name}")


def _cleaned(layer: LayerSpec, editor: Editor, properties: Mapping[str, Any]) -> dict[str, Any]:
    _check_may_edit(layer, editor)
    editable = {field.name: field for field in layer.editable_fields_for(editor.audience)}
    for name in properties:
        if name not in editable:
            raise Problem(
                400,
                "unknown member",
                f"{layer.name} has no member {name!r} that {editor.name} may write; there are: {', '.join(editable)}",
                parameter=name,
            )
    return {name: values.from_json(layer, editable[name], value) for name, value in properties.items()}


def _checked_id(layer: LayerSpec, feature_id: str) -> str:
    longest = layer.model._meta.get_field("id").max_length
    if not feature_id.isprintable() or len(feature_id) > longest:
        raise Problem(400, "invalid id", f"an id is printable text of at most {longest} characters", parameter="id")
    return feature_id


def _find_created(layer: LayerSpec, editor: Editor, feature_id: str) -> Saved | None:
    """The feature that an earlier, possibly simultaneous, call of the same editor created under this id."""
    _hold_id(_name_of_id(layer, feature_id))
    existing = layer.model.objects.filter(pk=feature_id).first()
    if existing is None:
        return None
    creation = ChangedRow.objects.filter(
        feature_id=feature_id, before__isnull=True, change__layer=layer.name, change__actor=editor.name
    )
    if not creation.exists():
        raise Problem(409, "id in use", f"{layer.name} has a feature {feature_id!r} that somebody else made")
    return Saved(existing.id, existing.version, is_new=False)


def _locked(layer: LayerSpec, feature_id: str, version: int) -> Feature:
    row: Feature | None = layer.model.objects.select_for_update().filter(pk=feature_id).first()
    if row is None:
        raise Problem(404, "not found", f"{layer.name} has no feature {feature_id!r}")
    if row.version != version:
        raise Problem(
            412,
            "changed by somebody else",
            f"{feature_id} has changed: it is at version {row.version}, you saw {version}",
            extra={"version": row.version},
        )
    return row


def _stored(geometry: Any) -> GEOSGeometry:
    return GEOSGeometry(memoryview(geometry.wkb), srid=LON_LAT_SRID)
