"""The layers' drawings as Mapnik styles; what each drawing reads is in `mapnik_sql`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as Xml

from layers import tiling
from layers.spec import Audience, LayerSpec
from tile_cache.looks.drawing import Drawing, drop_px
from tile_cache.looks.mapnik_sql import build_sql, image_of
from tile_cache.looks.symbols import (
    GATHERED_GROUND,
    GATHERED_ICON_PX,
    GATHERED_RING_PX,
    GATHERED_TEXT_COLOUR,
    GATHERED_TEXT_PX,
    ICON_GROWTH,
    ICON_PX,
    Colour,
    Dot,
    Fill,
    Gathered,
    Icon,
    Image,
    Line,
    Name,
    value_at,
)

ICONS: Final = Path(__file__).parent.parent / "static" / "tile_cache" / "icons"
LAST_ZOOM: Final = 20
SCALE_OF_ZOOM_0: Final = 559082264.0287178 / 2
"""Scale denominator of zoom 0 with 512-pixel tiles of 0.28 mm pixels (OGC 06-042, standardised pixel)."""

FONTS: Final = ("Noto Sans CJK JP", "Hiragino Sans", "IPAexGothic", "DejaVu Sans")


@dataclass(frozen=True, slots=True)
class MapnikLayer:
    """One drawing for Mapnik: the query it reads, the style of the same name, the scales between which it is drawn.

    A drawing of a layer whose points are gathered has two: for those that are alone, and from where all are apart.
    """

    name: str
    sql: str
    max_scale_denominator: float
    min_scale_denominator: float = 0.0


def mapnik_layers(drawings: Iterable[Drawing]) -> list[MapnikLayer]:
    return [layer for drawing in drawings if is_public(drawing) for layer in _mapnik_layers(drawing)]


def _mapnik_layers(drawing: Drawing) -> Iterator[MapnikLayer]:
    first, apart = drawing.first_zoom, tiling.gathered_below(drawing.layer)
    if first < apart:
        yield MapnikLayer(drawing.id, build_sql(drawing, is_apart=False), _limit(first), _limit(apart))
    if not isinstance(drawing.symbol, Gathered):
        least = 0.0 if drawing.end_zoom is None else _limit(drawing.end_zoom)
        yield MapnikLayer(drawing.id, build_sql(drawing), _limit(max(first, apart)), least)


def _limit(zoom: int) -> float:
    """The scale at which a zoom begins, a little before its own."""
    return scale_denominator(zoom) * 1.01


def is_public(drawing: Drawing) -> bool:
    """Whether all that the drawing shows or decides by is for everybody."""
    return is_for(drawing, Audience.PUBLIC)


def is_for(drawing: Drawing, audience: Audience) -> bool:
    """Whether all that the drawing shows or decides by is for an audience."""
    return _fields(drawing) <= {field.name for field in drawing.layer.fields_for(audience)}


def scale_denominator(zoom: float) -> float:
    return SCALE_OF_ZOOM_0 / 2**zoom


def build_styles(drawings: Iterable[Drawing], faces: Iterable[str]) -> str:
    """Mapnik's XML: one style a drawing.

    Args:
        faces: names of the font faces at hand, best first; regular and bold.
    """
    root = Xml.Element("Map")
    faces = list(faces)
    root.extend(font_set(name, faces) for name in ("regular", "bold"))
    for drawing in drawings:
        if is_public(drawing):
            style = Xml.SubElement(root, "Style", name=drawing.id)
            for rule in _rules(drawing):
                style.append(rule)
    return Xml.tostring(root, encoding="unicode")


def font_set(name: str, faces: Iterable[str]) -> Xml.Element:
    """The faces for text, those of the other weight last: ``regular`` or ``bold``."""
    fonts = Xml.Element("FontSet", name=name)
    other = "Bold" if name == "regular" else "Regular"
    for face in sorted(faces, key=lambda face: face.endswith(other)):
        Xml.SubElement(fonts, "Font", {"face-name": face})
    return fonts


@cache
def image_files() -> tuple[str, ...]:
    """All that pictograms and patterns are drawn from: with another drawing, stored pictures are of the past."""
    return tuple(path.read_text(encoding="utf-8") for path in sorted(ICONS.glob("*.svg")))


def _fields(drawing: Drawing) -> set[str]:
    symbol = drawing.symbol
    fields = {symbol.field} if isinstance(symbol, Name) else set()
    if isinstance(symbol, Name) and symbol.words is not None and symbol.words.field:
        fields = {symbol.words.field}
    for colour in (getattr(symbol, "colour", None), getattr(symbol, "outline", None), image_of(symbol)):
        if isinstance(colour, Colour) and colour.field:
            fields.add(colour.field)
    return fields | ({drawing.which.field} if drawing.which else set())


def _file(image: Image) -> str:
    """The file of a pictogram or pattern; Mapnik puts the feature's own into the brackets."""
    return str(ICONS / f"{'[image]' if image.classes else image.default}.svg")


def _rules(drawing: Drawing) -> Iterator[Xml.Element]:
    """One rule where nothing depends on the zoom; otherwise one a zoom, around the zoom's own scale."""
    symbol = drawing.symbol
    if isinstance(symbol, Fill | Name | Gathered):
        rule = Xml.Element("Rule")
        if isinstance(symbol, Name):
            rule.append(_name(symbol, drawing.layer))
        else:
            rule.extend(_fill(symbol) if isinstance(symbol, Fill) else _gathered(symbol))
        yield rule
        return
    for zoom in range(drawing.first_zoom, LAST_ZOOM + 1):
        rule = Xml.Element("Rule")
        if zoom < LAST_ZOOM:
            Xml.SubElement(rule, "MinScaleDenominator").text = f"{scale_denominator(zoom + 0.5):.0f}"
        if zoom > drawing.first_zoom:
            Xml.SubElement(rule, "MaxScaleDenominator").text = f"{scale_denominator(zoom - 0.5):.0f}"
        rule.append(_sized(symbol, zoom))
        yield rule


def symbolizers(symbol: Fill | Line | Dot | Icon, zoom: int) -> list[Xml.Element]:
    """What draws a symbol at a zoom."""
    return _fill(symbol) if isinstance(symbol, Fill) else [_sized(symbol, zoom)]


def _fill(fill: Fill) -> list[Xml.Element]:
    if fill.pattern:
        return [Xml.Element("PolygonPatternSymbolizer", file=_file(fill.pattern), alignment="global")]
    members = {"fill": _shade(fill.colour), "fill-opacity": str(fill.opacity)}
    symbolizers = [Xml.Element("PolygonSymbolizer", members)]
    if fill.outline is not None:
        edge = {
            "stroke": _shade(fill.outline),
            "stroke-width": "0.6",
            "stroke-opacity": str(min(1, fill.opacity + 0.2)),
        }
        symbolizers.append(Xml.Element("LineSymbolizer", edge))
    return symbolizers


def _sized(symbol: Line | Dot | Icon, zoom: int) -> Xml.Element:
    if isinstance(symbol, Line):
        return _line(symbol, zoom)
    if isinstance(symbol, Icon):
        size_px = symbol.size_px * value_at(ICON_GROWTH, zoom)
        return _pictogram(_file(symbol.image), size_px, crowds=symbol.crowds)
    growth = value_at(((11, 0.5), (16, 1.0)), zoom)
    look = {"fill": _shade(symbol.colour), "stroke": symbol.outline, "stroke-width": "1.5"}
    # As in MapLibre nothing gives way to a dot: its own pictogram would be the first.
    return _marker(symbol.width_px * growth + 1.5, look | {"ignore-placement": "true"})


def _line(line: Line, zoom: int) -> Xml.Element:
    width = value_at(line.width, zoom)
    cap = "round" if line.rounded else "butt"
    members = {
        "stroke": _shade(line.colour),
        "stroke-width": f"{width:.2f}",
        "stroke-linecap": cap,
        "stroke-linejoin": "round",
    }
    if line.dash:
        members["stroke-dasharray"] = ",".join(f"{part * width:.1f}" for part in line.dash)
    return Xml.Element("LineSymbolizer", members)


def _marker(size_px: float, members: dict[str, str]) -> Xml.Element:
    size = f"{size_px:.1f}"
    return Xml.Element("MarkersSymbolizer", {"width": size, "height": size, "allow-overlap": "true"} | members)


def _pictogram(file: str, size_px: float, *, crowds: bool = True, higher_px: float = 0.0) -> Xml.Element:
    """An image as large as in the sprite: with a width, Mapnik would stretch its ink alone to a square."""
    transform = f"translate(0, {-higher_px:g}) scale({size_px / ICON_PX:.4f})"
    members = {"file": file, "transform": transform, "allow-overlap": str(crowds).lower()}
    return Xml.Element("MarkersSymbolizer", members)


def _name(name: Name, layer: LayerSpec) -> Xml.Element:
    members = {
        "fontset-name": "bold" if name.bold else "regular",
        "size": str(name.size_px),
        "fill": name.colour,
        "avoid-edges": "true",
        "halo-radius": "1.4",
        "halo-fill": name.halo,
    }
    if name.place == "along":
        members |= {"placement": "line", "spacing": "320", "max-char-angle-delta": "30"}
    else:
        members["wrap-width"] = "110"
    if name.place == "below":
        members |= {"dy": str(drop_px(layer)), "vertical-alignment": "bottom"}
    element = Xml.Element("TextSymbolizer", members)
    element.text = "[label]"
    return element


def _gathered(gathered: Gathered) -> list[Xml.Element]:
    """The circle with the pictogram and the number of features in it; the query gives its width."""
    ring = {"stroke": _shade(gathered.colour), "stroke-width": str(GATHERED_RING_PX), "fill": GATHERED_GROUND}
    width = {"width": "[width]", "height": "[width]", "allow-overlap": "true"}
    symbolizers = [Xml.Element("MarkersSymbolizer", ring | width)]
    text = {"fontset-name": "regular", "size": str(GATHERED_TEXT_PX), "fill": GATHERED_TEXT_COLOUR}
    if gathered.image:
        half = GATHERED_ICON_PX / 2
        file = str(ICONS / f"{gathered.image}.svg")
        symbolizers.append(_pictogram(file, GATHERED_ICON_PX, higher_px=half))
        text["dy"] = f"{half:g}"
    number = Xml.Element("TextSymbolizer", text | {"allow-overlap": "true", "vertical-alignment": "middle"})
    number.text = "[label]"
    return [*symbolizers, number]


def _shade(colour: Colour) -> str:
    return "[colour]" if colour.classes else colour.default
