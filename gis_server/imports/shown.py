"""Findings, layers and samples as the templates show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gis_server.imports.models import Upload
from gis_server.imports.phrases import in_words
from gis_server.imports.words import finding_of
from layers import registry
from layers.registry import UnknownLayerError


def layer_title(name: str, language: str) -> str:
    """What people call a layer; its name where it is no longer declared."""
    try:
        return registry.get(name).title.in_language(language)
    except UnknownLayerError:
        return name


def field_title(layer: str, name: str, language: str) -> str:
    """What people call a field; a publisher's column, or a field of no layer, stays as it is."""
    try:
        fields = {field.name: field for field in registry.get(layer).fields}
    except UnknownLayerError:
        fields = {}
    return fields[name].title.in_language(language) if name in fields else name


def layer_rows(layers: Iterable[Mapping[str, Any]], language: str) -> list[dict[str, Any]]:
    """What a run does, or did, to each layer."""
    return [dict(entry) | {"name": entry["layer"], "title": layer_title(entry["layer"], language)} for entry in layers]


def entry_rows(entries: Iterable[Mapping[str, Any]], language: str) -> list[dict[str, Any]]:
    """Findings with their words; the refused ones first, since somebody has to do something about them."""
    order = {"refused": 0, "repaired": 1, "notice": 2}
    rows = [
        {
            "kind": finding_of(entry["type"], language),
            "place": in_words(entry["place"], language),
            "layer": layer_title(entry["layer"], language) if entry.get("layer") else "",
            "field": field_title(entry.get("layer", ""), entry.get("field", ""), language),
            "value": entry.get("value") or "",
            "after": entry.get("after") or "",
            "reason": in_words(entry["reason"], language),
            "expected": in_words(entry.get("expected", ""), language),
        }
        for entry in entries
    ]
    return sorted(rows, key=lambda row: order[row["kind"].name])


def column_of_field(upload: Upload, layer: str, name: str, language: str) -> str:
    """What the publisher calls a column that the reader gives by the name of its field."""
    mapping: Mapping[str, str] = upload.recognition.get("mapping", {}).get(layer, {})
    return next((column for column, field in mapping.items() if field == name), field_title(layer, name, language))


def sample_table(upload: Upload, language: str) -> dict[str, Any] | None:
    """The first rows as the publisher wrote them, of one layer; a value that no column gave goes by its field."""
    rows = [row for row in upload.sample if row["layer"] == upload.sample[0]["layer"]]
    if not rows:
        return None
    columns = list(dict.fromkeys(name for row in rows for name in row["cells"]))
    return {
        "layer": layer_title(rows[0]["layer"], language),
        "columns": [column_of_field(upload, rows[0]["layer"], name, language) for name in columns],
        "rows": [{"place": row["place"], "cells": [row["cells"].get(name, "") for name in columns]} for row in rows],
    }
