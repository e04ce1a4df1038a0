"""The query parameters of place, ``crs``, ``bbox`` and ``bbox-crs``, from text to values, without request or database.

Source: OGC API - Features - Part 1: Core (OGC 17-069r4), 7.15.3; Part 2: Coordinate Reference Systems by Reference
(OGC 18-058r1), 6.2 and 6.3.
"""

from __future__ import annotations

import math

from layers.crs import CRS84, Crs
from layers.problems import Problem
from layers.reading import Bbox
from ogc_api.features.parameters import fault

_RIGHT_ORDERS = {
    True: "least latitude (or northing), least longitude (or easting), greatest latitude, greatest longitude",
    False: "least longitude (or x), least latitude (or y), greatest longitude, greatest latitude",
}


def read_crs(parameter: str, text: str | None, offered: tuple[Crs, ...]) -> Crs:
    """The system of a name; longitude, latitude where nothing is said.

    Raises:
        Problem: 400, naming all that are offered.
    """
    if text is None:
        return CRS84
    for crs in offered:
        if text == crs.uri:
            return crs
    names = [crs.uri for crs in offered]
    problem = fault(parameter, text, f"a coordinate reference system offered here; offered are: {', '.join(names)}")
    problem.extra = {"supported": names}
    raise problem


def read_bbox(text: str | None, crs: Crs = CRS84) -> Bbox | None:
    """Least x, least y, greatest x, greatest y (x is east), from numbers in the order of the system's authority.

    Of six numbers the heights are checked and otherwise ignored. The least longitude may be greater than the greatest:
    the box then crosses the antimeridian. A box in metres is cut to the part of the earth that its system is made for.

    >>> read_bbox("139.5,35.6,0,139.6,35.7,100")
    (139.5, 35.6, 139.6, 35.7)
    """
    if text is None:
        return None
    numbers = [_number(part) for part in text.split(",")]
    if len(numbers) not in {4, 6}:
        raise _fault(text, crs, "four or six numbers")
    half = len(numbers) // 2
    if half == 3 and numbers[2] > numbers[5]:
        raise _fault(text, crs, "a box whose lower height comes before the upper one")
    low, high = numbers[:2], numbers[half : half + 2]
    if crs.north_first:
        low, high = low[::-1], high[::-1]
    _check_box(text, crs, (low[0], low[1], high[0], high[1]))
    least_x, least_y, greatest_x, greatest_y = crs.limits
    return (
        min(max(low[0], least_x), greatest_x),
        min(max(low[1], least_y), greatest_y),
        min(max(high[0], least_x), greatest_x),
        min(max(high[1], least_y), greatest_y),
    )


def _check_box(text: str, crs: Crs, box: Bbox) -> None:
    west, south, east, north = box
    if crs.in_degrees and not (-180 <= west <= 180 and -180 <= east <= 180):
        raise _fault(text, crs, "a box with longitudes between -180 and 180")
    if crs.in_degrees and not (-90 <= south <= 90 and -90 <= north <= 90):
        raise _fault(text, crs, "a box with latitudes between -90 and 90")
    if south > north:
        raise _fault(text, crs, "a box whose southern side comes before its northern one")
    if west > east and not crs.is_round:
        raise _fault(text, crs, "a box whose western side comes before its eastern one")


def _number(text: str) -> float:
    try:
        number = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise fault("bbox", text, "a finite number")
    return number


def _fault(text: str, crs: Crs, right: str) -> Problem:
    return fault("bbox", text, f"{right}; the order for {crs.uri} is: {_RIGHT_ORDERS[crs.north_first]}")
