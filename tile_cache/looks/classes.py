"""What classes of a number are called on the map, in the reader's language. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace

from layers import units
from layers.spec import LayerSpec
from tile_cache.looks.drawing import Drawing, has_bounds
from tile_cache.looks.symbols import Colour, Name


def spoken(drawings: Iterable[Drawing], language: str) -> Iterator[Drawing]:
    """The drawings, with the words of its class instead of the publisher's on each area that has one."""
    for drawing in drawings:
        words = class_words(drawing.layer, language) if isinstance(drawing.symbol, Name) else None
        if words is None:
            yield drawing
        else:
            yield replace(drawing, symbol=replace(drawing.symbol, words=words))


def class_words(layer: LayerSpec, language: str = "ja") -> Colour | None:
    """What the classes of a number are called, by their lower bounds; None for a layer without.

    The unit is the field's: ``0.5〜3m``, in English ``0.5–3 m``, from the last bound on ``20m〜`` and ``20 m+``.
    """
    style = layer.style
    if style.by is None or not has_bounds(layer):
        return None
    unit = units.shown(layer.get_field(style.by).unit, language)
    bounds = sorted(style.colours)
    between, gap, open_end = ("–", " ", "+") if language.startswith("en") else ("〜", "", "〜")
    named = [f"{low:g}{between}{high:g}{gap}{unit}" for low, high in itertools.pairwise(bounds)]
    named.append(f"{bounds[-1]:g}{gap}{unit}{open_end}")
    return Colour("", style.by, tuple(zip(bounds, named, strict=True)), is_lower_bound=True)
