"""Geometries of a filter, from WKT, GeoJSON and boxes: finite, valid, two-dimensional, in longitude and latitude."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import shapely

from ogc_api.cql2.tree import Shape, fault

ToLonLat = Callable[[Any], Any]
"""Takes coordinates as the caller wrote them (an array n × 2) to longitude and latitude in degrees."""


def as_given(coordinates: Any) -> Any:
    """Coordinates that are longitude and latitude already."""
    return coordinates


WKT_NAMES = frozenset(
    {"point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection"}
)
_GEOJSON_NAMES = {name.lower(): name for name in ("Point", "LineString", "Polygon")} | {
    "multipoint": "MultiPoint",
    "multilinestring": "MultiLineString",
    "multipolygon": "MultiPolygon",
    "geometrycollection": "GeometryCollection",
}
GEOJSON_NAMES = frozenset(_GEOJSON_NAMES.values())


def from_wkt(text: str, to_lon_lat: ToLonLat) -> Shape:
    """A geometry as text, such as ``POINT(139.56 35.68)``."""
    try:
        geometry = shapely.from_wkt(text)
    except shapely.errors.ShapelyError as error:
        raise fault(f"{text[:80]!r} is not a geometry in WKT: {error}") from error
    return _checked(geometry, to_lon_lat)


def from_geojson(document: dict[str, Any], to_lon_lat: ToLonLat) -> Shape:
    """A geometry as GeoJSON."""
    try:
        geometry = shapely.from_geojson(json.dumps(document, allow_nan=False))
    except (shapely.errors.ShapelyError, ValueError, TypeError) as error:
        raise fault(f"the geometry is not GeoJSON: {str(error)[:120]}") from error
    return _checked(geometry, to_lon_lat)


def box(numbers: Sequence[Any], to_lon_lat: ToLonLat) -> Shape:
    """A box of four numbers, or six with heights that do not count; west > east crosses the antimeridian."""
    are_numbers = all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers)
    if not are_numbers or len(numbers) not in {4, 6}:
        raise fault("a bbox has four or six numbers: west, south, east, north")
    half = len(numbers) // 2
    west, south, east, north = (float(numbers[at]) for at in (0, 1, half, half + 1))
    if south > north:
        raise fault("the bbox's second number (south) is greater than its north")
    if west <= east:
        if west == east or south == north:  # no area, which a polygon must have
            return _checked(shapely.MultiPoint([(west, south), (east, north)]).convex_hull, to_lon_lat)
        return _checked(shapely.box(west, south, east, north), to_lon_lat)
    if to_lon_lat is not as_given:
        raise fault("a bbox in this filter-crs has its least numbers first")
    parts = [shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)]
    return _checked(shapely.MultiPolygon(parts), to_lon_lat)


def _checked(geometry: Any, to_lon_lat: ToLonLat) -> Shape:
    if geometry is None or geometry.is_empty:
        raise fault("a geometry of the filter is empty")
    flat = shapely.force_2d(geometry)
    if not np.isfinite(shapely.get_coordinates(flat)).all():
        raise fault("a geometry of the filter has a coordinate that is not a finite number")
    placed = shapely.transform(flat, to_lon_lat)
    west, south, east, north = placed.bounds
    if not (west >= -180 and south >= -90 and east <= 180 and north <= 90):
        raise fault(
            "a geometry of the filter lies outside longitudes -180 to 180 or latitudes -90 to 90; "
            "coordinates are in the order of filter-crs, longitude first without it"
        )
    if placed.geom_type not in {"Point", "MultiPoint"} and not placed.is_valid:
        raise fault(f"a geometry of the filter is not valid: {shapely.is_valid_reason(placed)}")
    return Shape(placed)
