"""Tile arithmetic: how the ground is divided into tiles, and which ground a tile covers. Pure.

A grid is a pyramid of squares that are halved at each zoom; rows count from the north (XYZ). There are two: the world's
WebMercatorQuad, and the city's own in its plane rectangular zone, where a metre is a metre.

Source: OGC 17-083r4 (Two Dimensional Tile Matrix Set), Annex D.1; 平成十四年国土交通省告示第九号 for the zones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Final

from layers.city import City
from layers.crs import WEB_MERCATOR_SRID, epsg_uri, plane_rectangular_srid
from layers.problems import Problem
from tile_cache.degrees import Bounds, degrees_around, from_degrees

MAX_ZOOM: Final = 22
"""Last zoom of WebMercatorQuad."""
EXTENT: Final = 4096
"""Units along a vector tile's edge."""

HALF_WORLD_M: Final = math.pi * 6378137.0
"""Half the edge of the square world in EPSG:3857, metres."""

PLANE_EDGE_M: Final = 2_621_440.0
"""Edge of the plane grid's whole square: 2^18 times 10 m, so that every edge and every pixel is a round number."""
PLANE_LAST_ZOOM: Final = 18
"""Here a tile is 10 m wide, a pixel (256 a tile) 4 cm."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A tile matrix set: square tiles, one at zoom 0, each zoom's half as wide as those before.

    Args:
        name: its id in addresses.
        srid: the system that its metres belong to, x being east.
        west, north: the corner where its tiles begin, metres.
        whole_edge_m: length of the edge of the one tile at zoom 0.
        last_zoom: the finest zoom that tiles are made for.
        zoom_shift: what is added to its zooms to have those of WebMercatorQuad whose tiles show nearest as much
            ground. Declarations name zooms of WebMercatorQuad.
    """

    name: str
    srid: int
    west: float
    north: float
    whole_edge_m: float
    last_zoom: int
    zoom_shift: int = 0

    @property
    def crs_uri(self) -> str:
        return epsg_uri(self.srid)

    @property
    def is_mercator(self) -> bool:
        return self.srid == WEB_MERCATOR_SRID

    @property
    def ground(self) -> Bounds:
        """West, south, east, north in degrees around all of its tiles and as much again."""
        return Tile(0, 0, 0, self).buffered_lon_lat(EXTENT / 2)

    def edge_m(self, z: int) -> float:
        """Length of a tile's edge at a zoom, metres of the grid's system."""
        return self.whole_edge_m / float(2**z)

    def zoom_of(self, drawn_zoom: int) -> int:
        """The zoom at which that is drawn which WebMercatorQuad draws at `drawn_zoom`; within the grid.

        >>> plane_grid(9, 35.7).zoom_of(16)
        12
        """
        return min(max(drawn_zoom - self.zoom_shift, 0), self.last_zoom)


WEB_MERCATOR_QUAD: Final = Grid(
    "WebMercatorQuad", WEB_MERCATOR_SRID, -HALF_WORLD_M, HALF_WORLD_M, 2 * HALF_WORLD_M, MAX_ZOOM
)


@cache
def plane_grid(zone: int, latitude: float) -> Grid:
    """The grid of a plane rectangular zone: 1,310 km around the zone's origin, so every place that uses it is inside.

    Args:
        latitude: where it is used, degrees; decides which zoom of WebMercatorQuad is like which of its zooms.

    >>> grid = plane_grid(9, 35.7)
    >>> grid.name, grid.srid, grid.edge_m(12), grid.zoom_shift
    ('JapanPlane09', 6677, 640.0, 4)
    """
    mercator_edge_m = 2 * HALF_WORLD_M * math.cos(math.radians(latitude))
    shift = round(math.log2(mercator_edge_m / PLANE_EDGE_M))
    half_m = PLANE_EDGE_M / 2
    srid = plane_rectangular_srid(zone)
    return Grid(f"JapanPlane{zone:02d}", srid, -half_m, half_m, PLANE_EDGE_M, PLANE_LAST_ZOOM, shift)


def grids_of(city: City) -> tuple[Grid, ...]:
    """The grids that a city's vector tiles are made in, the usual one first."""
    return WEB_MERCATOR_QUAD, plane_grid(city.zone, city.centre[1])


def get_grid(name: str, city: City, parameter: str = "grid") -> Grid:
    """A grid by its name.

    Raises:
        Problem: 404, listing the grids that there are.
    """
    known = {grid.name: grid for grid in grids_of(city)}
    if name not in known:
        detail = f"there is no tile matrix set {name!r:.80}; there are: {', '.join(known)}"
        raise Problem(404, "not found", detail, parameter=parameter)
    return known[name]


@dataclass(frozen=True, slots=True)
class Tile:
    """One square of a grid. Build it with `tile_at`, which checks it."""

    z: int
    x: int
    y: int
    grid: Grid = field(default=WEB_MERCATOR_QUAD, repr=False)

    @property
    def drawn_zoom(self) -> int:
        """The zoom of WebMercatorQuad that says what is drawn."""
        return self.z + self.grid.zoom_shift

    @property
    def edge_m(self) -> float:
        """Length of the tile's edge, metres of the grid's system (in EPSG:3857 true at the equator only)."""
        return self.grid.edge_m(self.z)

    @property
    def bounds_m(self) -> Bounds:
        """West, south, east, north in the grid's system.

        >>> Tile(0, 0, 0).bounds_m == (-HALF_WORLD_M, -HALF_WORLD_M, HALF_WORLD_M, HALF_WORLD_M)
        True
        >>> Tile(12, 2031, 2098, plane_grid(9, 35.7)).bounds_m
        (-10880.0, -32640.0, -10240.0, -32000.0)
        """
        west, north = self.grid.west + self.x * self.edge_m, self.grid.north - self.y * self.edge_m
        return west, north - self.edge_m, west + self.edge_m, north

    def buffered_lon_lat(self, buffer_units: float) -> Bounds:
        """West, south, east, north in degrees around the tile and a margin, in units of `EXTENT`.

        >>> tuple(round(c, 4) for c in Tile(12, 3637, 1612).buffered_lon_lat(0))
        (139.6582, 35.6751, 139.7461, 35.7465)
        """
        return _lon_lat_around(self, buffer_units)


@lru_cache(maxsize=4096)
def _lon_lat_around(tile: Tile, buffer_units: float) -> Bounds:
    margin = tile.edge_m * buffer_units / EXTENT
    west, south, east, north = tile.bounds_m
    return degrees_around((west - margin, south - margin, east + margin, north + margin), tile.grid.srid)


def tile_at(z: int, x: int, y: int, grid: Grid = WEB_MERCATOR_QUAD) -> Tile:
    """The tile at zoom `z`, column `x` from the west, row `y` from the north.

    Raises:
        Problem: 400, naming the number that is out of range.
    """
    if not 0 <= z <= grid.last_zoom:
        raise Problem(400, "no such tile", f"z must be 0 to {grid.last_zoom}, not {z}", parameter="z")
    last = 2**z - 1
    for name, value in (("x", x), ("y", y)):
        if not 0 <= value <= last:
            raise Problem(400, "no such tile", f"at zoom {z}, {name} must be 0 to {last}, not {value}", parameter=name)
    return Tile(z, x, y, grid)


def read_tile(z: str, x: str, y: str, grid: Grid = WEB_MERCATOR_QUAD) -> Tile:
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
    return tile_at(**numbers, grid=grid)


def tile_of(lon: float, lat: float, z: int, grid: Grid = WEB_MERCATOR_QUAD) -> Tile:
    """The tile at zoom `z` that holds a place; the nearest one where the place lies outside the grid.

    >>> tile_of(139.56, 35.68, 14)
    Tile(z=14, x=14543, y=6451)
    >>> tile_of(139.56, 35.68, 12, plane_grid(9, 35.7))
    Tile(z=12, x=2009, y=2103)
    """
    last = 2**z - 1
    column, row = place_in(lon, lat, z, grid)
    return Tile(z, min(max(math.floor(column), 0), last), min(max(math.floor(row), 0), last), grid)


def place_in(lon: float, lat: float, z: int, grid: Grid) -> tuple[float, float]:
    """Column and row of a place at a zoom, the fraction saying where in the tile; outside the grid beyond its numbers.

    >>> place_in(180, 0, 1, WEB_MERCATOR_QUAD)
    (2.0, 1.0)
    """
    if grid.is_mercator:
        northing = math.asinh(math.tan(math.radians(lat)))
        return (lon + 180) / 360 * 2**z, (1 - northing / math.pi) / 2 * 2**z
    x, y = from_degrees(lon, lat, grid.srid)
    return (x - grid.west) / grid.edge_m(z), (grid.north - y) / grid.edge_m(z)
