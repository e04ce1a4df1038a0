"""What a layer is drawn with: colours and symbols as values, of which both renderers write their styles. Pure.

Zooms are those of MapLibre (512-pixel tiles); sizes are CSS pixels.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any, Final

Stops = tuple[tuple[float, float], ...]
"""(zoom, value) pairs between which a size grows."""

GROWTH_BASE: Final = 1.4
"""How much faster a size grows from zoom to zoom, between two stops."""

ROAD_GROWTH: Final[Stops] = ((8, 0.16), (10, 0.22), (12, 0.32), (14, 0.55), (16, 1.0), (18, 2.4), (20, 6.5))
"""Ways of the base map grow with the ground they cover."""

LINE_GROWTH: Final[Stops] = ((10, 0.6), (14, 0.85), (16, 1.0), (19, 1.5))
ICON_PX: Final = 36.0
SMALL_ICON_PX: Final = 26.0
"""Of pictograms that stand on dots: below those of the layers that are about pictograms."""

CLOSE_ZOOM: Final = 15
"""Where dots get their pictograms, and areas what they are named."""

PATTERN_ZOOM: Final = 12
"""Where patterns by class begin: further away they are only noise."""

ICON_GROWTH: Final[Stops] = ((10, 0.35), (12, 0.5), (13, 0.65), (14, 0.82), (15, 1.0))
GATHERED_PX: Final[Stops] = ((2, 24), (100, 34), (1000, 42), (10000, 50))
"""Width of the circle for so many features: the number fits into it. With a pictogram it is `GATHERED_ICON_PX` more."""

GATHERED_ICON_PX: Final = 14.0
GATHERED_RING_PX: Final = 3.0
GATHERED_TEXT_PX: Final = 12.0
GATHERED_TEXT_COLOUR: Final = "#1a1a1a"
GATHERED_GROUND: Final = "#ffffff"
CASING_PX: Final[Stops] = ((9, 0.5), (13, 1.2), (16, 1.8), (19, 2.6))
NAME_PX: Final = 12.0
HALO_COLOUR: Final = "#ffffff"
ACCENT: Final = "#0b5fd0"
"""Colour of what is selected."""

AREA_NAME_COLOUR: Final = "#4a4038"
LONGEST_NAME: Final = 24
"""Characters of a name on an area; descriptions are longer, and belong beside the map."""


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour, or one by the value of a field. With `is_lower_bound` the keys are the classes' lower bounds."""

    default: str
    field: str | None = None
    classes: tuple[tuple[Any, str], ...] = ()
    is_lower_bound: bool = False


@dataclass(frozen=True, slots=True)
class Image(Colour):
    """A pictogram or pattern, or one by the value of a field."""


@dataclass(frozen=True, slots=True)
class Which:
    """The features whose field has one of the values."""

    field: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Fill:
    colour: Colour
    opacity: float
    outline: Colour | None = None
    pattern: Image | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """`width` is in pixels by zoom; `dash` in widths of the line."""

    colour: Colour
    width: Stops
    dash: tuple[float, ...] = ()
    rounded: bool = True


@dataclass(frozen=True, slots=True)
class Dot:
    colour: Colour
    outline: str
    width_px: float


@dataclass(frozen=True, slots=True)
class Icon:
    """`along` a line: at its middle. Without `crowds`, one that would cover another is left out."""

    image: Image
    along: bool = False
    size_px: float = ICON_PX
    crowds: bool = True


@dataclass(frozen=True, slots=True)
class Name:
    """Text of a field, or `words` by the value of one; `along` a line, `below` a symbol, or on the place itself.

    The words are in the reader's language: `classes` gives them.
    """

    field: str
    colour: str
    size_px: float
    place: str
    bold: bool = False
    halo: str = HALO_COLOUR
    words: Colour | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """A circle for several features, larger for more of them, with their pictogram, if they have one, and number in it.

    `colour` is that of its ring; the number stands on white.
    """

    colour: Colour
    image: str | None = None


Symbol = Fill | Line | Dot | Icon | Name | Gathered


def scaled(stops: Stops, factor: float, least: float = 0.0) -> Stops:
    """
    >>> scaled(((10, 0.5), (16, 1.0)), 4)
    ((10, 2.0), (16, 4.0))
    """
    return tuple((zoom, round(max(least, value * factor), 2)) for zoom, value in stops)


def value_at(stops: Stops, zoom: float) -> float:
    """The size at a zoom; between two stops it grows as MapLibre's ``interpolate`` does with `GROWTH_BASE`.

    >>> round(value_at(((10, 1.0), (12, 3.0)), 11), 2)
    1.83
    """
    if zoom <= stops[0][0]:
        return stops[0][1]
    for (z0, v0), (z1, v1) in itertools.pairwise(stops):
        if zoom <= z1:
            return v0 + (v1 - v0) * (GROWTH_BASE ** (zoom - z0) - 1) / (GROWTH_BASE ** (z1 - z0) - 1)
    return stops[-1][1]
