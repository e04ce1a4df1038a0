"""The layers' drawings as Mapnik styles, and the SQL that each drawing reads. Pure.

Mapnik's PostGIS plugin knows no parameters: the SQL holds names and codes of the registry as literals, never a
caller's value. It reads only what is drawn, and of that only what the public may see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as Xml

from psycopg.sql import Literal

from layers import tiling
from layers.reading import quoted
from layers.spec import Audience, LayerSpec
from tile_cache import mapnik_gathering
from tile_cache.base_map import BASE_GROUP
from tile_cache.drawing import Drawing, drop_px, has_own_points
from tile_cache.symbols import (
    GATHERED_GROUND,
    GATHERED_ICON_PX,
    GATHERED_RING_PX,
    GATHERED_TEXT_COLOUR,
    GATHERED_TEXT_PX,
    ICON_GROWTH,
    ICON_PX,
    LONGEST_NAME,
    Colour,
    Dot,
    Fill,
    Gathered,
    Icon,
    Image,
    Line,
    Name,
    Symbol,
    value_at,
)

ICONS: Final = Path(__file__).parent / "static" / "tile_cache" / "icons"
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


def build_sql(drawing: Drawing, *, is_apart: bool = True) -> str:
    """The sub-select that Mapnik reads; ``!bbox!`` and ``!pixel_width!`` are filled in by Mapnik, in degrees.

    Args:
        is_apart: False at scales at which the layer's points are gathered.
    """
    layer, symbol = drawing.layer, drawing.symbol
    shape = "t.geometry"
    if isinstance(symbol, Icon) and symbol.along:
        shape = "ST_LineInterpolatePoint((ST_Dump(t.geometry)).geom, 0.5)"
    elif has_own_points(drawing):
        shape = "ST_PointOnSurface(t.geometry)"
    columns = [f"{shape} AS geometry"]
    if isinstance(symbol, Name):
        columns.append(f"{_text_sql(symbol)} AS label")
    for column, choice in (("colour", getattr(symbol, "colour", None)), ("image", _image_of(symbol))):
        if isinstance(choice, Colour) and choice.classes:
            columns.append(f"{_colour_sql(choice)} AS {column}")
    source = f"{quoted(layer.table)} t"
    if isinstance(symbol, Gathered):
        columns += [
            f"t.{tiling.COUNT}::text AS label",
            f"{mapnik_gathering.width_sql(GATHERED_RING_PX + (GATHERED_ICON_PX if symbol.image else 0.0))} AS width",
        ]
        source = mapnik_gathering.several_sql(layer, _rows_condition(layer))
    elif not is_apart:
        source = mapnik_gathering.alone_sql(layer, _rows_condition(layer))
    return f"(SELECT {', '.join(columns)} FROM {source} WHERE {_condition(drawing)} ORDER BY {_order(drawing)}) q"


def _order(drawing: Drawing) -> str:
    """What is drawn last lies on top: of pictograms the one in the south, of circles the one in the north.

    So it is in MapLibre, which goes by the edges of the picture, and by the order of the cells in tiles.
    """
    if isinstance(drawing.symbol, Gathered):
        return mapnik_gathering.ORDER
    is_at_point = isinstance(drawing.symbol, Icon) and drawing.layer.geometry_type == "Point"
    return "ST_Y(t.geometry) DESC, t.id" if is_at_point else "t.id"


def _rows_condition(layer: LayerSpec) -> str:
    """Which rows are everybody's."""
    return "true" if layer.rows is None else _is_one_of(layer.rows.field, layer.rows.values)


def _condition(drawing: Drawing) -> str:
    layer = drawing.layer
    conditions = ["t.geometry && !bbox!"]
    if layer.rows is not None and not isinstance(drawing.symbol, Gathered):
        conditions.append(_rows_condition(layer))
    if drawing.which is not None:
        conditions.append(_is_one_of(drawing.which.field, drawing.which.values))
    if isinstance(drawing.symbol, Name):
        words = drawing.symbol.words
        named = f"t.{quoted(drawing.symbol.field)} <> ''"
        conditions.append(named if words is None else f"t.{quoted(words.field or '')} IS NOT NULL")
    if layer.group == BASE_GROUP and isinstance(drawing.symbol, Fill):
        conditions.append(_is_seen(layer))
    return " AND ".join(conditions)


def _is_seen(layer: LayerSpec) -> str:
    """An area is as large as in tiles it must be, or the map is so close that tiles hold all there is."""
    close = 360 / 512 / 2 ** (layer.tiling.detail_zoom - 0.5)
    least = tiling.smallest_px(layer) ** 2
    return f"(!pixel_width! < {close!r} OR ST_Area(t.geometry) >= {least!r} * !pixel_width! * !pixel_height!)"


def _fields(drawing: Drawing) -> set[str]:
    symbol = drawing.symbol
    fields = {symbol.field} if isinstance(symbol, Name) else set()
    if isinstance(symbol, Name) and symbol.words is not None and symbol.words.field:
        fields = {symbol.words.field}
    for colour in (getattr(symbol, "colour", None), getattr(symbol, "outline", None), _image_of(symbol)):
        if isinstance(colour, Colour) and colour.field:
            fields.add(colour.field)
    return fields | ({drawing.which.field} if drawing.which else set())


def _image_of(symbol: Symbol) -> Image | None:
    if isinstance(symbol, Icon):
        return symbol.image
    return symbol.pattern if isinstance(symbol, Fill) else None


def _file(image: Image) -> str:
    """The file of a pictogram or pattern; Mapnik puts the feature's own into the brackets."""
    return str(ICONS / f"{'[image]' if image.classes else image.default}.svg")


def _is_one_of(field: str, values: Iterable[Any]) -> str:
    return f"t.{quoted(field)} IN ({', '.join(_literal(value) for value in values)})"


def _literal(value: Any) -> str:
    return Literal(value).as_string(None)


def _text_sql(name: Name) -> str:
    if name.words is not None:
        return _colour_sql(name.words)
    return f"left(t.{quoted(name.field)}, {LONGEST_NAME})"


def _colour_sql(colour: Colour) -> str:
    """The colour, image or words of a feature, worked out in SQL."""
    field = f"t.{quoted(colour.field or '')}"
    classes = sorted(colour.classes, reverse=True) if colour.is_lower_bound else colour.classes
    compare = ">=" if colour.is_lower_bound else "="
    cases = " ".join(f"WHEN {field} {compare} {_literal(value)} THEN {_literal(shade)}" for value, shade in classes)
    return f"CASE {cases} ELSE {_literal(colour.default)} END"


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
