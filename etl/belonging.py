"""Does a data set belong to the city of this installation? Pure."""

from __future__ import annotations

import shapely

from etl.record import DataSet
from layers.city import City


def find_foreign_reason(data_set: DataSet, city: City) -> str | None:
    """Why a data set is not this city's, or None where it is: by the codes inside it, else by where it lies."""
    if set(data_set.columns) == {"alerts"}:
        # An old warning among a folder's files would stand on the map as if it were of today.
        return "a warning is of its moment, and is loaded by itself"
    codes = data_set.city_codes
    if codes == {city.code}:
        return None
    if len(codes) == 1:
        return f"belongs to {next(iter(codes))}"
    if codes:
        return f"holds {len(codes)} municipalities, not {city.name.ja} alone"
    if data_set.bounds is None:
        return "says neither which municipality it belongs to nor where it lies"
    if shapely.box(*data_set.bounds).intersects(shapely.Polygon(city.outline)):
        return None
    west, south, east, north = data_set.bounds
    return f"lies elsewhere ({west:.3f} to {east:.3f}, {south:.3f} to {north:.3f})"
