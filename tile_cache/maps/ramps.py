"""The colours of a raster's values, and their legend. Pure.

Heights are quiet tints between the least and the greatest height, shaded as if lit from the north-west. Depths of a
flood have the colours of the hazard zones: 国土交通省「水害ハザードマップ作成の手引き」 by lower bound. Anything else
goes from pale to dark.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from layers.catalog.hazards import HAZARD_ZONES
from layers.raster import KINDS, Raster
from layers.spec import Text
from tile_cache.looks.legend import Entry, LegendRow, step_text
from tile_cache.looks.symbols import Colour, Fill

TINTS: Final = ("#cfe0cd", "#dfe7c8", "#efe8c6", "#e9d8b4", "#dcc3a1", "#cbae93", "#e6ddd6")
PALE_TO_DARK: Final = ("#eef0f6", "#c9d0e3", "#a1abc9", "#7883ab", "#535d87")
STEPS: Final = 6
DEPTH_UNITS_M: Final = {"m": 1.0, "cm": 0.01, "mm": 0.001}
LIGHT: Final = (315.0, 45.0)
"""Where the light comes from: degrees from north, and above the ground."""

EXAGGERATION: Final = 2.0
"""Hills of a city are low: slopes are lit as if they were so much steeper."""


@dataclass(frozen=True, slots=True)
class Ramp:
    """Colours by value.

    Args:
        values: ascending; with `is_classed` the lower bounds of classes, else where a colour is exactly reached.
        colours: as ``#rrggbb``, one a value.
        opacity: 0 to 1.
        is_shaded: whether hills are lit.
    """

    values: tuple[float, ...]
    colours: tuple[str, ...]
    opacity: float = 1.0
    is_classed: bool = False
    is_shaded: bool = False


def ramp_of(raster: Raster) -> Ramp:
    style = HAZARD_ZONES.style
    if raster.kind == "flood_depth" and raster.unit in DEPTH_UNITS_M:
        per_unit = DEPTH_UNITS_M[raster.unit]
        bounds, colours = zip(*sorted(style.colours.items()), strict=True)
        return Ramp(tuple(bound / per_unit for bound in bounds), colours, style.opacity, is_classed=True)
    is_height = raster.kind == "elevation"
    colours = TINTS if is_height else PALE_TO_DARK
    values = _steps(raster.minimum or 0.0, raster.maximum or 0.0)
    return Ramp(values, _spread(colours, len(values)), is_shaded=is_height)


def _steps(least: float, greatest: float) -> tuple[float, ...]:
    """Round values from below the least to above the greatest, about `STEPS` of them.

    >>> _steps(37.2, 68.9)
    (30.0, 40.0, 50.0, 60.0, 70.0)
    """
    span = greatest - least
    if not span > 0:
        return (least,)
    rough = span / STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first, last = math.floor(least / step), math.ceil(greatest / step)
    return tuple(round(number * step, 12) for number in range(first, last + 1))


def _spread(colours: tuple[str, ...], count: int) -> tuple[str, ...]:
    """So many colours, evenly between the first and the last."""
    positions = np.linspace(0, len(colours) - 1, count)
    mixed = np.stack([np.interp(positions, range(len(colours)), channel) for channel in _rgb(colours).T], axis=1)
    return tuple("#" + "".join(f"{round(value):02x}" for value in colour) for colour in mixed)


def _rgb(colours: tuple[str, ...]) -> np.ndarray:
    return np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in colours], float)


def paint(ramp: Ramp, cells: np.ma.MaskedArray, shade: np.ndarray | None = None) -> np.ndarray:
    """The picture of some cells, (row, column, red-green-blue-opacity) in bytes; what holds nothing is transparent.

    Args:
        shade: how light each cell is, 1.0 on level ground; None for no hills.
    """
    values, table = np.asarray(cells.filled(0), float), _rgb(ramp.colours)
    hidden = np.ma.getmaskarray(cells).copy()
    if ramp.is_classed:
        hidden |= values <= 0
        classes = np.searchsorted(ramp.values, values, side="right") - 1
        colours = table[np.clip(classes, 0, len(table) - 1)]
    else:
        colours = np.stack([np.interp(values, ramp.values, channel) for channel in table.T], axis=-1)
    if shade is not None:
        colours = np.clip(colours * shade[..., None], 0, 255)
    picture = np.empty((*values.shape, 4), "uint8")
    picture[..., :3] = np.round(colours)
    picture[..., 3] = np.where(hidden, 0, round(255 * ramp.opacity))
    return picture


def hillshade(cells: np.ma.MaskedArray, across_m: float, down_m: float) -> np.ndarray:
    """How light the inner cells are, 1.0 on level ground: (rows - 2, columns - 2). The margin gives slopes at the edge.

    Source: B. K. P. Horn, Hill shading and the reflectance map, Proc. IEEE 69 (1981): by the angle to the light.
    """
    values = np.asarray(cells.filled(0), float)
    east = (values[1:-1, 2:] - values[1:-1, :-2]) / (2 * across_m) * EXAGGERATION
    north = (values[:-2, 1:-1] - values[2:, 1:-1]) / (2 * down_m) * EXAGGERATION
    mask = np.ma.getmaskarray(cells)
    beside_nothing = mask[1:-1, 2:] | mask[1:-1, :-2] | mask[:-2, 1:-1] | mask[2:, 1:-1]
    azimuth, altitude = (math.radians(angle) for angle in LIGHT)
    towards = np.array([math.sin(azimuth) * math.cos(altitude), math.cos(azimuth) * math.cos(altitude)])
    facing = (math.sin(altitude) - east * towards[0] - north * towards[1]) / np.sqrt(1 + east**2 + north**2)
    light = np.clip(0.65 + 0.35 * facing / math.sin(altitude), 0.55, 1.08)
    return np.where(beside_nothing, 1.0, light)


def legend_of(raster: Raster) -> list[Entry]:
    """One row a class, or a row where a colour is exactly reached."""
    ramp, title = ramp_of(raster), f"raster.{raster.key}"
    rows = []
    for number, (value, colour) in enumerate(zip(ramp.values, ramp.colours, strict=True)):
        text = Text(*([f"{value:g} {raster.unit}".strip()] * 2))
        if ramp.is_classed:
            above = ramp.values[number + 1] if number + 1 < len(ramp.values) else None
            text = step_text(value, above, Text(raster.unit, raster.unit))
        rows.append(Entry(title, LegendRow((Fill(Colour(colour), ramp.opacity),), text, 0)))
    return rows


def kind_text(raster: Raster) -> Text:
    return KINDS[raster.kind] if raster.kind in KINDS else KINDS["other"]
