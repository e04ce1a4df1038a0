"""GeoJSON of points and lines, seven decimals of a degree (1 cm)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from gis_server.navigation.graph import FloatArray

DIGITS: Final = 7


def rounded_point(point: tuple[float, float]) -> list[float]:
    """A position.

    >>> rounded_point((139.123456789, 35.0))
    [139.1234568, 35.0]
    """
    return [round(point[0], DIGITS), round(point[1], DIGITS)]


def line(coordinates: FloatArray) -> dict[str, Any]:
    """A LineString."""
    return {"type": "LineString", "coordinates": np.round(coordinates, DIGITS).tolist()}


def point(place: tuple[float, float]) -> dict[str, Any]:
    """A Point."""
    return {"type": "Point", "coordinates": rounded_point(place)}


def feature(feature_id: str, geometry: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    """A Feature."""
    return {"type": "Feature", "id": feature_id, "geometry": dict(geometry), "properties": dict(properties)}
