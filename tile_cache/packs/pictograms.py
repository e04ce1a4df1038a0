"""The pictograms that a pack's style names, so that they are there without a network."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).resolve().parent.parent / "static" / "tile_cache" / "icons"


def named_in(style: dict[str, Any]) -> list[str]:
    """The names of images in a MapLibre style, in order. Also those within expressions.

    >>> named_in({"layers": [{"layout": {"icon-image": ["match", ["get", "kind"], "a", "shelter", "report"]}}]})
    ['a', 'get', 'kind', 'match', 'report', 'shelter']
    """
    values = [
        value
        for layer in style["layers"]
        for value in (layer.get("layout", {}).get("icon-image"), layer.get("paint", {}).get("fill-pattern"))
    ]
    return sorted(set(_texts(values)))


def pictograms(names: Iterable[str]) -> dict[str, str]:
    """The SVG text of those names that are pictograms of the product."""
    known = {path.stem: path for path in FOLDER.glob("*.svg")}
    return {name: known[name].read_text(encoding="utf-8") for name in names if name in known}


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for child in value:
            yield from _texts(child)
