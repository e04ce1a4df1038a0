"""The lie of the land: outline, main roads, railway, river and heights, in the city's plane coordinates (metres)."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from layers.city import City
from layers.crs import LON_LAT_SRID

MAIN_HALF_WIDTH_M = 9.0
"""From the centre line of a main road to its pavements."""
RIVER_HALF_WIDTH_M = 13.0
RAILWAY_HALF_WIDTH_M = 11.0

_MAIN_ROADS = (
    ("ひだまり大通り", "main", ((-0.1, 0.70), (0.12, 0.74), (0.34, 0.67), (0.55, 0.69), (0.78, 0.62), (1.1, 0.57))),
    ("こもれび通り", "main", ((0.63, 1.1), (0.60, 0.86), (0.64, 0.60), (0.70, 0.36), (0.77, 0.12), (0.82, -0.1))),
    ("つばめ通り", "secondary", ((0.24, 1.1), (0.27, 0.80), (0.22, 0.55), (0.17, 0.30), (0.12, -0.1))),
    ("せせらぎ通り", "secondary", ((-0.1, 0.36), (0.14, 0.42), (0.36, 0.45), (0.62, 0.44), (0.80, 0.38), (1.1, 0.34))),
    ("ほしぞら通り", "secondary", ((0.86, 1.1), (0.84, 0.78), (0.90, 0.52), (0.86, 0.28), (0.90, -0.1))),
    ("かざぐるま通り", "secondary", ((0.42, 1.1), (0.44, 0.84), (0.40, 0.66), (0.46, 0.44), (0.43, 0.20))),
)
_RAILWAY = ((-0.1, 0.50), (0.10, 0.57), (0.30, 0.55), (0.52, 0.55), (0.74, 0.72), (0.92, 0.82), (1.1, 0.86))
_STATIONS = (("ひだまり", 0.24), ("こもれび中央", 0.50), ("ほしぞら台", 0.73))
_RIVER = ((0.30, 1.1), (0.34, 0.90), (0.50, 0.79), (0.52, 0.62), (0.58, 0.50), (0.72, 0.50), (0.79, 0.30), (0.84, 0.18))


@dataclass(frozen=True)
class Plan:
    """What the rest of the made-up city is built around. Lines are in plane coordinates, metres."""

    outline: Polygon
    mains: tuple[tuple[str, str, LineString], ...]
    railway: LineString
    stations: tuple[tuple[str, Point], ...]
    river: LineString
    srid: int

    @cached_property
    def main_lines(self) -> BaseGeometry:
        lines = shapely.MultiLineString([line for _, _, line in self.mains])
        shapely.prepare(lines)
        return lines

    @cached_property
    def _rough_river(self) -> LineString:
        return self.river.simplify(12.0)

    @cached_property
    def _to_degrees(self) -> Transformer:
        return Transformer.from_crs(self.srid, LON_LAT_SRID, always_xy=True)

    def lon_lat(self, geometry: BaseGeometry) -> BaseGeometry:
        """Into EPSG:4326, rounded to about a centimetre, so that the same seed gives the same bytes."""
        return shapely.transform(geometry, self._degrees)

    def _degrees(self, points: np.ndarray) -> np.ndarray:
        lon, lat = self._to_degrees.transform(points[:, 0], points[:, 1])
        return np.round(np.column_stack([lon, lat]), 7)

    def height_m(self, points: np.ndarray) -> np.ndarray:
        """Made-up elevation: a plateau that falls to the river, with a scarp (崖線) on the river's north-east side."""
        geometries = shapely.points(points)
        distance = shapely.distance(self._rough_river, geometries)
        side = self._side_of_river(geometries, points)
        valley = -6.0 * np.exp(-((distance / 260.0) ** 2))
        scarp = 7.0 / (1.0 + np.exp(-(distance - 240.0) / 14.0)) * side
        west, _, east, _ = self.outline.bounds
        plateau = 48.0 - 8.0 * (points[:, 0] - west) / (east - west) + 1.5 * np.sin(points[:, 1] / 700.0)
        return np.asarray(plateau + valley + scarp)

    def _side_of_river(self, geometries: np.ndarray, points: np.ndarray) -> np.ndarray:
        """1 on the river's left bank side, 0 on the other."""
        along = shapely.line_locate_point(self._rough_river, geometries)
        foot = shapely.get_coordinates(shapely.line_interpolate_point(self._rough_river, along))
        ahead = shapely.get_coordinates(shapely.line_interpolate_point(self._rough_river, along + 5.0))
        direction, offset = ahead - foot, points - foot
        return np.asarray(direction[:, 0] * offset[:, 1] > direction[:, 1] * offset[:, 0], dtype=float)


def build_plan(city: City, rng: random.Random) -> Plan:
    """The made-up city's main lines, inside the rough outline of the real one."""
    to_plane = Transformer.from_crs(LON_LAT_SRID, city.plane_srid, always_xy=True)
    outline = Polygon([to_plane.transform(lon, lat) for lon, lat in city.outline]).buffer(0)
    box = outline.bounds
    mains = tuple((name, kind, _line(shape, box, rng)) for name, kind, shape in _MAIN_ROADS)
    railway, river = _line(_RAILWAY, box, rng), _line(_RIVER, box, rng, sway_m=55.0)
    inside = outline.intersection(railway)
    stations = tuple((name, _at(inside, share)) for name, share in _STATIONS)
    return Plan(outline, mains, railway, stations, river, city.plane_srid)


def _at(line: BaseGeometry, share: float) -> Point:
    longest = max(getattr(line, "geoms", [line]), key=lambda part: part.length)
    return longest.interpolate(share, normalized=True)


def _line(
    shape: tuple[tuple[float, float], ...], box: tuple[float, ...], rng: random.Random, sway_m: float = 14.0
) -> LineString:
    """A smooth line through places given as shares of the box, swaying a little."""
    west, south, east, north = box
    jittered = [(u + rng.uniform(-0.012, 0.012), v + rng.uniform(-0.012, 0.012)) for u, v in shape]
    points = [(west + u * (east - west), south + v * (north - south)) for u, v in jittered]
    smooth = _smooth(points)
    phase, length = rng.uniform(0, 2 * math.pi), 340.0
    swayed = []
    for index, (x, y) in enumerate(smooth):
        before, after = smooth[max(0, index - 1)], smooth[min(len(smooth) - 1, index + 1)]
        angle = math.atan2(after[1] - before[1], after[0] - before[0]) + math.pi / 2
        sway = sway_m * math.sin(phase + index * 25.0 * 2 * math.pi / length / 2.2)
        swayed.append((x + sway * math.cos(angle), y + sway * math.sin(angle)))
    return LineString(swayed)


def _smooth(points: list[tuple[float, float]], step_m: float = 25.0) -> list[tuple[float, float]]:
    """Catmull-Rom through the points, a point every `step_m`."""
    padded = [points[0], *points, points[-1]]
    out: list[tuple[float, float]] = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        count = max(1, round(math.dist(b, c) / step_m))
        out += [_catmull_rom(a, b, c, d, index / count) for index in range(count)]
    return [*out, points[-1]]


def _catmull_rom(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float], t: float
) -> tuple[float, float]:
    x, y = (
        0.5
        * (
            2 * b[i]
            + (c[i] - a[i]) * t
            + (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i]) * t**2
            + (3 * b[i] - a[i] - 3 * c[i] + d[i]) * t**3
        )
        for i in (0, 1)
    )
    return x, y
