"""How the map looks in the light, in the dark and in high contrast: drawings in, drawings in other colours out. Pure.

What the layers declare are the colours of the light theme. The ground has a table, the layers on top keep their hue
and become as dark or light as it takes to stand out (WCAG 2.2, 1.4.3 and 1.4.11). What an area is filled with keeps
its declared colour in each theme, since classes of depth are known by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from layers.problems import Problem
from layers.spec import LayerSpec, Text
from tile_cache.looks.base_map import GROUND_COLOUR
from tile_cache.looks.colours import WHITE, readable
from tile_cache.looks.drawing import Drawing, is_base
from tile_cache.looks.symbols import ACCENT, HALO_COLOUR, Colour, Dot, Fill, Line, Name, Symbol

AREA_COLOURS: Final = ("#dcebd5", "#eaf0d8", "#d3e6dc", "#c3dcec", "#ebe7e0")
"""The base map's areas as they are declared: green, water, buildings."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of a map.

    Args:
        ground: behind everything.
        halo: around names, and in place of the white edges of symbols.
        accent: of the feature that is selected.
        ground_colours: what becomes of a colour that the base map declares; without an entry it stays.
        cover: how much of the opacity of areas is left: in the dark, light areas would outshine all else.
        text_ratio, symbol_ratio: least contrast of names with their halo, and of symbols with what they may lie on.
    """

    name: str
    title: Text
    ground: str
    halo: str
    accent: str
    ground_colours: Mapping[str, str] = field(default_factory=dict)
    cover: float = 1.0
    text_ratio: float = 4.5
    symbol_ratio: float = 3.0

    @property
    def grounds(self) -> tuple[str, ...]:
        """All that a symbol may lie on."""
        return (self.ground, *(self.ground_colours.get(colour, colour) for colour in AREA_COLOURS))


LIGHT: Final = Theme(
    "light",
    Text("明るい", "Light"),
    ground=GROUND_COLOUR,
    halo=HALO_COLOUR,
    accent=ACCENT,
)
DARK: Final = Theme(
    "dark",
    Text("暗い", "Dark"),
    ground="#1b1f24",
    halo="#12151a",
    accent="#8db6ff",
    ground_colours={
        "#dcebd5": "#1f2e27",
        "#eaf0d8": "#25291f",
        "#d3e6dc": "#1e2d2b",
        "#c3dcec": "#19303f",
        "#b4d3e7": "#234356",
        "#ebe7e0": "#252a31",
        "#ddd7cd": "#2f353d",
        "#ffffff": "#363d46",
        "#d6d1c8": "#14171c",
        "#f7e0b8": "#57492f",
        "#fbf0d6": "#484334",
        "#ddd0b8": "#4a453a",
        "#cdb09a": "#5a4b40",
        "#a3a19d": "#59606a",
        "#555555": "#c4cad2",
        "#77716a": "#9aa1aa",
        "#3f4a5a": "#bccadd",
        "#44403a": "#d5d9de",
        "#6b665e": "#a7adb5",
        "#3f7397": "#7fb2d3",
    },
    cover=0.75,
    text_ratio=8.0,
)
CONTRAST: Final = Theme(
    "contrast",
    Text("高コントラスト", "High contrast"),
    ground="#ffffff",
    halo="#ffffff",
    accent="#0037a6",
    ground_colours={
        "#dcebd5": "#e4f2dd",
        "#eaf0d8": "#f3f6e4",
        "#d3e6dc": "#dceee4",
        "#c3dcec": "#b4d8ef",
        "#b4d3e7": "#7db4d8",
        "#ebe7e0": "#eeeeee",
        "#ddd7cd": "#c9c9c9",
        "#d6d1c8": "#8c8c8c",
        "#f7e0b8": "#ffd47f",
        "#fbf0d6": "#ffe9b0",
        "#ddd0b8": "#7d6c4c",
        "#cdb09a": "#7a5a44",
        "#a3a19d": "#4a4a4a",
        "#555555": "#000000",
        "#77716a": "#222222",
        "#3f4a5a": "#000000",
        "#44403a": "#000000",
        "#6b665e": "#000000",
        "#3f7397": "#0b4468",
    },
    text_ratio=7.0,
    symbol_ratio=4.5,
)
CONTRAST_DARK: Final = replace(
    DARK,
    name="contrast-dark",
    title=Text("暗い・高コントラスト", "Dark, high contrast"),
    ground="#000000",
    halo="#000000",
    accent="#ffd43d",
    ground_colours=DARK.ground_colours
    | {
        "#dcebd5": "#0f2416",
        "#eaf0d8": "#1a1d10",
        "#d3e6dc": "#0f221f",
        "#c3dcec": "#0b2f47",
        "#b4d3e7": "#4f9ac7",
        "#ebe7e0": "#1c1f24",
        "#ddd7cd": "#3f454d",
        "#ffffff": "#4a525c",
        "#d6d1c8": "#a4acb6",
        "#a3a19d": "#b9c0c9",
        "#555555": "#ffffff",
        "#77716a": "#e6e9ed",
        "#44403a": "#ffffff",
        "#6b665e": "#f0f2f5",
        "#3f7397": "#a9d6f5",
    },
    text_ratio=10.0,
    symbol_ratio=4.5,
)
THEMES: Final = {theme.name: theme for theme in (LIGHT, DARK, CONTRAST, CONTRAST_DARK)}

OFFICIAL: Final = "official"
SAFE: Final = "cud"
COLOURS: Final = (OFFICIAL, SAFE)
"""Sets of colours for classes: those of the official guide, or for all kinds of eyes (カラーユニバーサルデザイン)."""


def chosen_colours(asked: str) -> str:
    """The set of colours that was asked for; none means the official ones.

    Raises:
        Problem: 400, there is no such set.
    """
    if asked in {"", *COLOURS}:
        return asked or OFFICIAL
    known = ", ".join(COLOURS)
    raise Problem(
        400, "no such colours", f"there are no colours {asked[:40]!r}; there are: {known}", parameter="colours"
    )


def with_colours(layer: LayerSpec, colours: str) -> LayerSpec:
    """The layer in a set of colours, for those that declare another."""
    if colours != SAFE or not layer.style.safe_colours:
        return layer
    return replace(layer, style=replace(layer.style, colours=layer.style.safe_colours))


def painted(drawings: Iterable[Drawing], theme: Theme) -> Iterator[Drawing]:
    """The drawings in the colours of a theme."""
    for drawing in drawings:
        paint = _ground_symbol if is_base(drawing) else _layer_symbol
        yield replace(drawing, symbol=paint(drawing.symbol, theme), accent=theme.accent)


def _ground_symbol(symbol: Symbol, theme: Theme) -> Symbol:
    """A part of the base map: each colour becomes what the theme's table says."""
    table = theme.ground_colours
    if isinstance(symbol, Name):
        return replace(symbol, colour=_text(table.get(symbol.colour, symbol.colour), theme), halo=theme.halo)
    if isinstance(symbol, Fill):
        outline = symbol.outline and _each(symbol.outline, table.get)
        return replace(symbol, colour=_each(symbol.colour, table.get), outline=outline)
    if isinstance(symbol, Dot):
        return replace(
            symbol, colour=_each(symbol.colour, table.get), outline=table.get(symbol.outline, symbol.outline)
        )
    return replace(symbol, colour=_each(symbol.colour, table.get)) if isinstance(symbol, Line) else symbol


def _layer_symbol(symbol: Symbol, theme: Theme) -> Symbol:
    """A part of a layer on top: it keeps its hue and stands out; white edges are the theme's."""

    def standing_out(colour: str) -> str:
        return theme.halo if colour == WHITE else readable(colour, theme.grounds, theme.symbol_ratio)

    if isinstance(symbol, Name):
        return replace(symbol, colour=_text(symbol.colour, theme), halo=theme.halo)
    if isinstance(symbol, Dot):
        return replace(symbol, colour=_each(symbol.colour, standing_out), outline=standing_out(symbol.outline))
    if isinstance(symbol, Line):
        return replace(symbol, colour=_each(symbol.colour, standing_out))
    if isinstance(symbol, Fill) and symbol.pattern is None:
        outline = symbol.outline and _each(symbol.outline, standing_out)
        return replace(symbol, outline=outline, opacity=round(symbol.opacity * theme.cover, 3))
    return symbol


def _text(colour: str, theme: Theme) -> str:
    return readable(colour, (theme.halo,), theme.text_ratio)


def _each(colour: Colour, change: Callable[[str], str | None]) -> Colour:
    """A colour with each of its shades changed; what becomes None stays."""
    classes = tuple((value, change(shade) or shade) for value, shade in colour.classes)
    return replace(colour, default=change(colour.default) or colour.default, classes=classes)
