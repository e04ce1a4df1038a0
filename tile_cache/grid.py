"""Tile arithmetic of WebMercatorQuad: which ground a tile covers. Pure.

Source: OGC 17-083r4 (Two Dimensional Tile Matrix Set), Annex D.1; rows count from the north (XYZ).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from layers.problems import Problem

MAX_ZOOM: Final = 22
EXTENT: Final = 4096
"""Units along a vector tile's edge."""

HALF_WORLD_M: Final = math.pi * 6378137.0
"""Half the edge of the square world in EPSG:3857, metres."""

Bounds = tuple[float, float, float, float]
"""West, south, east, north; metres of EPSG:3857 or degrees, as the name says."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One square of the pyramid. Build it with `tile_at`, which checks it."""

    z: int
    x: int
    y: int

    @property
    def edge_m(self) -> float:
        """Length of the tile's edge in EPSG:3857, metres (at the equator; less on the ground elsewhere)."""
        return 2 * HALF_WORLD_M / float(2**self.z)

    @property
    def bounds_m(self) -> Bounds:
        """West, south, east, north in EPSG:3857.

        >>> Tile(0, 0, 0).bounds_m == (-HALF_WORLD_M, -HALF_WORLD_M, HALF_WORLD_M, HALF_WORLD_M)
        True
        """
        west, north = self.x * self.edge_m - HALF_WORLD_M, HALF_WORLD_M - self.y * self.edge_m
        return west, north - self.edge_m, west + self.edge_m, north

    def buffered_lon_lat(self, buffer_units: float) -> Bounds:
        """West, south, east, north in degrees of the tile and a margin around it, in units of `EXTENT`.

        >>> tuple(round(c, 4) for c in Tile(12, 3637, 1612).buffered_lon_lat(0))
        (139.6582, 35.6751, 139.7461, 35.7465)
        """
        margin = self.edge_m * buffer_units / EXTENT
        west, south, east, north = self.bounds_m
        return lon_lat_bounds((west - margin, south - margin, east + margin, north + margin))


def tile_at(z: int, x: int, y: int) -> Tile:
    """The tile at zoom `z`, column `x` from the west, row `y` from the north.

    Raises:
        Problem: 400, naming the number that is out of range.
    """
    if not 0 <= z <= MAX_ZOOM:
        raise Problem(400, "no such tile", f"z must be 0 to {MAX_ZOOM}, not {z}", parameter="z")
    last = 2**z - 1
    for name, value in (("x", x), ("y", y)):
        if not 0 <= value <= last:
            raise Problem(400, "no such tile", f"at zoom {z}, {name} must be 0 to {last}, not {value}", parameter=name)
    return Tile(z, x, y)


def read_tile(z: str, x: str, y: str) -> Tile:
    """The tile of an address.

    Raises:
        Problem: 400, naming what is no number or out of range.
    """
    numbers = {}
    for name, text in (("z", z), ("x", x), ("y", y)):
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 10):
            raise Problem(400, "no such tile", f"{name} must be a whole number, not {text[:40]!r}", parameter=name)
        numbers[name] = int(text)
    return tile_at(**numbers)


def lon_lat_bounds(bounds_m: Bounds) -> Bounds:
    """Bounds in EPSG:3857 as degrees, kept within the world."""
    west, south, east, north = bounds_m
    return (
        max(-180.0, math.degrees(west / HALF_WORLD_M * math.pi)),
        _latitude(south),
        min(180.0, math.degrees(east / HALF_WORLD_M * math.pi)),
        _latitude(north),
    )


def _latitude(y_m: float) -> float:
    return math.degrees(2 * math.atan(math.exp(y_m / HALF_WORLD_M * math.pi)) - math.pi / 2)


def tile_of(lon: float, lat: float, z: int) -> Tile:
    """The tile at zoom `z` that holds a place.

    >>> tile_of(139.56, 35.68, 14)
    Tile(z=14, x=14543, y=6451)
    """
    last = 2**z - 1
    x = math.floor((lon + 180) / 360 * 2**z)
    northing = math.asinh(math.tan(math.radians(lat)))
    y = math.floor((1 - northing / math.pi) / 2 * 2**z)
    return Tile(z, min(max(x, 0), last), min(max(y, 0), last))
