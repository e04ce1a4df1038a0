"""Geometries from outside: GeoJSON in, a sound shapely geometry and notices of repairs out.

Everything that enters a layer passes here, whether drawn, posted or imported, so that a broken shape is
repaired with a notice or refused, and never stored.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from layers.problems import Problem

MAX_VERTICES = 100_000
"""More than any outline of a city has; bounds the work that one request can cause."""

_MULTI = {"Point": "MultiPoint", "LineString": "MultiLineString", "Polygon": "MultiPolygon"}
_AREAL = {"Polygon", "MultiPolygon"}
_LARGEST = sys.float_info.max
"""JSON may hold whole numbers that are larger than any float."""


class SoundGeometry(NamedTuple):
    """A valid geometry in EPSG:4326, x = longitude, and what was repaired to make it so (Japanese sentences)."""

    geometry: BaseGeometry
    notices: tuple[str, ...]


def read_geojson(document: Any, kind: str) -> SoundGeometry:
    """The geometry of a GeoJSON geometry object, as a layer of type `kind` takes it.

    Unclosed rings are closed and self-crossings are repaired, with a notice; a single part is accepted where
    `kind` is a multi type.

    Raises:
        Problem: 400, saying what is wrong and where.
    """
    name = _checked_type(document, kind)
    notices: list[str] = []
    coordinates = document["coordinates"]
    check_positions(coordinates)
    if name in _AREAL:
        coordinates = _closed_rings(coordinates, name, notices)
    try:
        geometry = shape({"type": name, "coordinates": coordinates})
    except (TypeError, ValueError, IndexError, shapely.errors.ShapelyError) as error:
        raise _fault(f"the coordinates do not form a {name}: {error}") from error
    return make_sound(geometry, kind, notices)


def make_sound(geometry: BaseGeometry, kind: str, notices: list[str] | None = None) -> SoundGeometry:
    """`geometry` in two dimensions, valid and of the type `kind`.

    Raises:
        Problem: 400, where it is empty, of another type, out of range or beyond repair.
    """
    notices = [] if notices is None else notices
    geometry = shapely.force_2d(geometry)
    if geometry.is_empty:
        raise _fault("the geometry is empty")
    _check_range(geometry)
    if not geometry.is_valid:
        geometry = _repaired(geometry, notices)
    return SoundGeometry(_of_kind(geometry, kind), tuple(notices))


def _checked_type(document: Any, kind: str) -> str:
    if not isinstance(document, dict) or "type" not in document:
        raise _fault(f"a GeoJSON geometry of type {kind} is needed")
    name = document["type"]
    if not isinstance(name, str):
        raise _fault(f"the type of a geometry is a text such as {kind}")
    if kind != "Geometry" and name != kind and _MULTI.get(name) != kind:
        raise _fault(f"this layer holds {kind}, not {name}")
    if not isinstance(document.get("coordinates"), list):
        raise _fault("the geometry has no coordinates")
    return str(name)


def check_positions(coordinates: Any) -> None:
    """Each position has two or three finite numbers, longitude first, within range.

    Raises:
        Problem: 400, naming the first position that is wrong.
    """
    count = 0
    for position in positions(coordinates):
        count += 1
        if count > MAX_VERTICES:
            raise _fault(f"the geometry has more than {MAX_VERTICES} positions")
        _check_position(position, count)
    if count == 0:
        raise _fault("the geometry has no position")


def positions(coordinates: Any) -> Iterator[list[Any]]:
    """The innermost lists, without recursion, so that no nesting can exhaust the stack."""
    stack = [coordinates]
    while stack:
        item = stack.pop()
        if not isinstance(item, list):
            raise _fault(f"a position must be a list of numbers, not {item!r:.40}")
        if item and isinstance(item[0], list):
            stack.extend(reversed(item))
        else:
            yield item


def _check_position(position: list[Any], number: int) -> None:
    where = f"position {number} {position!r:.60}"
    if not 2 <= len(position) <= 3:
        raise _fault(f"{where}: a position has two or three numbers, longitude and latitude first")
    if not all(isinstance(n, int | float) and not isinstance(n, bool) and abs(n) <= _LARGEST for n in position):
        raise _fault(f"{where}: not finite numbers")
    lon, lat = position[:2]
    if -180 <= lon <= 180 and -90 <= lat <= 90:
        return
    hint = "; longitude comes first" if -90 <= lon <= 90 and -180 <= lat <= 180 else ""
    raise _fault(f"{where}: longitude is between -180 and 180, latitude between -90 and 90{hint}")


def _closed_rings(coordinates: list[Any], name: str, notices: list[str]) -> list[Any]:
    polygons = coordinates if name == "MultiPolygon" else [coordinates]
    try:
        closed = [[_closed(ring, notices) for ring in polygon] for polygon in polygons]
    except (TypeError, IndexError) as error:
        raise _fault(f"the coordinates do not form a {name}") from error
    return closed if name == "MultiPolygon" else closed[0]


def _closed(ring: list[Any], notices: list[str]) -> list[Any]:
    if ring[0] == ring[-1]:
        return ring
    notices.append("閉じていない輪を閉じました。")
    return [*ring, ring[0]]


def _check_range(geometry: BaseGeometry) -> None:
    west, south, east, north = geometry.bounds
    if not all(map(math.isfinite, geometry.bounds)):
        raise _fault("the geometry has a coordinate that is not a finite number")
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise _fault(f"the geometry reaches from {west},{south} to {east},{north}, outside longitude and latitude")


def _repaired(geometry: BaseGeometry, notices: list[str]) -> BaseGeometry:
    reason = shapely.is_valid_reason(geometry)
    mended = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    if mended.is_empty or not mended.is_valid:
        raise _fault(f"the geometry cannot be repaired: {reason}")
    notices.append(f"交差などの不正な形を修正しました（{reason}）。")
    return mended


def _of_kind(geometry: BaseGeometry, kind: str) -> BaseGeometry:
    if kind in {"Geometry", geometry.geom_type}:
        return geometry
    if _MULTI.get(geometry.geom_type) == kind:
        return getattr(shapely, kind)([geometry])
    if _MULTI.get(kind) == geometry.geom_type and len(geometry.geoms) == 1:
        return geometry.geoms[0]
    raise _fault(f"this layer holds {kind}, not {geometry.geom_type}")


def _fault(detail: str) -> Problem:
    return Problem(400, "invalid geometry", detail, parameter="geometry")
