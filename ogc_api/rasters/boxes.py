"""Which part of a raster is asked for: ``bbox`` and ``subset``, from text to boxes. Pure but for the raster's facts.

Source: OGC API - Coverages - Part 1 (OGC 19-087, draft), requirements class "Subsetting".
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from layers.crs import CRS84, Crs
from layers.problems import Problem
from layers.raster_cells import Bounds
from ogc_api.features import places
from ogc_api.features.parameters import fault
from ogc_api.rasters.stored import Stored
from ogc_api.rasters.systems import axes_of, moved, native_crs, read_crs

PARAMETERS: Final = ("bbox", "bbox-crs", "subset", "subset-crs")

_AXIS: Final = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\(([^()]*)\)\s*")
_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_SYNONYMS: Final = {
    "Lon": {"lon", "long", "longitude"},
    "Lat": {"lat", "latitude"},
    "E": {"e", "easting"},
    "N": {"n", "northing"},
}
"""X and Y are no synonyms here: in the Japanese plane systems X is the northing."""

Interval = tuple[float | None, float | None]
"""Low and high; None is the raster's own end."""


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the earth, x to the east, in a system. In degrees, west may be greater than east.

    Args:
        slices: the axes of which a single value was asked for.
        parameter: what to name where the box is at fault.
        is_empty: an open end of a subset left nothing between the two.
    """

    bounds: Bounds
    crs: Crs
    parameter: str
    slices: tuple[str, ...] = ()
    is_empty: bool = False

    @property
    def crosses(self) -> bool:
        """Whether it lies across the antimeridian."""
        return self.bounds[0] > self.bounds[2]

    def halves(self) -> tuple[Bounds, ...]:
        """What lies before and after the antimeridian, or the whole."""
        west, south, east, north = self.bounds
        if not self.crosses:
            return (self.bounds,)
        return (west, south, self.crs.limits[2], north), (self.crs.limits[0], south, east, north)


def read_box(given: Mapping[str, str], stored: Stored) -> Box | None:
    """The box of ``bbox`` or ``subset``; None where neither is given.

    Raises:
        Problem: 400, naming the parameter and what would be right.
    """
    bbox_crs = read_crs("bbox-crs", given.get("bbox-crs"), stored, CRS84)
    subset_crs = read_crs("subset-crs", given.get("subset-crs"), stored, CRS84)
    if "bbox" in given and "subset" in given:
        raise Problem(
            400, "invalid parameter", "give bbox or subset, not both: they name the same axes", parameter="subset"
        )
    if "subset" in given:
        return _box_of_subset(given["subset"], subset_crs, stored)
    bounds = places.read_bbox(given.get("bbox"), bbox_crs)
    return None if bounds is None else Box(bounds, bbox_crs, "bbox")


def read_axes(parameter: str, text: str, crs: Crs) -> dict[str, str]:
    """What stands in brackets behind each axis, as ``Lon(…),Lat(…)``, by the axis' own name.

    Raises:
        Problem: 400 for an axis that the system does not have, or one that is named twice.

    >>> read_axes("subset", "Lat(35.6:35.7),lon(139.5)", CRS84)
    {'Lat': '35.6:35.7', 'Lon': '139.5'}
    """
    axes = axes_of(crs)
    found: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = _AXIS.match(text, position)
        if match is None or text[match.end() : match.end() + 1] not in {"", ","}:
            raise fault(parameter, text, f"a list such as {axes[0]}(…),{axes[1]}(…)")
        name = next((axis for axis in axes if match[1].lower() in _SYNONYMS[axis]), None)
        if name is None:
            raise fault(parameter, text, f"a list of the axes {axes[0]} and {axes[1]}, which {crs.uri} has")
        if name in found:
            raise fault(parameter, text, f"a list that names {name} once")
        found[name] = match[2].strip()
        position = match.end() + 1
    if not found or text.endswith(","):
        raise fault(parameter, text, f"a list such as {axes[0]}(…),{axes[1]}(…)")
    return found


def read_number(parameter: str, text: str) -> float:
    """Raises:
    Problem: 400 for anything but a finite number.
    """
    value = float(text) if _NUMBER.fullmatch(text.strip()) else math.nan
    if not math.isfinite(value):
        raise fault(parameter, text, "a finite number")
    return value


def _box_of_subset(text: str, crs: Crs, stored: Stored) -> Box:
    axes = axes_of(crs)
    asked = {name: _interval(inside) for name, inside in read_axes("subset", text, crs).items()}
    x, y = asked.get(axes[0], (None, None)), asked.get(axes[1], (None, None))
    _check(text, crs, x, y)
    west, south, east, north = moved(stored.facts.grid.bounds, native_crs(stored).srid, crs.srid)
    bounds = _or(x[0], west), _or(y[0], south), _or(x[1], east), _or(y[1], north)
    is_empty = bounds[1] > bounds[3] or (bounds[0] > bounds[2] and None in x)
    slices = tuple(name for name, ends in asked.items() if ends[0] is not None and ends[0] == ends[1])
    return Box(bounds, crs, "subset", slices, is_empty)


def _or(end: float | None, own: float) -> float:
    return own if end is None else end


def _interval(text: str) -> Interval:
    """``low:high`` or one value; an asterisk is the raster's own end."""
    parts = text.split(":")
    if len(parts) > 2 or '"' in text:
        raise fault("subset", text, "a number, or two with a colon between")
    ends = [None if part.strip() == "*" else read_number("subset", part) for part in parts]
    if len(ends) == 1 and ends[0] is None:
        raise fault("subset", text, "a number, or two with a colon between")
    return ends[0], ends[-1]


def _check(text: str, crs: Crs, x: Interval, y: Interval) -> None:
    least_x, least_y, greatest_x, greatest_y = crs.limits
    if crs.in_degrees and not all(least_x <= end <= greatest_x for end in x if end is not None):
        raise fault("subset", text, "a subset with longitudes between -180 and 180")
    if crs.in_degrees and not all(least_y <= end <= greatest_y for end in y if end is not None):
        raise fault("subset", text, "a subset with latitudes between -90 and 90")
    if _is_reversed(y) or (_is_reversed(x) and not crs.in_degrees):
        raise fault("subset", text, "a subset whose low value comes before its high one")


def _is_reversed(ends: Interval) -> bool:
    return ends[0] is not None and ends[1] is not None and ends[0] > ends[1]
