"""The legend as a picture and as JSON: GetLegendGraphic. Symbols and words are drawn by Mapnik, as on the map.

Source: OGC 05-078r4 (SLD profile of WMS), 12.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final
from xml.etree import ElementTree as Xml

from mapproxy.image import ImageResult
from mapproxy.image.opts import ImageOptions
from mapproxy.query import LegendQuery
from PIL import Image, ImageChops

from layers.spec import Text
from tile_cache.looks.base_map import GROUND_COLOUR
from tile_cache.looks.legend import Entry
from tile_cache.looks.mapnik_library import faces, load_mapnik
from tile_cache.looks.mapnik_style import font_set, scale_denominator, symbolizers
from tile_cache.looks.symbols import Colour, Dot, Fill, Icon, Line, Name, Symbol

LANGUAGE: Final[ContextVar[str]] = ContextVar("language of the legend", default="ja")
"""Of the request that is being answered; MapProxy does not hand it on."""

ROW_PX: Final = 30
SWATCH_PX: Final = (44, 24)
MARGIN_PX: Final = 8
WIDEST_PX: Final = 1200
TITLE_PX: Final = 14
TEXT_PX: Final = 13
TEXT_COLOUR: Final = "#222222"
LINE_ZOOM: Final = 16
ICON_ZOOM: Final = 13
"""At which a pictogram is as high as a row."""

NOT_AT_SCALE: Final = Text("この縮尺では表示されません", "Not shown at this scale")
SAMPLE: Final = Text("地名", "Name")


@dataclass(frozen=True, slots=True)
class _Shape:
    """One thing on the picture: a geometry in pixels from the lower left, its symbolizers, and its text."""

    geometry: dict[str, Any]
    symbolizers: Sequence[Xml.Element]
    label: str = ""


class LayerLegend:
    """The legend of one layer of the service, as MapProxy asks for it. What has been drawn is kept."""

    def __init__(self, title: Text, entries: Sequence[Entry]) -> None:
        self._title = title
        self._entries = tuple(entries)
        self._drawn: dict[tuple[str, tuple[Entry, ...]], bytes] = {}

    @property
    def size(self) -> tuple[int, int]:
        width, height = Image.open(BytesIO(self._picture("ja", self._entries))).size
        return width, height

    def get_legend(self, query: LegendQuery) -> ImageResult | str:
        """A picture; where JSON is asked for, its text."""
        language, entries = LANGUAGE.get(), at_scale(self._entries, query.scale)
        if query.format == "json":
            return json.dumps(build_document(self._title, entries, language), ensure_ascii=False)
        options = ImageOptions(transparent=False, format="image/png")
        return ImageResult(BytesIO(self._picture(language, entries)), image_opts=options)

    def _picture(self, language: str, entries: tuple[Entry, ...]) -> bytes:
        key = language, entries
        if key not in self._drawn:
            self._drawn[key] = draw(self._title, entries, language)
        return self._drawn[key]


def at_scale(entries: tuple[Entry, ...], scale: float | None) -> tuple[Entry, ...]:
    """What is drawn at a scale (its denominator)."""
    if scale is None:
        return entries
    return tuple(entry for entry in entries if scale < scale_denominator(entry.row.first_zoom) * 1.01)


def draw(title: Text, entries: Sequence[Entry], language: str) -> bytes:
    """The picture, as PNG: a title where there are several rows, and a row a class."""
    mapnik = load_mapnik()
    has_title = len(entries) != 1
    lines = max(len(entries), 1) + has_title
    height = lines * ROW_PX + 2 * MARGIN_PX
    shapes = list(_shapes(title, entries, language, height, has_title=has_title))
    canvas = mapnik.Map(WIDEST_PX, height)
    canvas.background = mapnik.Color("#ffffff")
    mapnik.load_map_from_string(canvas, _styles(shapes))
    for number, shape in enumerate(shapes):
        layer = mapnik.Layer(str(number))
        layer.datasource = mapnik.Datasource(type="geojson", inline=_geojson(shape))
        layer.styles.append(str(number))
        canvas.layers.append(layer)
    canvas.zoom_to_box(mapnik.Box2d(0, 0, WIDEST_PX, height))
    picture = mapnik.Image(WIDEST_PX, height)
    mapnik.render(canvas, picture)
    return _cut(bytes(picture.to_string("png32")))


def _cut(content: bytes) -> bytes:
    """Without the white on the right."""
    picture = Image.open(BytesIO(content)).convert("RGB")
    ink = ImageChops.difference(picture, Image.new("RGB", picture.size, "#ffffff")).getbbox()
    file = BytesIO()
    picture.crop((0, 0, min((ink or (0, 0, 0, 0))[2] + MARGIN_PX, WIDEST_PX), picture.height)).save(file, "PNG")
    return file.getvalue()


def _shapes(title: Text, entries: Sequence[Entry], language: str, height: int, *, has_title: bool) -> Iterator[_Shape]:
    y = height - MARGIN_PX - ROW_PX / 2
    if has_title:
        yield _words(title.in_language(language), MARGIN_PX, y, TITLE_PX)
        y -= ROW_PX
    if not entries:
        yield _words(NOT_AT_SCALE.in_language(language), MARGIN_PX, y, TEXT_PX)
    for entry in entries:
        ground = Fill(Colour(GROUND_COLOUR), 1.0)
        for symbol in (ground, *entry.row.symbols):
            yield _swatch(symbol, y, language, is_area=_is_area(entry))
        yield _words(entry.row.text.in_language(language), 2 * MARGIN_PX + SWATCH_PX[0], y, TEXT_PX)
        y -= ROW_PX


def _is_area(entry: Entry) -> bool:
    """Whether the lines of a class go around areas."""
    return any(isinstance(symbol, Fill) for symbol in entry.row.symbols)


def _swatch(symbol: Symbol, y: float, language: str, *, is_area: bool) -> _Shape:
    left, right = float(MARGIN_PX), float(MARGIN_PX + SWATCH_PX[0])
    if isinstance(symbol, Name):
        sample = SAMPLE.in_language(language)
        return _words(sample, (left + right) / 2, y, TEXT_PX, colour=symbol.colour, side="middle")
    drawn = symbolizers(symbol, ICON_ZOOM if isinstance(symbol, Icon) else LINE_ZOOM)
    if isinstance(symbol, Fill) or (is_area and isinstance(symbol, Line)):
        low, high = y - SWATCH_PX[1] / 2, y + SWATCH_PX[1] / 2
        ring = [[left, low], [right, low], [right, high], [left, high], [left, low]]
        return _Shape({"type": "Polygon", "coordinates": [ring]}, drawn)
    if isinstance(symbol, Line):
        return _Shape({"type": "LineString", "coordinates": [[left + 5, y], [right - 5, y]]}, drawn)
    return _Shape({"type": "Point", "coordinates": [(left + right) / 2, y]}, drawn)


def _words(text: str, x: float, y: float, size: int, *, colour: str = TEXT_COLOUR, side: str = "right") -> _Shape:
    members = {
        "fontset-name": "regular",
        "size": str(size),
        "fill": colour,
        "horizontal-alignment": side,
        "vertical-alignment": "middle",
        "allow-overlap": "true",
    }
    element = Xml.Element("TextSymbolizer", members)
    element.text = "[label]"
    return _Shape({"type": "Point", "coordinates": [x, y]}, [element], text)


def _styles(shapes: Sequence[_Shape]) -> str:
    root = Xml.Element("Map")
    root.append(font_set("regular", faces()))
    for number, shape in enumerate(shapes):
        rule = Xml.SubElement(Xml.SubElement(root, "Style", name=str(number)), "Rule")
        rule.extend(shape.symbolizers)
    return Xml.tostring(root, encoding="unicode")


def _geojson(shape: _Shape) -> str:
    feature = {"type": "Feature", "geometry": shape.geometry, "properties": {"label": shape.label}}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False)


def build_document(title: Text, entries: Sequence[Entry], language: str) -> dict[str, Any]:
    """The legend as JSON: one rule a class, with its words and what it is drawn with, from the bottom up."""
    rules = [
        {
            "title": entry.row.text.in_language(language),
            "layer": entry.layer,
            "minzoom": entry.row.first_zoom,
            "symbolizers": [_described(symbol) for symbol in entry.row.symbols],
        }
        for entry in entries
    ]
    return {"Legend": [{"title": title.in_language(language), "rules": rules}]}


def _described(symbol: Symbol) -> dict[str, Any]:
    if isinstance(symbol, Fill):
        outline = {"stroke": symbol.outline.default} if symbol.outline else {}
        pattern = {"pattern": symbol.pattern.default} if symbol.pattern else {}
        return {"Polygon": {"fill": symbol.colour.default, "fill-opacity": symbol.opacity} | outline | pattern}
    if isinstance(symbol, Line):
        return {"Line": {"stroke": symbol.colour.default, "stroke-dasharray": list(symbol.dash)}}
    if isinstance(symbol, Dot):
        return {"Point": {"fill": symbol.colour.default, "stroke": symbol.outline, "size": symbol.width_px}}
    if isinstance(symbol, Icon):
        return {"Point": {"graphic": symbol.image.default}}
    return {"Text": {"fill": symbol.colour, "font-size": symbol.size_px}}
