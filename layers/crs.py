"""Coordinate reference systems: stored, measured, drawn. Always integers, never text (see docs/architecture.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LON_LAT_SRID: Final = 4326
"""Storage: WGS 84 as longitude, latitude. JGD2011 (EPSG:6668) coincides at a city's scale."""

JGD2011_SRID: Final = 6668
"""Longitude and latitude of the Japanese survey; only ever read and written, never stored."""

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


Bounds = tuple[float, float, float, float]
"""Lowest and highest values: of x, y as they are stored (east, north), in the units of the system it belongs to."""

_WORLD: Final = (-180.0, -90.0, 180.0, 90.0)
_AROUND_JAPAN: Final = (115.0, 15.0, 165.0, 55.0)
_MERCATOR_M: Final = (-20_037_508.342789, -20_048_966.104015, 20_037_508.342789, 20_048_966.104015)
_PLANE_M: Final = (-1_500_000.0, -1_500_000.0, 1_500_000.0, 1_500_000.0)


@dataclass(frozen=True, slots=True)
class Crs:
    """A coordinate reference system that answers can be given in.

    Args:
        uri: its name in the OGC's register.
        srid: what PostGIS computes it by, with x = east and y = north.
        north_first: the authority puts latitude, or the northing, before longitude, or the easting.
        digits: decimals of a coordinate, so that rounding stays below a millimetre.
        domain: west, south, east, north in degrees, between which it is defined well enough to be written in.
        limits: least x, least y, greatest x, greatest y of a box, in its own units.
        is_round: whether a greatest longitude is followed by the least, so that a box may lie across that line.
    """

    uri: str
    srid: int
    north_first: bool
    digits: int
    domain: Bounds
    limits: Bounds
    is_round: bool = True

    @property
    def is_stored(self) -> bool:
        """Whether the numbers are those of the storage, at most in another order."""
        return self.srid == LON_LAT_SRID

    @property
    def in_degrees(self) -> bool:
        return self.limits == _WORLD


def epsg_uri(code: int) -> str:
    """
    >>> epsg_uri(6677)
    'http://www.opengis.net/def/crs/EPSG/0/6677'
    """
    return f"http://www.opengis.net/def/crs/EPSG/0/{code}"


CRS84: Final = Crs(CRS84_URI, LON_LAT_SRID, False, 8, _WORLD, _WORLD)


def offered_crs(plane_srid: int) -> tuple[Crs, ...]:
    """The systems that features are given in; `plane_srid` is the city's plane rectangular zone.

    JGD2011 (EPSG:6668) is given with the stored numbers: the transformation to WGS 84 that EPSG lists
    (JGD2011 to WGS 84) moves nothing, and the two ellipsoids differ by less than 0.1 mm.

    >>> [(crs.srid, crs.north_first) for crs in offered_crs(6677)]
    [(4326, False), (4326, True), (3857, False), (4326, True), (6677, True)]
    """
    return (
        CRS84,
        Crs(epsg_uri(LON_LAT_SRID), LON_LAT_SRID, True, 8, _WORLD, _WORLD),
        Crs(epsg_uri(WEB_MERCATOR_SRID), WEB_MERCATOR_SRID, False, 3, (-180.0, -85.06, 180.0, 85.06), _MERCATOR_M),
        Crs(epsg_uri(JGD2011_SRID), LON_LAT_SRID, True, 8, _WORLD, _WORLD),
        Crs(epsg_uri(plane_srid), plane_srid, True, 3, _AROUND_JAPAN, _PLANE_M, is_round=False),
    )
