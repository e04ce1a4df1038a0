"""Metres around a point, anywhere on the ellipsoid.

A walking network may lie outside the plane-rectangular zone of the city that the server was set up for (a
neighbour's network, another country's for a trial), where the zone's metres are wrong. Within the few
hundred metres that snapping looks at, a local plane is exact to a few millimetres everywhere.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from pyproj import Geod

from gis_server.navigation.graph import FloatArray

ELLIPSOID: Final = Geod(ellps="GRS80")


def metres_per_degree(latitude: float) -> tuple[float, float]:
    """Length in metres of one degree of longitude and of latitude at `latitude` (series for WGS 84).

    >>> [round(metres) for metres in metres_per_degree(35.68)]
    [90527, 110953]
    """
    phi = np.radians(latitude)
    per_longitude = 111412.84 * np.cos(phi) - 93.5 * np.cos(3 * phi) + 0.118 * np.cos(5 * phi)
    per_latitude = 111132.954 - 559.822 * np.cos(2 * phi) + 1.175 * np.cos(4 * phi)
    return float(per_longitude), float(per_latitude)


def to_metres(degrees: FloatArray, latitude: float) -> FloatArray:
    """Rows of longitude and latitude as metres in the local plane at `latitude`."""
    return np.multiply(degrees, metres_per_degree(latitude))


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Shortest distance over the ellipsoid between two points (longitude, latitude), metres.

    >>> round(distance_m((139.56, 35.68), (139.57, 35.68)))
    905
    """
    return float(ELLIPSOID.inv(a[0], a[1], b[0], b[1])[2])


def distances_m(point: tuple[float, float], others: FloatArray) -> FloatArray:
    """Distance over the ellipsoid from `point` to each row of `others`, metres."""
    lon, lat = (np.full(len(others), value) for value in point)
    return np.asarray(ELLIPSOID.inv(lon, lat, others[:, 0], others[:, 1])[2], dtype=np.float64)


def bearing_degrees(a: FloatArray, b: FloatArray) -> float:
    """Compass bearing from `a` to `b`, 0 = north, 90 = east."""
    east, north = to_metres(b - a, float(a[1]))
    return float(np.degrees(np.arctan2(east, north)) % 360)
