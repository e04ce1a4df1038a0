"""The SQL that Mapnik reads for each drawing. Pure.

Mapnik's PostGIS plugin knows no parameters: the SQL holds names and codes of the registry as literals, never a
caller's value. It reads only what is drawn, and of that only what the public may see.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg.sql import Literal

from layers import tiling
from layers.reading import quoted
from layers.spec import LayerSpec
from tile_cache.looks import mapnik_gathering
from tile_cache.looks.base_map import BASE_GROUP
from tile_cache.looks.drawing import Drawing, has_own_points
from tile_cache.looks.symbols import (
    GATHERED_ICON_PX,
    GATHERED_RING_PX,
    LONGEST_NAME,
    Colour,
    Fill,
    Gathered,
    Icon,
    Image,
    Name,
    Symbol,
)


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
    for column, choice in (("colour", getattr(symbol, "colour", None)), ("image", image_of(symbol))):
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


def image_of(symbol: Symbol) -> Image | None:
    """The pictogram or pattern that a symbol has."""
    if isinstance(symbol, Icon):
        return symbol.image
    return symbol.pattern if isinstance(symbol, Fill) else None


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
