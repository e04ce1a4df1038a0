"""The layers' drawings as MapLibre styles (Style Specification, version 8). Pure.

There is no `glyphs` address: MapLibre then draws all text with the reader's own fonts. Pictograms and patterns are in
the theme's sprite (`sprites`). A feature with the state ``selected`` or ``hover`` stands out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from layers import registry, tiling
from layers.spec import Audience, LayerSpec, Text
from tile_cache.looks import themes
from tile_cache.looks.base_map import BASE_GROUP
from tile_cache.looks.classes import spoken
from tile_cache.looks.drawing import Drawing, drawings, drop_px, has_own_points, is_base, is_symbol
from tile_cache.looks.symbols import (
    GATHERED_GROUND,
    GATHERED_ICON_PX,
    GATHERED_PX,
    GATHERED_RING_PX,
    GATHERED_TEXT_COLOUR,
    GATHERED_TEXT_PX,
    GROWTH_BASE,
    ICON_GROWTH,
    ICON_PX,
    LONGEST_NAME,
    Colour,
    Dot,
    Fill,
    Gathered,
    Icon,
    Line,
    Name,
    Stops,
    Which,
    scaled,
)

TITLES: Final = {
    "base": Text("背景地図", "Base map"),
    "city": Text("まちの地図", "City map"),
    "disaster": Text("防災地図", "Disaster map"),
}
NAMES: Final = tuple(TITLES)
STYLES: Final = tuple(
    name if theme is themes.LIGHT else f"{name}-{theme.name}" for name in NAMES for theme in themes.THEMES.values()
)
"""All styles by their full names: ``city`` in the light, ``city-dark``, ``city-contrast``."""

# MapLibre takes the weight from the first name, and each name as a CSS font family.
FONT: Final = ["system-ui", "Hiragino Sans", "Noto Sans JP", "Noto Sans CJK JP", "Yu Gothic UI"]
BOLD_FONT: Final = ["Noto Sans JP Bold", *FONT]
CLASS_PADDING_PX: Final = 48
"""Free space around the words of a class: many small areas of one class say it once."""

Json = dict[str, Any]


def split(style: str) -> tuple[str, themes.Theme] | None:
    """What a style shows and in which theme, from its full name; None where there is no such style.

    >>> split("city-dark")[0], split("city")[1].name, split("nothing")
    ('city', 'light', None)
    """
    name, _, theme = style.partition("-")
    theme = theme or ("" if style.endswith("-") else themes.LIGHT.name)
    if name not in NAMES or theme not in themes.THEMES or style == f"{name}-{themes.LIGHT.name}":
        return None
    return name, themes.THEMES[theme]


def title(style: str, language: str) -> str:
    """
    Args:
        style: the full name of a style that there is.
    """
    name, _, theme = style.partition("-")
    plain = TITLES[name].in_language(language)
    return f"{plain} ({themes.THEMES[theme].title.in_language(language)})" if theme else plain


def build_style(
    style: str, audience: Audience, root_url: str, language: str = "ja", colours: str = themes.OFFICIAL
) -> Json:
    """A style as `audience` may see it.

    Args:
        style: one of `STYLES`.
        root_url: absolute address of ``/tiles/``, with the slash.
        colours: one of `themes.COLOURS`.
    """
    found = split(style)
    if found is None:
        raise KeyError(style)
    name, theme = found
    layers = [layer for layer in registry.visible_to(audience) if layer.group == BASE_GROUP or name != "base"]
    others = [layer.name for layer in layers if layer.group != BASE_GROUP]
    drawn = in_order(themes.with_colours(layer, colours) for layer in layers)
    return {
        "version": 8,
        "name": title(style, language),
        "sprite": f"{root_url}sprites/{theme.name}",
        "sources": {source: _source(source, root_url) for source in (BASE_GROUP, *others)},
        "layers": [
            {"id": "ground", "type": "background", "paint": {"background-color": theme.ground}},
            *(
                style_layer
                for drawing in themes.painted(spoken(drawn, language), theme)
                for style_layer in _style_layers(drawing, hidden=not is_shown(drawing.layer, name))
            ),
        ],
    }


def build_layer_style(layer: LayerSpec, root_url: str, language: str = "ja") -> Json:
    """The style of one layer alone, on no ground, in the light: all of it is shown.

    Args:
        root_url: absolute address of ``/tiles/``, with the slash.
    """
    source = BASE_GROUP if layer.group == BASE_GROUP else layer.name
    return {
        "version": 8,
        "name": layer.title.in_language(language),
        "sprite": f"{root_url}sprites/{themes.LIGHT.name}",
        "sources": {source: _source(layer.name, root_url)},
        "layers": [
            style_layer
            for drawing in themes.painted(spoken(in_order([layer]), language), themes.LIGHT)
            for style_layer in _style_layers(drawing, hidden=False)
        ],
    }


def in_order(layers: Iterable[LayerSpec]) -> list[Drawing]:
    """All drawings from the bottom up: the ground, areas, lines, the ground's names, dots, names, pictograms.

    MapLibre places what is on top first: a name gives way to a pictogram, and the ground's names to both.
    """
    return sorted((drawing for layer in layers for drawing in drawings(layer)), key=_height)


def _height(drawing: Drawing) -> int:
    if is_base(drawing):
        return 2 if is_symbol(drawing) else 0
    if isinstance(drawing.symbol, Icon):
        return 6 if drawing.symbol.crowds else 5
    return {Dot: 3, Name: 4, Gathered: 7}.get(type(drawing.symbol), 1)


def is_shown(layer: LayerSpec, style_name: str) -> bool:
    """Whether a layer is switched on where the style begins; the others wait to be switched on.

    The disaster map begins with what disaster staff keep; the city map with everything that has a name of its own
    and does not cover the ground.
    """
    if layer.group == BASE_GROUP or layer.edit == Audience.DISASTER_STAFF or layer.style.pattern == "dash":
        return True
    return style_name == "city" and layer.style.label is not None and layer.style.kind not in {"fill", "label"}


def _source(name: str, root_url: str) -> Json:
    return {"type": "vector", "url": f"{root_url}{name}.json", "promoteId": "id"}


def _style_layers(drawing: Drawing, *, hidden: bool) -> Iterable[Json]:
    build: dict[type, Callable[[Drawing, Any], list[Json]]] = {
        Fill: _fill,
        Line: _line,
        Dot: _dot,
        Icon: _icon,
        Name: _name,
        Gathered: _gathered,
    }
    visibility = {"visibility": "none"} if hidden else {}
    for members in build[type(drawing.symbol)](drawing, drawing.symbol):
        yield _placed(drawing) | members | {"layout": visibility | members.get("layout", {})}


def _placed(drawing: Drawing) -> Json:
    layer = drawing.layer
    members: Json = {
        "id": drawing.id,
        "source": BASE_GROUP if is_base(drawing) else layer.name,
        "source-layer": tiling.labels_name(layer) if has_own_points(drawing) else layer.name,
        "minzoom": drawing.first_zoom,
        "metadata": {"machigis:layer": layer.name},
    }
    if drawing.end_zoom is not None:
        members["maxzoom"] = drawing.end_zoom
    conditions = [] if drawing.which is None else [_filter(drawing.which)]
    if tiling.gathered_below(layer):
        is_gathered = ["has", tiling.COUNT]
        conditions.append(is_gathered if isinstance(drawing.symbol, Gathered) else ["!", is_gathered])
    if conditions:
        members["filter"] = conditions[0] if len(conditions) == 1 else ["all", *conditions]
    return members


def _fill(drawing: Drawing, fill: Fill) -> list[Json]:
    if fill.pattern:
        return [{"type": "fill", "paint": {"fill-pattern": _colour(fill.pattern)}}]
    paint: Json = {"fill-color": _colour(fill.colour)}
    if is_base(drawing):
        paint["fill-opacity"] = fill.opacity
    else:
        paint["fill-opacity"] = _by_state(fill.opacity, min(1.0, fill.opacity + 0.25))
    if fill.outline is not None:
        paint["fill-outline-color"] = _colour(fill.outline)
    return [{"type": "fill", "paint": paint}]


def _line(drawing: Drawing, line: Line) -> list[Json]:
    width: Any = _by_zoom(line.width)
    if not is_base(drawing):
        width = _by_zoom(line.width, lambda value: _by_state(value, round(value + 3, 2)))
    paint: Json = {"line-color": _colour(line.colour), "line-width": width}
    if line.dash:
        paint["line-dasharray"] = list(line.dash)
    cap = "round" if line.rounded else "butt"
    return [{"type": "line", "paint": paint, "layout": {"line-cap": cap, "line-join": "round"}}]


def _dot(drawing: Drawing, dot: Dot) -> list[Json]:
    radius = dot.width_px / 2
    paint: Json = {
        "circle-color": _colour(dot.colour),
        "circle-radius": _by_zoom(((11, radius * 0.5), (16, radius)), lambda value: _by_state(value, value + 3)),
        "circle-stroke-color": dot.outline if is_base(drawing) else _by_state(dot.outline, drawing.accent),
        "circle-stroke-width": 1.5,
    }
    return [{"type": "circle", "paint": paint}]


def _icon(drawing: Drawing, icon: Icon) -> list[Json]:
    layout: Json = {
        "icon-image": _colour(icon.image),
        "icon-size": _by_zoom(scaled(ICON_GROWTH, icon.size_px / ICON_PX)),
        "icon-allow-overlap": icon.crowds,
        "icon-padding": 0,
    }
    if icon.along:
        layout["symbol-placement"] = "line-center"
        layout["icon-rotation-alignment"] = "viewport"
        return [{"type": "symbol", "layout": layout}]
    ring = {
        "id": f"{drawing.id}-ring",
        "type": "circle",
        "paint": {
            "circle-radius": icon.size_px / 2 + 4,
            "circle-color": drawing.accent,
            "circle-opacity": _by_state(0, 0.25),
            "circle-stroke-color": drawing.accent,
            "circle-stroke-width": 3,
            "circle-stroke-opacity": _by_state(0, 1),
        },
    }
    return [ring, {"type": "symbol", "layout": layout}]


def _name(drawing: Drawing, name: Name) -> list[Json]:
    text: Any = ["get", name.field]
    if name.words is not None:
        text = _colour(name.words)
    elif name.place == "area":
        text = ["slice", ["coalesce", text, ""], 0, LONGEST_NAME]
    layout: Json = {"text-field": text, "text-font": BOLD_FONT if name.bold else FONT, "text-size": name.size_px}
    layout |= _PLACES[name.place]
    if name.place == "below":
        layout["text-offset"] = [0, round(drop_px(drawing.layer) / name.size_px, 2)]
    if name.bold:
        layout["text-letter-spacing"] = 0.15
    if name.words is not None:
        layout["text-padding"] = CLASS_PADDING_PX
    paint = {"text-color": name.colour, "text-halo-color": name.halo, "text-halo-width": 1.4}
    return [{"type": "symbol", "layout": layout, "paint": paint}]


def _gathered(drawing: Drawing, gathered: Gathered) -> list[Json]:
    """The circle and, in a layer of its own, the number: a colour alone would say neither how many nor of what."""
    wider = GATHERED_ICON_PX if gathered.image else 0.0
    radii = [part for count, width in GATHERED_PX for part in (count, (width + wider) / 2)]
    circle: Json = {
        "circle-color": GATHERED_GROUND,
        "circle-radius": ["interpolate", ["linear"], ["get", tiling.COUNT], *radii],
        "circle-stroke-color": _colour(gathered.colour),
        "circle-stroke-width": GATHERED_RING_PX,
    }
    number: Json = {
        "text-field": ["to-string", ["get", tiling.COUNT]],
        "text-font": FONT,
        "text-size": GATHERED_TEXT_PX,
        "text-allow-overlap": True,
        "text-ignore-placement": True,
    }
    if gathered.image:
        half = GATHERED_ICON_PX / 2
        number |= {"text-offset": [0, half / GATHERED_TEXT_PX], "icon-image": gathered.image}
        number |= {"icon-size": GATHERED_ICON_PX / ICON_PX, "icon-offset": [0, -half * ICON_PX / GATHERED_ICON_PX]}
        number |= {"icon-allow-overlap": True, "icon-ignore-placement": True}
    return [
        {"type": "circle", "paint": circle},
        {
            "id": f"{drawing.id}-number",
            "type": "symbol",
            "layout": number,
            "paint": {"text-color": GATHERED_TEXT_COLOUR},
        },
    ]


_PLACES: Final[dict[str, Json]] = {
    "along": {"symbol-placement": "line", "symbol-spacing": 320, "text-max-angle": 35},
    "below": {"text-anchor": "top", "text-optional": True, "text-max-width": 9},
    "area": {"text-max-width": 9, "text-padding": 6},
}


def _filter(which: Which) -> list[Any]:
    return ["in", ["get", which.field], ["literal", list(which.values)]]


def _colour(colour: Colour) -> Any:
    """A colour, or the expression that chooses one."""
    if colour.field is None or not colour.classes:
        return colour.default
    if not colour.is_lower_bound:
        return ["match", ["get", colour.field], *(part for pair in colour.classes for part in pair), colour.default]
    (_, lowest), *higher = sorted(colour.classes)
    steps = ["step", ["to-number", ["get", colour.field], 0], lowest, *(part for pair in higher for part in pair)]
    return ["case", ["has", colour.field], steps, colour.default]


def _by_zoom(stops: Stops, value: Callable[[float], Any] = lambda value: value) -> list[Any]:
    pairs = [part for zoom, size in stops for part in (zoom, value(size))]
    return ["interpolate", ["exponential", GROWTH_BASE], ["zoom"], *pairs]


def _by_state(usual: Any, outstanding: Any) -> list[Any]:
    """One value for most features, another for the one that is selected or pointed at."""
    state = ["any", *(["boolean", ["feature-state", name], False] for name in ("selected", "hover"))]
    return ["case", state, outstanding, usual]
