"""The ground that is seeded or packed: the city with a margin, or a box."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import shapely
from django.conf import settings

from layers import registry
from layers.crs import LON_LAT_SRID
from layers.problems import Problem
from layers.reading import Query, quoted, rows
from tile_cache.degrees import Bounds

CITY: Final = "city"
MARGIN_DEGREES: Final = 0.01
"""Around the city's outline, about a kilometre: people near the edge look across it."""

_SIMPLIFIED_DEGREES: Final = 0.0005
_OUTLINES: Final = "boundaries"


@dataclass(frozen=True)
class Area:
    """A part of the ground; longitude and latitude in degrees."""

    shape: shapely.Geometry

    def __post_init__(self) -> None:
        shapely.prepare(self.shape)

    @cached_property
    def bounds(self) -> Bounds:
        """West, south, east, north."""
        return tuple(float(number) for number in self.shape.bounds)

    def touches(self, lon_lat: Bounds) -> bool:
        """Whether any of the area lies in the box."""
        return bool(self.shape.intersects(shapely.box(*lon_lat)))


def get_area(text: str) -> Area:
    """The area of ``city`` or of ``west,south,east,north`` in degrees.

    Raises:
        Problem: 400, saying what is wrong with the text.
    """
    return city_area() if text == CITY else Area(shapely.box(*_box(text)))


def city_area() -> Area:
    """The city's outline as its layer has it, else the rough one of the city file, with a margin."""
    outline = _stored_outline() or shapely.Polygon(settings.CITY.outline)
    return Area(outline.simplify(_SIMPLIFIED_DEGREES).buffer(MARGIN_DEGREES))


def _stored_outline() -> shapely.Geometry | None:
    table = quoted(registry.get(_OUTLINES).table)
    query = Query(
        f"SELECT ST_AsBinary(ST_SetSRID(geometry, {LON_LAT_SRID})) FROM {table} WHERE id = %s", (settings.CITY.code,)
    )
    found = [shapely.from_wkb(bytes(row[0])) for row in rows(query)]
    return found[0] if found and not found[0].is_empty else None


def _box(text: str) -> Bounds:
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if len(numbers) != 4 or not all(math.isfinite(number) for number in numbers):
        raise _wrong(text, "is neither 'city' nor west,south,east,north in degrees")
    west, south, east, north = numbers
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise _wrong(text, "is no box of the world: west below east, south below north, in degrees")
    return west, south, east, north


def _wrong(text: str, reason: str) -> Problem:
    return Problem(400, "invalid area", f"{text!r:.80} {reason}", parameter="area")
