"""``coords``: the geometry of a query as Well-Known Text, checked. Pure but for the raster's facts.

Source: OGC API - Environmental Data Retrieval 1.1 (OGC 19-086r6), 8.2.1 to 8.2.5. Coordinates stand in the order
that the authority of ``crs`` says: longitude, latitude for CRS84, latitude, longitude for EPSG:4326.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.crs import LON_LAT_SRID, Crs
from layers.problems import Problem
from ogc_api.features.parameters import fault
from ogc_api.rasters.systems import points_moved

MAX_POINTS: Final = 1_000
"""Of one MULTIPOINT."""
_WITH_MORE: Final = re.compile(r"^\s*[A-Za-z]+\s*(Z|M|ZM)\s*\(", re.IGNORECASE)


def read_geometry(text: str | None, kinds: tuple[str, ...], crs: Crs) -> BaseGeometry:
    """The geometry with x to the east, in the system.

    Raises:
        Problem: 400, saying what would be right.
    """
    right = f"a {' or '.join(kind.upper() for kind in kinds)} in Well-Known Text"
    if text is None:
        raise Problem(400, "missing parameter", f"coords is needed: {right}", parameter="coords")
    if _WITH_MORE.match(text):
        raise fault("coords", text, f"{right} without heights or measures, which rasters do not have")
    try:
        geometry = shapely.from_wkt(text)
    except (shapely.errors.GEOSException, UnicodeEncodeError, ValueError) as error:
        raise fault("coords", text, right) from error
    if geometry is None or geometry.is_empty or geometry.geom_type not in kinds or geometry.has_z:
        raise fault("coords", text, right)
    if crs.north_first:
        geometry = shapely.transform(geometry, lambda points: points[:, ::-1])
    _check_places(text, geometry, crs)
    return geometry


def _check_places(text: str, geometry: BaseGeometry, crs: Crs) -> None:
    points = shapely.get_coordinates(geometry)
    order = "latitude (or northing) first" if crs.north_first else "longitude (or x) first"
    least_x, least_y, greatest_x, greatest_y = crs.limits
    low, high = np.array([least_x, least_y]), np.array([greatest_x, greatest_y])
    if not np.isfinite(points).all() or (points < low).any() or (points > high).any():
        raise fault("coords", text, f"within the limits of {crs.uri}, {order}")
    if geometry.geom_type == "MultiPoint" and len(points) > MAX_POINTS:
        raise fault("coords", text, f"a list of {MAX_POINTS} points at most (there are {len(points)})")
    if geometry.geom_type == "LineString" and len(np.unique(points, axis=0)) < 2:
        raise fault("coords", text, "a line between two places that differ")
    if not geometry.is_valid and geometry.geom_type.endswith("Polygon"):
        raise fault("coords", text, f"an area without fault ({shapely.is_valid_reason(geometry)[:80]})")


def in_degrees(geometry: BaseGeometry, crs: Crs, text: str) -> BaseGeometry:
    """The geometry as longitudes and latitudes.

    Raises:
        Problem: 400 for a place of which the system knows no degrees.
    """
    if crs.srid == LON_LAT_SRID:
        return geometry
    moved = shapely.transform(geometry, lambda points: np.column_stack(_degrees(points, crs)))
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise fault("coords", text, f"within the limits of {crs.uri}")
    return moved


def _degrees(points: np.ndarray, crs: Crs) -> tuple[np.ndarray, np.ndarray]:
    return points_moved(points[:, 0], points[:, 1], crs.srid, LON_LAT_SRID)
