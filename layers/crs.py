"""Coordinate reference systems: stored, measured, drawn. Always integers, never text (see docs/architecture.md)."""

from __future__ import annotations

from typing import Final

LON_LAT_SRID: Final = 4326
"""Storage: WGS 84 as longitude, latitude. JGD2011 (EPSG:6668) coincides at a city's scale."""

WEB_MERCATOR_SRID: Final = 3857
"""Tiles."""

CRS84_URI: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def plane_rectangular_srid(zone: int) -> int:
    """EPSG code of the zone (系) I to XIX of the Japanese plane rectangular system on JGD2011, in metres.

    Source: 平成十四年国土交通省告示第九号; EPSG:6669 to 6687.

    >>> plane_rectangular_srid(9)
    6677
    """
    if not 1 <= zone <= 19:
        raise ValueError(f"the plane rectangular system has zones 1 to 19, not {zone}")
    return 6668 + zone
