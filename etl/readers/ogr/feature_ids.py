"""The `id` that a GeoJSON feature has beside its properties (RFC 7946, 3.2), and where GDAL leaves it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from etl.json_start import first_features, first_values

FEATURE_ID = "\x00feature id"
"""Name of a column that no file has, for numbers that GDAL keeps apart from the columns."""

_MOST = 10_000
_MAX_NUMBER = 2**63


def own_id_column(path: Path, *, is_lines: bool = False) -> str:
    """The column in which GDAL answers the features' own ids; empty where the first features have none, or one twice.

    Numbers become GDAL's feature number; texts, and numbers that are no natural ones, a column `id`, unless the
    properties have one of that name already.
    """
    values = first_values(path, _MOST) if is_lines else first_features(path, _MOST) or first_values(path, 1)
    features = [value for value in values if isinstance(value, dict) and value.get("type") == "Feature"]
    ids = [feature.get("id") for feature in features]
    if not ids or any(isinstance(one, dict | list) for one in ids) or len(set(map(str, ids))) < len(ids):
        return ""
    if all(_is_natural(one) for one in ids):
        return FEATURE_ID
    is_text = all(one is not None and not isinstance(one, bool) and not _is_natural(one) for one in ids)
    return "id" if is_text and not any("id" in (feature.get("properties") or {}) for feature in features) else ""


def _is_natural(value: Any) -> bool:
    return type(value) is int and 0 <= value < _MAX_NUMBER
