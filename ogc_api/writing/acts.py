"""What is done to one feature: created, replaced, changed, deleted. Each act is checked and stored in a transaction.

Requests for one feature, for a collection of new ones and for a transaction of several acts all come here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from layers import editing
from layers.editing import Saved
from layers.reading import Form
from ogc_api.features import items as reading
from ogc_api.features.transforming import located
from ogc_api.writing import members
from ogc_api.writing.answers import created_document
from ogc_api.writing.body import check_feature, check_patch, new_id
from ogc_api.writing.door import Writer, check_match, rules_of

Changed = tuple[dict[str, Any], Any]
"""Properties and geometry (in the system in which they were sent) that a feature is to have; None: as it is."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was stored, and sentences on what was not used."""

    saved: Saved
    unused: list[str]


def create_one(writer: Writer, document: Any) -> dict[str, Any]:
    """Store one feature; what to tell about it.

    Raises:
        Problem: 400, 403 or 409; nothing is stored then.
    """
    layer, editor = writer.layer, writer.editor
    feature = check_feature(document)
    sent = feature["properties"] or {}
    members.check_writable(layer, editor.audience, sent)
    filled = members.without_nulls(layer, editor.audience, sent)
    members.check_values(layer, filled)
    given = rules_of(layer).on_create(editor, filled)
    members.check_required(layer, given)
    geometry = located(feature["geometry"], writer.sent_in)
    members.check_place(layer, geometry)
    saved = editing.create(layer, editor, given, geometry, feature_id=new_id(feature), city_code=writer.city_code)
    return created_document(writer, saved, _unused(sent, given))


def replace_one(writer: Writer, feature_id: str, wanted: list[str], document: Any) -> Done:
    """The whole feature anew; what may be written and is not sent becomes what it is in a new feature."""
    document = check_feature(document)
    members.check_id(document, feature_id)
    layer, audience = writer.layer, writer.editor.audience
    sent = document["properties"] or {}

    def change(current: dict[str, Any]) -> Changed:
        members.check_writable(layer, audience, sent, current["properties"])
        own = {field.name for field in layer.fields}
        kept = {name: value for name, value in sent.items() if name in own}
        whole = members.completed(layer, audience, members.without_nulls(layer, audience, kept))
        if document["geometry"] is None:
            raise members.no_geometry()
        return whole, members.geometry_change(document, current)

    return _change_one(writer, feature_id, wanted, sent, change)


def update_one(writer: Writer, feature_id: str, wanted: list[str], patch: Mapping[str, Any]) -> Done:
    """What the merge patch names; the rest stays as it is."""
    check_patch(patch)
    members.check_id(patch, feature_id)
    layer, audience = writer.layer, writer.editor.audience
    sent = patch.get("properties", {})

    def change(current: dict[str, Any]) -> Changed:
        members.check_writable(layer, audience, sent, current["properties"])
        whole = members.merged(current, {name: patch[name] for name in patch if name == "geometry"})
        if "geometry" not in whole:
            raise members.no_geometry()
        return members.without_nulls(layer, audience, sent), members.geometry_change(whole, current)

    return _change_one(writer, feature_id, wanted, sent, change)


def _change_one(
    writer: Writer,
    feature_id: str,
    wanted: list[str],
    sent: dict[str, Any],
    change: Callable[[dict[str, Any]], Changed],
) -> Done:
    """Store what `change` makes of the feature as it is, if it is still in a state that the caller saw."""
    layer, editor = writer.layer, writer.editor
    with transaction.atomic():
        found = _locked(writer, feature_id)
        check_match(wanted, found, writer)
        current = json.loads(found.text)
        properties, geometry = change(current)
        changed = members.changes_of(properties, current["properties"])
        members.check_values(layer, changed)
        given = rules_of(layer).on_update(editor, changed) if changed else changed
        if geometry is not None:
            geometry = located(geometry, writer.sent_in)
            members.check_place(layer, geometry)
        saved = editing.update(layer, editor, feature_id, given, geometry, version=found.version)
    return Done(saved, _unused(members.changes_of(sent, current["properties"]), given))


def delete_one(writer: Writer, feature_id: str, wanted: list[str]) -> None:
    """Take the feature out, if it is still in a state that the caller saw."""
    with transaction.atomic():
        found = _locked(writer, feature_id)
        check_match(wanted, found, writer)
        editing.delete(writer.layer, writer.editor, feature_id, version=found.version)


def _locked(writer: Writer, feature_id: str) -> reading.Found:
    """The feature as it is, in the system in which it is sent, and stays until the transaction ends."""
    if "\x00" not in feature_id:
        writer.layer.model.objects.select_for_update().filter(pk=feature_id).values_list("version").first()
    return reading.get_feature(writer.layer, writer.asked, feature_id, Form(crs=writer.sent_in))


def _unused(sent: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    """Sentences on members that follow from who writes or from others, so that what was sent is not used."""
    named = [name for name, value in sent.items() if value is not None]
    left_out = [name for name in named if name not in given or not members.is_same(sent[name], given[name])]
    return [f"{name} は自動的に決まるため、送られた値は使いませんでした。" for name in left_out]
