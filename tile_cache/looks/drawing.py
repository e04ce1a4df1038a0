"""What is drawn for a layer, worked out once from its declaration. Pure.

Both styles are written from these values: MapLibre's by `style`, Mapnik's by `mapnik_style`. Zooms are those of
MapLibre (512-pixel tiles); sizes are CSS pixels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from layers import tiling
from layers.spec import LayerSpec
from tile_cache.looks.base_map import BASE_GROUP, Kind, kinds_of
from tile_cache.looks.symbols import (
    ACCENT,
    AREA_NAME_COLOUR,
    CASING_PX,
    CLOSE_ZOOM,
    ICON_PX,
    LINE_GROWTH,
    NAME_PX,
    PATTERN_ZOOM,
    ROAD_GROWTH,
    SMALL_ICON_PX,
    Colour,
    Dot,
    Fill,
    Gathered,
    Icon,
    Image,
    Line,
    Name,
    Stops,
    Symbol,
    Which,
    scaled,
    value_at,
)


@dataclass(frozen=True, slots=True)
class Drawing:
    """One pass over a layer's features.

    Args:
        id: unique among all drawings.
        which: the features it is for; None means all.
        first_zoom: where it begins.
        end_zoom: where it ends; None means never.
        accent: colour of the feature that is selected.
    """

    id: str
    layer: LayerSpec
    symbol: Symbol
    first_zoom: int
    which: Which | None = None
    end_zoom: int | None = None
    accent: str = ACCENT


def drawings(layer: LayerSpec) -> Iterator[Drawing]:
    """All passes over a layer, from the bottom up."""
    draw = {"fill": _fills, "line": _lines, "dot": _dots, "icon": _icons, "label": _labels}
    yield from draw[layer.style.kind](layer)
    if tiling.gathered_below(layer):
        image = (layer.style.icon or layer.name) if layer.style.kind == "icon" else None
        gathered = Gathered(_gathered_colour(layer), image)
        yield Drawing(f"{layer.name}-gathered", layer, gathered, layer.zooms[0])


def is_symbol(drawing: Drawing) -> bool:
    """Whether the drawing stands on top of all ground and lines."""
    return isinstance(drawing.symbol, Dot | Icon | Name | Gathered)


def has_own_points(drawing: Drawing) -> bool:
    """Whether it writes names at points that are made for them, one for each whole feature."""
    is_on_area = isinstance(drawing.symbol, Name) and drawing.symbol.place == "area"
    return is_on_area and tiling.has_label_points(drawing.layer)


def _colour(layer: LayerSpec) -> Colour:
    style = layer.style
    if style.by is None:
        return Colour(style.colour)
    return Colour(style.colour, style.by, tuple(style.colours.items()), has_bounds(layer))


def has_bounds(layer: LayerSpec) -> bool:
    """Whether the layer's colours are those of classes of a number."""
    return layer.style.by is not None and not layer.get_field(layer.style.by).codes


def _gathered_colour(layer: LayerSpec) -> Colour:
    """The colour of the commonest code, where codes have colours; else the layer's own."""
    return _colour(layer) if tiling.gathered_by(layer) == layer.style.by else Colour(layer.style.colour)


def _plain(layer: LayerSpec) -> Which | None:
    """The features of the layer's own colour: the ones whose state the pattern stands for."""
    style = layer.style
    if style.by is None:
        return None
    codes = layer.get_field(style.by).codes
    return Which(style.by, tuple(code for code in codes if style.colours.get(code, style.colour) == style.colour))


def _fills(layer: LayerSpec) -> Iterator[Drawing]:
    style, first = layer.style, layer.zooms[0]
    kinds = kinds_of(layer)
    outline = Colour(style.outline) if style.outline else None
    if kinds:
        for code, kind in kinds.items():
            fill = Fill(Colour(style.colours.get(code, style.colour)), style.opacity, outline)
            yield Drawing(f"{layer.name}-{code}", layer, fill, max(first, kind.zoom), Which("kind", (code,)))
        return
    yield Drawing(f"{layer.name}-fill", layer, Fill(_colour(layer), style.opacity, outline), first)
    if style.pattern == "hatch":
        hatch = Fill(Colour(style.colour), 1.0, pattern=Image("hatch"))
        yield Drawing(f"{layer.name}-hatch", layer, hatch, first, _plain(layer))
    if style.patterns:
        pattern = Image(style.pattern_otherwise or "", style.by, tuple(style.patterns.items()), has_bounds(layer))
        over = Fill(Colour(style.colour), 1.0, pattern=pattern)
        yield Drawing(f"{layer.name}-pattern", layer, over, max(first, PATTERN_ZOOM))
    if style.pattern and style.outline:
        edge = Line(_edge_colour(layer), scaled(LINE_GROWTH, 2.0))
        yield Drawing(f"{layer.name}-edge", layer, edge, first)
    if style.label:
        colour = style.outline if style.pattern and style.outline else AREA_NAME_COLOUR
        yield _name(layer, "area", max(first, CLOSE_ZOOM), colour)


def _edge_colour(layer: LayerSpec) -> Colour:
    """The outline's colour for features of the layer's own colour, their own colour for the others."""
    style = layer.style
    own = {code: colour for code, colour in style.colours.items() if colour != style.colour}
    return Colour(style.outline or style.colour, style.by, tuple(own.items()))


def _lines(layer: LayerSpec) -> Iterator[Drawing]:
    if kinds_of(layer):
        yield from _ways(layer)
        return
    style, first = layer.style, layer.zooms[0]
    width = scaled(LINE_GROWTH, style.width_px)
    if style.outline:
        casing = Line(Colour(style.outline), scaled(LINE_GROWTH, style.width_px + 4))
        yield Drawing(f"{layer.name}-casing", layer, casing, first)
    dash = (3.0, 2.0) if style.pattern == "dash" else ()
    yield Drawing(f"{layer.name}-line", layer, Line(_colour(layer), width, dash, rounded=not dash), first)
    yield from _line_pattern(layer, width, first)
    if style.label:
        yield _name(layer, "along", max(first, 14), style.colour)


def _line_pattern(layer: LayerSpec, width: Stops, first: int) -> Iterator[Drawing]:
    """What tells the line apart besides its colour."""
    if layer.style.pattern == "rail":
        gaps = Line(Colour("#ffffff"), scaled(width, 0.6), (4.0, 4.0), rounded=False)
        yield Drawing(f"{layer.name}-gaps", layer, gaps, max(first, 12))
    if layer.style.pattern == "barred":
        bars = Line(Colour("#ffffff"), scaled(width, 0.9), (0.5, 1.3), rounded=False)
        yield Drawing(f"{layer.name}-bars", layer, bars, max(first, 13), _plain(layer))
        yield Drawing(f"{layer.name}-icon", layer, Icon(Image("closure"), along=True), first, _plain(layer))


def _ways(layer: LayerSpec) -> Iterator[Drawing]:
    """Lines of the base map: every casing below every surface, so that crossings stay open."""
    kinds = kinds_of(layer).items()
    if layer.style.outline:
        for code, kind in kinds:
            if kind.cased:
                yield _way(layer, code, kind, casing=True)
    for code, kind in kinds:
        yield _way(layer, code, kind, casing=False)
    if layer.style.label:
        for code, kind in kinds:
            name = Name(layer.style.label, "#6b665e" if layer.style.outline else "#3f7397", kind.text_px, "along")
            first = max(layer.zooms[0], kind.named_from)
            yield Drawing(f"{layer.name}-{code}-name", layer, name, first, Which("kind", (code,)))


def _way(layer: LayerSpec, code: str, kind: Kind, *, casing: bool) -> Drawing:
    style = layer.style
    width = scaled(ROAD_GROWTH, style.width_px * kind.width, 0.6)
    colour = style.colours.get(code, style.colour)
    first = max(layer.zooms[0], kind.zoom)
    if not casing:
        line = Line(Colour(colour), width, kind.dash, rounded=not kind.dash)
        return Drawing(f"{layer.name}-{code}", layer, line, first, Which("kind", (code,)))
    wider = tuple((zoom, round(value + value_at(CASING_PX, zoom), 2)) for zoom, value in width)
    line = Line(Colour(style.outline or colour), wider)
    return Drawing(f"{layer.name}-{code}-casing", layer, line, first, Which("kind", (code,)))


def _dots(layer: LayerSpec) -> Iterator[Drawing]:
    style, first = layer.style, layer.zooms[0]
    yield Drawing(f"{layer.name}-dot", layer, Dot(_colour(layer), style.outline or "#ffffff", style.width_px), first)
    if style.icon:
        icon = Icon(_image(layer), size_px=SMALL_ICON_PX, crowds=False)
        yield Drawing(f"{layer.name}-icon", layer, icon, max(first, CLOSE_ZOOM))
    if style.label:
        yield _name(layer, "below", max(first, 16), style.colour)


def _image(layer: LayerSpec) -> Image:
    return Image(layer.style.icon or layer.name, layer.kind_field, tuple(layer.style.icons.items()))


def _icons(layer: LayerSpec) -> Iterator[Drawing]:
    style, first = layer.style, layer.zooms[0]
    yield Drawing(f"{layer.name}-icon", layer, Icon(_image(layer)), first)
    if style.label:
        yield _name(layer, "below", max(first, 15), style.colour)


def _labels(layer: LayerSpec) -> Iterator[Drawing]:
    style, kinds = layer.style, kinds_of(layer)
    if not kinds:
        yield _name(layer, "area", max(layer.zooms[0], 13), style.colour)
    for code, kind in kinds.items():
        first, which = max(layer.zooms[0], kind.named_from), Which("kind", (code,))
        if code == "station":
            mark = Dot(Colour("#ffffff"), kind.text_colour, 7)
            yield Drawing(f"{layer.name}-{code}-mark", layer, mark, first, which)
        place = "below" if code == "station" else "area"
        name = Name(style.label or "name", kind.text_colour or style.colour, kind.text_px, place, code == "city")
        yield Drawing(f"{layer.name}-{code}", layer, name, first, which, kind.named_until)


def _name(layer: LayerSpec, place: str, first_zoom: int, colour: str) -> Drawing:
    name = Name(layer.style.label or "name", colour, NAME_PX, place)
    return Drawing(f"{layer.name}-name", layer, name, first_zoom)


def drop_px(layer: LayerSpec) -> float:
    """How far below its place a symbol's name begins: clear of the symbol, or it would give way to it."""
    style = layer.style
    if style.kind == "icon":
        return ICON_PX / 2 + 5
    return (SMALL_ICON_PX if style.icon else max(style.width_px, 7)) / 2 + 5


def is_base(drawing: Drawing) -> bool:
    return drawing.layer.group == BASE_GROUP
