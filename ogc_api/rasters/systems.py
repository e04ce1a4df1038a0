"""The reference systems that a raster is given in, and their names in addresses.

Source: OGC API - Coverages - Part 1 (OGC 19-087, draft), requirements class "Coordinate Reference System", which
asks for safe CURIEs beside URIs; CoverageJSON 1.0 (OGC 21-069r2), 5 (reference systems).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyproj
from django.conf import settings
from pyproj import Transformer

from layers.crs import CRS84, JGD2011_SRID, LON_LAT_SRID, Crs, epsg_uri, offered_crs
from layers.problems import Problem
from layers.raster_cells import Bounds
from ogc_api.rasters.stored import Stored

_AROUND_DEG: Final = 5.0
_ANY_M: Final = (-1e8, -1e8, 1e8, 1e8)
_EPSG_NAME: Final = re.compile(r"\[?EPSG:(\d{1,6})\]?")
_EPSG_URI: Final = re.compile(r"https?://www\.opengis\.net/def/crs/EPSG/(?:0|[0-9.]+)/(\d{1,6})")
_CRS84_NAMES: Final = ("CRS84", "OGC:CRS84", "[OGC:CRS84]", CRS84.uri, CRS84.uri.replace("http:", "https:"))


def systems_of(stored: Stored) -> tuple[Crs, ...]:
    """The city's systems, as far as they are made for where the raster lies, and the raster's own first."""
    own = native_crs(stored)
    west, south, east, north = stored.raster.bounds.extent
    offered = [
        crs
        for crs in offered_crs(settings.CITY.plane_srid)
        if crs.domain[0] <= west and crs.domain[1] <= south and east <= crs.domain[2] and north <= crs.domain[3]
    ]
    return (own, *(crs for crs in offered if crs.uri != own.uri))


def native_crs(stored: Stored) -> Crs:
    """The system in which the raster is stored."""
    srid = stored.raster.srid
    for crs in offered_crs(settings.CITY.plane_srid):
        if crs.uri == epsg_uri(srid):
            return crs
    return _crs(srid)


@lru_cache(maxsize=64)
def _crs(srid: int) -> Crs:
    system = pyproj.CRS.from_epsg(srid)
    north_first = system.axis_info[0].direction == "north"
    if system.is_geographic:
        return Crs(epsg_uri(srid), srid, north_first, 8, CRS84.domain, CRS84.limits)
    area = system.area_of_use
    domain = CRS84.domain
    if area is not None and area.west < area.east:
        domain = (
            max(area.west - _AROUND_DEG, -180.0),
            max(area.south - _AROUND_DEG, -90.0),
            min(area.east + _AROUND_DEG, 180.0),
            min(area.north + _AROUND_DEG, 90.0),
        )
    return Crs(epsg_uri(srid), srid, north_first, 3, domain, _ANY_M, is_round=False)


def code_of(crs: Crs) -> int:
    """The EPSG code that a file in this system bears; longitude, latitude on WGS 84 is 4326 to GeoTIFF."""
    return LON_LAT_SRID if crs.uri == CRS84.uri else int(crs.uri.rpartition("/")[2])


def grid_srid(crs: Crs, stored: Stored) -> int:
    """The code by which cells are computed: the stored one where the numbers are the same.

    JGD2011 and WGS 84 have the same numbers here (see `layers.crs.offered_crs`).
    """
    same = {LON_LAT_SRID, JGD2011_SRID}
    code = code_of(crs)
    return stored.raster.srid if code in same and stored.raster.srid in same else code


def read_crs(parameter: str, text: str | None, stored: Stored, default: Crs) -> Crs:
    """The system of a name: a URI, or a CURIE as ``[EPSG:6677]``.

    Raises:
        Problem: 400, naming all that are offered.
    """
    if text is None:
        return default
    offered = systems_of(stored)
    uri = _uri_of(text)
    for crs in offered:
        if crs.uri == uri:
            return crs
    names = [crs.uri for crs in offered]
    detail = f"{parameter}={text!r:.120} is not a reference system offered for this raster; there are: "
    raise Problem(400, "invalid parameter", detail + ", ".join(names), parameter=parameter, extra={"supported": names})


def _uri_of(text: str) -> str:
    if text in _CRS84_NAMES:
        return CRS84.uri
    found = _EPSG_NAME.fullmatch(text) or _EPSG_URI.fullmatch(text)
    return epsg_uri(int(found[1])) if found else text


def axes_of(crs: Crs) -> tuple[str, str]:
    """What the axes to the east and to the north are called in ``subset`` and in the scale's parameters."""
    return ("Lon", "Lat") if crs.in_degrees else ("E", "N")


def referencing(crs: Crs) -> dict[str, Any]:
    """How a CoverageJSON document says which system its x and y belong to, in the order of the authority's axes."""
    kind = "GeographicCRS" if crs.in_degrees else "ProjectedCRS"
    return {
        "coordinates": ["y", "x"] if crs.north_first else ["x", "y"],
        "system": {"type": kind, "id": crs.uri},
    }


@lru_cache(maxsize=64)
def _transformer(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def moved(bounds: Bounds, source: int, target: int) -> Bounds:
    """The box around a box in another system; infinite where that system ends."""
    if source == target:
        return bounds
    return tuple(_transformer(source, target).transform_bounds(*bounds, densify_pts=21))  # type: ignore[return-value]


def points_moved(xs: np.ndarray, ys: np.ndarray, source: int, target: int) -> tuple[np.ndarray, np.ndarray]:
    """Points in another system, x to the east; infinite where that system ends."""
    if source == target:
        return xs, ys
    moved_xs, moved_ys = _transformer(source, target).transform(xs, ys)
    return np.asarray(moved_xs), np.asarray(moved_ys)
