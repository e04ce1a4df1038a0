"""What GeoJSON and JSON-FG share: features as text that the database builds, one a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from layers.formats import rows
from layers.formats.base import Export
from layers.reading import quoted


def properties_sql(export: Export) -> str:
    columns = ", ".join(f"t.{quoted(field.name)}" for field in export.fields)
    return f"row_to_json((SELECT p FROM (SELECT {columns}) p))::text"


def collection(export: Export, members: dict[str, Any], feature_sql: str) -> Iterator[bytes]:
    """A feature collection: `members` on its first line, then one feature a line."""
    head = json.dumps({"type": "FeatureCollection", **members}, ensure_ascii=False, separators=(",", ":"))
    yield (head[:-1] + ',"features":[').encode()
    separator = "\n"
    for batch in rows.batches(export, [feature_sql]):
        yield (separator + ",\n".join(row[0] for row in batch)).encode()
        separator = ",\n"
    yield b"\n]}\n"


def about(export: Export) -> dict[str, Any]:
    """The member ``machigis``: which layer this is, under which licence, and where its rows come from.

    The importer knows our files by it.
    """
    open_data = export.layer.open_data
    return {
        "layer": export.layer.name,
        "title": asdict(export.layer.title),
        "licence": open_data.licence,
        "sources": [asdict(source) for source in rows.sources(export)],
    }
