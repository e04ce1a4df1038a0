"""The legend as JSON: for each layer what its symbols stand for, with all that is needed to draw them. Pure.

Sizes are CSS pixels. A symbol is one of ``fill``, ``line``, ``circle``, ``icon`` and ``text``; several lie on one
another, from the bottom up. Images are addresses of SVG files.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.templatetags.static import static

from layers import registry
from layers.spec import Audience, LayerSpec
from tile_cache.looks import style as styles
from tile_cache.looks import themes
from tile_cache.looks.base_map import BASE_GROUP
from tile_cache.looks.drawing import has_bounds
from tile_cache.looks.legend import rows
from tile_cache.looks.symbols import Dot, Fill, Icon, Line, Name, Symbol, value_at

SAMPLE_ZOOM: Final = 16
"""The zoom whose widths a legend shows."""

Json = dict[str, Any]


def of_style(style: str, audience: Audience, language: str = "ja", colours: str = themes.OFFICIAL) -> Json:
    """The legend of one of `style.STYLES`; layers without a row are left out."""
    found = styles.split(style)
    if found is None:
        raise KeyError(style)
    name, theme = found
    layers = [layer for layer in registry.visible_to(audience) if layer.group == BASE_GROUP or name != BASE_GROUP]
    entries = (
        _entry(layer, audience, language, colours, theme) | {"shown": styles.is_shown(layer, name)} for layer in layers
    )
    return {
        "id": style,
        "title": styles.title(style, language),
        "layers": [entry for entry in entries if entry["rows"]],
    }


def of_layer(layer: LayerSpec, audience: Audience, language: str = "ja", colours: str = themes.OFFICIAL) -> Json:
    """The legend of one layer, in the light."""
    return {
        "id": layer.name,
        "title": layer.title.in_language(language),
        "layers": [_entry(layer, audience, language, colours, themes.LIGHT)],
    }


def _entry(layer: LayerSpec, audience: Audience, language: str, colours: str, theme: themes.Theme) -> Json:
    found = rows(themes.with_colours(layer, colours), audience, theme)
    return {
        "id": layer.name,
        "title": layer.title.in_language(language),
        "ground": layer.group == BASE_GROUP,
        "field": found[0].field if found else None,
        "bounds": has_bounds(layer),
        "colours": list(themes.COLOURS if layer.style.safe_colours else themes.COLOURS[:1]),
        "rows": [
            {
                "text": row.text.in_language(language),
                "values": row.values,
                "minzoom": row.first_zoom,
                "symbols": [_symbol(symbol) for symbol in row.symbols],
            }
            for row in found
        ],
    }


def _symbol(symbol: Symbol) -> Json:
    build: dict[type, Callable[[Any], Json]] = {Fill: _fill, Line: _line, Dot: _dot, Icon: _icon, Name: _name}
    return build[type(symbol)](symbol)


def _fill(fill: Fill) -> Json:
    if fill.pattern is not None:
        return {"type": "fill", "pattern": fill.pattern.default, "image": address_of(fill.pattern.default)}
    outline = {} if fill.outline is None else {"outline": fill.outline.default}
    return {"type": "fill", "color": fill.colour.default, "opacity": fill.opacity, **outline}


def _line(line: Line) -> Json:
    width = value_at(line.width, SAMPLE_ZOOM)
    return {"type": "line", "color": line.colour.default, "width": width, "dash": [part * width for part in line.dash]}


def _dot(dot: Dot) -> Json:
    return {"type": "circle", "color": dot.colour.default, "outline": dot.outline, "size": dot.width_px}


def _icon(icon: Icon) -> Json:
    name = icon.image.default
    return {"type": "icon", "name": name, "image": address_of(name), "size": icon.size_px}


def _name(name: Name) -> Json:
    return {"type": "text", "color": name.colour, "halo": name.halo, "size": name.size_px}


def address_of(image: str) -> str:
    """The address of a pictogram or pattern on this server."""
    return static(f"tile_cache/icons/{image}.svg")
