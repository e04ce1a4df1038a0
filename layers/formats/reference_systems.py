"""The reference systems in which features go out, by the names that people write. Pure."""

from __future__ import annotations

import re

from layers.city import City
from layers.crs import CRS84_URI, JGD2011_SRID, LON_LAT_SRID, WEB_MERCATOR_SRID

_NAME = re.compile(
    r"(?:EPSG:|http://www\.opengis\.net/def/crs/EPSG/[0-9.]+/|urn:ogc:def:crs:EPSG:[0-9.]*:)?(\d{4,5})", re.I
)


def supported_srids(city: City) -> tuple[int, ...]:
    """WGS 84, JGD2011, Web Mercator and the city's zone of the plane rectangular system."""
    return (LON_LAT_SRID, JGD2011_SRID, WEB_MERCATOR_SRID, city.plane_srid)


def find_srid(text: str, city: City) -> int | None:
    """The EPSG code behind ``EPSG:6677``, ``CRS84`` or an OGC address; None where it is none that is supported.

    >>> from layers.city import read_city
    >>> [find_srid(name, read_city()) for name in ("epsg:6677", "CRS84", "EPSG:2451")]
    [6677, 4326, None]
    """
    if text.upper() in {"CRS84", "OGC:CRS84"} or text == CRS84_URI:
        return LON_LAT_SRID
    match = _NAME.fullmatch(text.strip())
    srid = int(match[1]) if match else 0
    return srid if srid in supported_srids(city) else None


def names(city: City) -> str:
    """The names of all supported systems, for a message."""
    return ", ".join(["CRS84", *(f"EPSG:{srid}" for srid in supported_srids(city))])
