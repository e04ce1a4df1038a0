"""The beginning of a large JSON file: enough to know it by, without reading it as a whole. Pure but for the file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

START_BYTES = 1024 * 1024
_FEATURES = re.compile(r'"features"\s*:\s*\[')
_SEPARATORS = re.compile(r"[\s,]*")


def first_features(path: Path, most: int = 50) -> list[Any] | None:
    """The first whole features of a FeatureCollection; None where its first megabyte begins none."""
    with path.open("rb") as file:
        text = file.read(START_BYTES).decode("utf-8-sig", errors="ignore")
    start = _FEATURES.search(text)
    if start is None or not re.search(r'"type"\s*:\s*"FeatureCollection"', text):
        return None
    return list(_values(text, start.end(), most))


def first_values(path: Path, most: int = 50) -> list[Any]:
    """The first whole values of JSON lines, or of any JSON file; none where its first megabyte holds no whole one."""
    with path.open("rb") as file:
        text = file.read(START_BYTES).decode("utf-8-sig", errors="ignore")
    return list(_values(text, 0, most))


def _values(text: str, place: int, most: int) -> list[Any]:
    decoder = json.JSONDecoder()
    values: list[Any] = []
    while len(values) < most:
        gap = _SEPARATORS.match(text, place)
        try:
            value, place = decoder.raw_decode(text, gap.end() if gap else place)
        except (json.JSONDecodeError, RecursionError):
            break
        values.append(value)
    return values
