"""From degrees to the systems of maps and back, for boxes too: what is stored and logged lies in degrees. Pure.

A box in metres is no box in degrees: its edges are bent. The degrees given for it contain it whole, and little more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Final

from pyproj import Transformer

from layers.crs import JGD2011_SRID, LON_LAT_SRID, WEB_MERCATOR_SRID

Bounds = tuple[float, float, float, float]
"""West, south, east, north; metres or degrees, as the name says."""

HALF_TURN: Final = 180.0
EDGE_POINTS: Final = 33
"""Points along each edge of a box whose degrees are looked at."""

_RADIUS_M: Final = 6378137.0
_WORLD: Final = (-180.0, -90.0, 180.0, 90.0)


def from_degrees(lon: float, lat: float, srid: int) -> tuple[float, float]:
    """A place in another system, x being east.

    >>> tuple(round(metres) for metres in from_degrees(139.56, 35.68, 6677))
    (-24741, -35468)
    """
    x, y = _transformer(LON_LAT_SRID, srid).transform(lon, lat)
    return float(x), float(y)


def degrees_around(box: Bounds, srid: int) -> Bounds:
    """West, south, east, north in degrees of all that lies in a box of another system, kept within the world.

    Args:
        srid: EPSG:3857, a plane rectangular zone, or a geographic system whose numbers are those of the storage.

    >>> degrees_around((139.0, 35.0, 140.0, 36.0), 6668)
    (139.0, 35.0, 140.0, 36.0)
    """
    west, south, east, north = box
    if srid in {LON_LAT_SRID, JGD2011_SRID}:
        return _in_world(box)
    if srid == WEB_MERCATOR_SRID:
        return _in_world(
            (math.degrees(west / _RADIUS_M), _latitude(south), math.degrees(east / _RADIUS_M), _latitude(north))
        )
    found = _around(box, _transformer(srid, LON_LAT_SRID))
    if found is None or found[2] - found[0] > HALF_TURN:
        return _WORLD  # beyond what the projection can say, or across the antimeridian
    return _in_world(_wider(found, _ROUNDING))


def box_around(lon_lat: Bounds, srid: int) -> Bounds | None:
    """The box in another system that holds all of a box of degrees; None where the system does not reach.

    Args:
        lon_lat: not far from where the system is used; a projection has no true answer for the other half of the world.

    >>> tuple(round(metres) for metres in box_around((139.5, 35.6, 139.6, 35.7), 6677))
    (-30203, -44353, -21115, -33232)
    """
    return _around(lon_lat, _transformer(LON_LAT_SRID, srid))


def _around(box: Bounds, transformer: Transformer) -> Bounds | None:
    """Where the corners and points between them lie, and as much more as an edge can be bent between two of them."""
    west, south, east, north = box
    xs = [west + (east - west) * step / (EDGE_POINTS - 1) for step in range(EDGE_POINTS)]
    ys = [south + (north - south) * step / (EDGE_POINTS - 1) for step in range(EDGE_POINTS)]
    edges = ([(x, south) for x in xs], [(x, north) for x in xs], [(west, y) for y in ys], [(east, y) for y in ys])
    found = [transformer.transform(*zip(*edge, strict=True)) for edge in edges]
    (least_x, most_x), (least_y, most_y) = (_span([edge[axis] for edge in found]) for axis in (0, 1))
    bounds = least_x, least_y, most_x, most_y
    return bounds if all(map(math.isfinite, bounds)) else None


def _span(edges: Sequence[Sequence[float]]) -> tuple[float, float]:
    """The least and the greatest value on curves through these points."""
    slack = max(_sag(edge) for edge in edges)
    return min(map(min, edges)) - slack, max(map(max, edges)) + slack


def _wider(bounds: Bounds, by: float) -> Bounds:
    west, south, east, north = bounds
    return west - by, south - by, east + by, north + by


_ROUNDING: Final = 1e-9
"""A tenth of a millimetre: what two programs that compute the same projection differ by at most."""


def _sag(values: Sequence[float]) -> float:
    """How far a smooth curve can lie beyond its neighbouring points: an eighth of its second difference, twice over.

    >>> _sag([0.0, 1.0, 0.0])
    0.5
    """
    bends = (abs(a - 2 * b + c) for a, b, c in zip(values, values[1:], values[2:], strict=False))
    return max(bends, default=0.0) / 4


def _in_world(bounds: Bounds) -> Bounds:
    west, south, east, north = (float(side) for side in bounds)
    return max(west, _WORLD[0]), max(south, _WORLD[1]), min(east, _WORLD[2]), min(north, _WORLD[3])


def _latitude(y_m: float) -> float:
    return math.degrees(2 * math.atan(math.exp(y_m / _RADIUS_M)) - math.pi / 2)


@cache
def _transformer(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)
