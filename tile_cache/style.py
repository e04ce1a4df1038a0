"""The layers' drawings as MapLibre styles (Style Specification, version 8). Pure.

There is no `glyphs` address: MapLibre then draws all text with the reader's own fonts. Pictograms are added by
`tile_cache/icons.js`, by the names that the style uses. A feature with the state ``selected`` or ``hover`` stands out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from layers import registry, tiling
from layers.spec import Audience, LayerSpec
from tile_cache.base_map import BASE_GROUP, GROUND_COLOUR
from tile_cache.drawing import (
    GATHERED_GROUND,
    GATHERED_ICON_PX,
    GATHERED_PX,
    GATHERED_RING_PX,
    GATHERED_TEXT_COLOUR,
    GATHERED_TEXT_PX,
    ICON_GROWTH,
    ICON_PX,
    LONGEST_NAME,
    Colour,
    Dot,
    Drawing,
    Fill,
    Gathered,
    Icon,
    Line,
    Name,
    Stops,
    Which,
    drawings,
    has_own_points,
    is_base,
    is_symbol,
)

NAMES: Final = ("base", "city", "disaster")
# MapLibre takes the weight from the first name, and each name as a CSS font family.
FONT: Final = ["system-ui", "Hiragino Sans", "Noto Sans JP", "Noto Sans CJK JP", "Yu Gothic UI"]
BOLD_FONT: Final = ["Noto Sans JP Bold", *FONT]
ACCENT: Final = "#0b5fd0"
"""Colour of what is selected."""

Json = dict[str, Any]


def build_style(name: str, audience: Audience, root_url: str, language: str = "ja") -> Json:
    """The style `name` as `audience` may see it.

    Args:
        root_url: absolute address of ``/tiles/``, with the slash.
    """
    layers = [layer for layer in registry.visible_to(audience) if layer.group == BASE_GROUP or name != "base"]
    others = [layer.name for layer in layers if layer.group != BASE_GROUP]
    titles = {
        "base": ("背景地図", "Base map"),
        "city": ("まちの地図", "City map"),
        "disaster": ("防災地図", "Disaster map"),
    }
    return {
        "version": 8,
        "name": titles[name][language == "en"],
        "sources": {source: _source(source, root_url) for source in (BASE_GROUP, *others)},
        "layers": [
            {"id": "ground", "type": "background", "paint": {"background-color": GROUND_COLOUR}},
            *(
                style_layer
                for drawing in in_order(layers)
                for style_layer in _style_layers(drawing, hidden=not is_shown(drawing.layer, name))
            ),
        ],
    }


def build_layer_style(layer: LayerSpec, root_url: str, language: str = "ja") -> Json:
    """The style of one layer alone, on no ground: all of it is shown.

    Args:
        root_url: absolute address of ``/tiles/``, with the slash.
    """
    source = BASE_GROUP if layer.group == BASE_GROUP else layer.name
    return {
        "version": 8,
        "name": layer.title.in_language(language),
        "sources": {source: _source(layer.name, root_url)},
        "layers": [
            style_layer for drawing in in_order([layer]) for style_layer in _style_layers(drawing, hidden=False)
        ],
    }


def in_order(layers: Iterable[LayerSpec]) -> list[Drawing]:
    """All drawings from the bottom up: the ground, areas, lines, the ground's names, symbols and names."""
    return sorted((drawing for layer in layers for drawing in drawings(layer)), key=_height)


def _height(drawing: Drawing) -> int:
    if is_base(drawing):
        return 2 if is_symbol(drawing) else 0
    return {Dot: 3, Icon: 4, Name: 5, Gathered: 6}.get(type(drawing.symbol), 1)


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
        return [{"type": "fill", "paint": {"fill-pattern": fill.pattern}}]
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
        "circle-stroke-color": dot.outline if is_base(drawing) else _by_state(dot.outline, ACCENT),
        "circle-stroke-width": 1.5,
    }
    return [{"type": "circle", "paint": paint}]


def _icon(drawing: Drawing, icon: Icon) -> list[Json]:
    layout: Json = {
        "icon-image": icon.image,
        "icon-size": _by_zoom(ICON_GROWTH),
        "icon-allow-overlap": True,
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
            "circle-radius": ICON_PX / 2 + 4,
            "circle-color": ACCENT,
            "circle-opacity": _by_state(0, 0.25),
            "circle-stroke-color": ACCENT,
            "circle-stroke-width": 3,
            "circle-stroke-opacity": _by_state(0, 1),
        },
    }
    return [ring, {"type": "symbol", "layout": layout}]


def _name(drawing: Drawing, name: Name) -> list[Json]:
    text: Any = ["get", name.field]
    if name.place == "area":
        text = ["slice", ["coalesce", text, ""], 0, LONGEST_NAME]
    layout: Json = {"text-field": text, "text-font": BOLD_FONT if name.bold else FONT, "text-size": name.size_px}
    layout |= _PLACES[name.place]
    if name.bold:
        layout["text-letter-spacing"] = 0.15
    paint = {"text-color": name.colour, "text-halo-color": "rgba(255,255,255,0.92)", "text-halo-width": 1.4}
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
    "below": {"text-anchor": "top", "text-offset": [0, 1.6], "text-optional": True, "text-max-width": 9},
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
    return ["interpolate", ["exponential", 1.4], ["zoom"], *pairs]


def _by_state(usual: Any, outstanding: Any) -> list[Any]:
    """One value for most features, another for the one that is selected or pointed at."""
    state = ["any", *(["boolean", ["feature-state", name], False] for name in ("selected", "hover"))]
    return ["case", state, outstanding, usual]
