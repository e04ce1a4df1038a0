"""The legend of a layer as a value: which symbols stand for what, in words. Pure.

It is worked out from the same drawings as the map (`tile_cache.looks.drawing`), of what everybody may see.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from layers import units
from layers.spec import Audience, LayerSpec, Text
from tile_cache.looks.base_map import kinds_of
from tile_cache.looks.drawing import Drawing, drawings
from tile_cache.looks.mapnik_style import is_for
from tile_cache.looks.symbols import Colour, Dot, Fill, Gathered, Icon, Image, Line, Name, Symbol
from tile_cache.looks.themes import LIGHT, Theme, painted

NO_VALUE: Final = Text("値なし", "No value")


@dataclass(frozen=True, slots=True)
class LegendRow:
    """One class of features.

    Args:
        symbols: from the bottom up, each with one plain colour, as on the map.
        text: the class in words.
        first_zoom: from which zoom (of 512-pixel tiles) the class is drawn.
        field, values: what tells the class: the field, and its values or lower bound; None for no value.
    """

    symbols: tuple[Symbol, ...]
    text: Text
    first_zoom: int
    field: str | None = None
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A row, and the name of the layer that it belongs to."""

    layer: str
    row: LegendRow


@dataclass(frozen=True, slots=True)
class _Case:
    """A class: the value that one field has in it, and its words; `field` None stands for all features."""

    field: str | None
    value: Any
    text: Text


def rows(layer: LayerSpec, audience: Audience = Audience.PUBLIC, theme: Theme = LIGHT) -> list[LegendRow]:
    """The classes of a layer as an audience may see it; those that look the same together."""
    drawn = [drawing for drawing in painted(drawings(layer), theme) if is_for(drawing, audience)]
    if not audience.covers(layer.read) or not drawn:
        return []
    found = [row for case in _cases(layer, audience) if (row := _row(drawn, case)) is not None]
    return list(_joined(found))


def entries(layers: Iterable[LayerSpec]) -> list[Entry]:
    """The rows of several layers, one layer after the other."""
    return [Entry(layer.name, row) for layer in layers for row in rows(layer)]


def _cases(layer: LayerSpec, audience: Audience) -> Iterator[_Case]:
    readable = {field.name: field for field in layer.fields_for(audience)}
    by = "kind" if kinds_of(layer) else layer.style.by or (layer.kind_field if layer.style.icons else None)
    if by is None or by not in readable:
        yield _Case(None, None, layer.title)
    elif codes := _visible_codes(layer, by, readable[by].codes, audience):
        yield from (_Case(by, code, text) for code, text in codes.items())
    else:
        yield from _steps(by, sorted(layer.style.colours), readable[by].unit)


def _visible_codes(layer: LayerSpec, by: str, codes: Mapping[Any, Text], audience: Audience) -> dict[Any, Text]:
    """The codes that rows which the audience sees can have."""
    if layer.rows is None or layer.rows.field != by or audience.covers(layer.rows.everything):
        return dict(codes)
    return {code: text for code, text in codes.items() if code in layer.rows.values}


def _steps(by: str, bounds: list[Any], unit: str | None) -> Iterator[_Case]:
    """Classes of a number, each from its bound to the next, and the features that have none."""
    ja, en = units.shown(unit, "ja"), units.shown(unit, "en")
    for low, high in itertools.pairwise([*bounds, None]):
        yield _Case(by, low, step_text(low, high, Text(ja, en)))
    yield _Case(by, None, NO_VALUE)


def step_text(low: float, high: float | None, unit: Text) -> Text:
    """
    >>> step_text(0.5, 3, Text("m", "m")).ja, step_text(20, None, Text("m", "m")).en
    ('0.5 m 以上 3 m 未満', '20 m or more')
    """
    ja, en = (f" {word}" if word else "" for word in (unit.ja, unit.en))
    if high is None:
        return Text(f"{low:g}{ja} 以上", f"{low:g}{en} or more")
    if low == 0:
        return Text(f"{high:g}{ja} 未満", f"less than {high:g}{en}")
    return Text(f"{low:g}{ja} 以上 {high:g}{ja} 未満", f"{low:g}{en} to less than {high:g}{en}")


def _row(drawn: Iterable[Drawing], case: _Case) -> LegendRow | None:
    """What is drawn of a class; its names only where there is nothing else."""
    meant = [drawing for drawing in drawn if _is_for(drawing, case)]
    shapes = [drawing for drawing in meant if not isinstance(drawing.symbol, Name | Gathered)] or meant
    if not shapes:
        return None
    symbols = tuple(_plain(drawing.symbol, case) for drawing in shapes)
    first_zoom = min(drawing.first_zoom for drawing in shapes)
    return LegendRow(symbols, case.text, first_zoom, case.field, (case.value,))


def _is_for(drawing: Drawing, case: _Case) -> bool:
    which = drawing.which
    return which is None or case.field != which.field or case.value in which.values


def _plain(symbol: Symbol, case: _Case) -> Symbol:
    """The symbol with the one colour that it has in a class."""
    if isinstance(symbol, Fill):
        outline = None if symbol.outline is None else _chosen(symbol.outline, case)
        pattern = None if symbol.pattern is None else _chosen_image(symbol.pattern, case)
        return replace(symbol, colour=_chosen(symbol.colour, case), outline=outline, pattern=pattern)
    if isinstance(symbol, Icon):
        return replace(symbol, image=_chosen_image(symbol.image, case))
    if isinstance(symbol, Line | Dot):
        return replace(symbol, colour=_chosen(symbol.colour, case))
    return symbol


def _chosen_image(image: Image, case: _Case) -> Image:
    return Image(_chosen(image, case).default)


def _chosen(colour: Colour, case: _Case) -> Colour:
    if colour.field is None or colour.field != case.field:
        return Colour(colour.default)
    return Colour(dict(colour.classes).get(case.value, colour.default))


def _joined(found: Iterable[LegendRow]) -> Iterator[LegendRow]:
    """Neighbours that look the same, as one row."""
    for _, group in itertools.groupby(found, key=lambda row: row.symbols):
        alike = list(group)
        text = Text("・".join(row.text.ja for row in alike), ", ".join(row.text.en for row in alike))
        values = tuple(value for row in alike for value in row.values)
        yield replace(alike[0], text=text, first_zoom=min(row.first_zoom for row in alike), values=values)
