"""Coordinates as callers give them, brought to longitude and latitude once, by pyproj, without rounding. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyproj

from layers.crs import CRS84, LON_LAT_SRID, Crs
from layers.geometry import positions
from layers.problems import Problem
from ogc_api.cql2 import shapes


def to_lon_lat(crs: Crs) -> shapes.ToLonLat:
    """Takes coordinates in the order of the system's authority to longitude and latitude."""
    if crs.is_stored:
        return _turned if crs.north_first else shapes.as_given
    transformer = pyproj.Transformer.from_crs(crs.srid, LON_LAT_SRID, always_xy=True)

    def transformed(coordinates: Any) -> Any:
        east_first = _turned(coordinates) if crs.north_first else coordinates
        return np.column_stack(transformer.transform(east_first[:, 0], east_first[:, 1]))

    return transformed


def _turned(coordinates: Any) -> Any:
    return coordinates[:, ::-1]


def located(geometry: Any, crs: Crs) -> Any:
    """A GeoJSON geometry of `crs` in longitude and latitude. What is no geometry is left to `layers.geometry` to name.

    Raises:
        Problem: 400, naming the position that is none in this system.
    """
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if crs == CRS84 or not isinstance(coordinates, list):
        return geometry
    given = [_checked(position, number, crs) for number, position in enumerate(positions(coordinates), start=1)]
    lon_lat = to_lon_lat(crs)(np.array(given, dtype=float)).tolist()
    return {**geometry, "coordinates": _rebuilt(coordinates, iter(lon_lat))}


def _checked(position: list[Any], number: int, crs: Crs) -> list[float]:
    numbers = [n for n in position if isinstance(n, int | float) and not isinstance(n, bool)]
    if not 2 <= len(position) <= 3 or len(numbers) < len(position):
        raise _fault(position, number, crs)
    try:
        first, second = (float(n) for n in numbers[:2])
    except OverflowError as error:
        raise _fault(position, number, crs) from error
    x, y = (second, first) if crs.north_first else (first, second)
    least_x, least_y, greatest_x, greatest_y = crs.limits
    is_within = math.isfinite(x + y) and least_x <= x <= greatest_x and least_y <= y <= greatest_y
    if not is_within:
        raise _fault(position, number, crs)
    return [first, second]


def _rebuilt(item: list[Any], found: Iterator[list[float]]) -> list[Any]:
    """The same lists with the positions that were found; a body is nested 16 levels at most."""
    if item and isinstance(item[0], list):
        return [_rebuilt(inner, found) for inner in item]
    return next(found)


def _fault(position: list[Any], number: int, crs: Crs) -> Problem:
    axes = ("longitude", "latitude") if crs.in_degrees else ("easting", "northing")
    first, second = reversed(axes) if crs.north_first else axes
    least_x, least_y, greatest_x, greatest_y = crs.limits
    ranges = {axes[0]: (least_x, greatest_x), axes[1]: (least_y, greatest_y)}
    right = " and ".join(f"{name} from {ranges[name][0]:g} to {ranges[name][1]:g}" for name in (first, second))
    detail = f"position {number} {position!r:.60} is not {right}, in this order, as {crs.uri} has it"
    return Problem(400, "invalid geometry", detail, parameter="geometry")
