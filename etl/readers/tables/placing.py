"""Rows onto the map: the cells of one chunk as positions, with what was repaired and what is no position."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from etl.coordinates import JAPAN, Floats, Unit, are_in, coordinates_of, mgrs_of, pairs_of, points_wkb
from etl.datum import to_lon_lat
from etl.readers.tables.columns import Placing, row_srid
from etl.text import is_no_amount
from layers.crs import LON_LAT_SRID

SWAPPED = "緯度と経度が入れ替わっていたので直しました"
_NEAR_DEGREES = 1.0
"""A swapped position is believed if it lies so near to the others of its file."""


@dataclass(slots=True)
class Placed:
    """Positions of the rows of one chunk.

    Args:
        wkb: null where a row has none.
        faults: index -> (reason, expected) of rows without.
        repairs: index -> (before, after, why).
    """

    wkb: pa.Array
    lon: Floats
    lat: Floats
    faults: dict[int, tuple[str, str]] = field(default_factory=dict)
    repairs: dict[int, tuple[str, str, str]] = field(default_factory=dict)


def place(columns: dict[str, pa.Array], placing: Placing, city_bounds: tuple[float, float, float, float]) -> Placed:
    """The rows of a chunk, placed.

    Args:
        columns: the cells (text) of at least the columns of `placing`.
        city_bounds: west, south, east, north of the installation's city.
    """
    if placing.way == "wkt":
        return _place_shapes(columns, placing)
    if placing.way == "mgrs":
        x, y = mgrs_of(columns[placing.x])
    elif placing.way == "pair":
        x, y = pairs_of(columns[placing.x], placing.unit)
    else:
        x, y = (coordinates_of(columns[name], placing.unit) for name in (placing.x, placing.y))
    placed = Placed(pa.nulls(len(x), pa.binary()), x, y)
    if placing.unit is not Unit.METRES:
        _put_right(placed, city_bounds)
    _refuse_zero_and_blank(placed, columns, placing)
    _to_lon_lat(placed, columns, placing)
    placed.wkb = points_wkb(placed.lon, placed.lat)
    return placed


def _put_right(placed: Placed, city_bounds: tuple[float, float, float, float]) -> None:
    """Latitude and longitude changed places: repaired where all such rows then lie with the others, or in Japan."""
    lon, lat = placed.lon, placed.lat
    is_swapped = (np.abs(lat) > 90) & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)
    if not is_swapped.any():
        return
    others = np.isfinite(lon) & (np.abs(lat) <= 90) & (lat != 0)
    near = (lon[others].min(), lat[others].min(), lon[others].max(), lat[others].max()) if others.any() else city_bounds
    around = near[0] - _NEAR_DEGREES, near[1] - _NEAR_DEGREES, near[2] + _NEAR_DEGREES, near[3] + _NEAR_DEGREES
    fits = are_in(around, lat, lon)[is_swapped].all() or (
        not others.any() and are_in(JAPAN, lat, lon)[is_swapped].all()
    )
    for index in np.flatnonzero(is_swapped).tolist():
        if fits:
            before = f"{lat[index]:g}, {lon[index]:g}"
            placed.repairs[index] = (before, f"{lon[index]:g}, {lat[index]:g}", SWAPPED)
        else:
            placed.faults[index] = (
                "no position; are latitude and longitude swapped?",
                "decimal degrees, latitude -90 to 90",
            )
    if fits:
        placed.lon, placed.lat = np.where(is_swapped, lat, lon), np.where(is_swapped, lon, lat)


def _refuse_zero_and_blank(placed: Placed, columns: dict[str, pa.Array], placing: Placing) -> None:
    expected = "metres" if placing.unit is Unit.METRES else "degrees, latitude -90 to 90, longitude -180 to 180"
    lon, lat = placed.lon, placed.lat
    is_zero = (lon == 0) & (lat == 0) if placing.unit is Unit.METRES else (lon == 0) | (lat == 0)
    wrong = ~np.isfinite(lon) | ~np.isfinite(lat) | is_zero
    if placing.unit is not Unit.METRES:
        wrong |= (np.abs(lat) > 90) | (np.abs(lon) > 180)
    for index in np.flatnonzero(wrong).tolist():
        if index in placed.faults:
            continue
        cells = [columns[name][index].as_py() or "" for name in (placing.y, placing.x)]
        placed.faults[index] = (_reason(cells, bool(is_zero[index]), float(lat[index]), placing), expected)
    placed.lon, placed.lat = np.where(wrong, math.nan, lon), np.where(wrong, math.nan, lat)


def _reason(cells: Sequence[str], is_zero: bool, lat: float, placing: Placing) -> str:
    if all(is_no_amount(cell) for cell in cells):
        return "no position: nothing is written"
    if is_zero:
        return "no position: zero stands for nothing"
    if placing.unit is Unit.DEGREES and 10_000 <= abs(lat) < 1_000_000:
        return "no position; degrees, minutes and seconds without signs need 度分秒 in the column's name"
    if placing.unit is Unit.DEGREES and math.isfinite(lat) and abs(lat) > 180:
        return "no position; metres of a plane rectangular zone need columns called X座標 and Y座標"
    return "no position"


def _to_lon_lat(placed: Placed, columns: dict[str, pa.Array], placing: Placing) -> None:
    """Out of the file's own systems; one step for each system that rows name."""
    for srid, rows in _rows_by_system(columns, placing, len(placed.lon)):
        if srid is None:
            for index in rows.tolist():
                named = "、".join(columns[name][index].as_py() or "" for name in placing.systems)
                placed.faults.setdefault(
                    index, (f"the reference system {named:.40} is not known", "日本測地系, JGD2011, 9系")
                )
            placed.lon[rows] = math.nan
            continue
        usable = rows[np.isfinite(placed.lon[rows])]
        if srid == LON_LAT_SRID or not len(usable):
            continue
        lon, lat = to_lon_lat(placed.lon[usable], placed.lat[usable], srid)
        lost = ~np.isfinite(lon) if placing.unit is not Unit.METRES else ~are_in(JAPAN, lon, lat)
        for index in usable[lost].tolist():
            placed.faults[index] = (f"no position in Japan in EPSG:{srid}", "X to the north, Y to the east, in metres")
        placed.lon[usable], placed.lat[usable] = np.where(lost, math.nan, lon), np.where(lost, math.nan, lat)


def _rows_by_system(
    columns: dict[str, pa.Array], placing: Placing, count: int
) -> list[tuple[int | None, NDArray[np.int64]]]:
    every = np.arange(count)
    if placing.way == "mgrs":
        return [(LON_LAT_SRID, every)]
    if not placing.systems:
        return [(placing.srid, every)]
    joined = pc.binary_join_element_wise(*(columns[name] for name in placing.systems), "\x1f").dictionary_encode()
    kinds = joined.indices.to_numpy(zero_copy_only=False)
    srids = [row_srid(text.split("\x1f"), placing) for text in joined.dictionary.to_pylist()]
    return [(srid, every[kinds == kind]) for kind, srid in enumerate(srids)]


def _place_shapes(columns: dict[str, pa.Array], placing: Placing) -> Placed:
    """Well-known text of any kind of geometry."""
    cells = pc.replace_substring_regex(columns[placing.x], r"(?i)^\s*srid=[0-9]+;", "")
    shapes = shapely.from_wkt(cells.to_numpy(zero_copy_only=False), on_invalid="ignore")
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if placing.srid != LON_LAT_SRID:
        shapes[~missing] = shapely.transform(
            shapes[~missing], lambda x, y: to_lon_lat(x, y, placing.srid), interleaved=False
        )
    wkb = np.empty(len(shapes), dtype=object)
    wkb[~missing] = shapely.to_wkb(shapes[~missing])
    west, south, east, north = shapely.bounds(shapes).T
    placed = Placed(pa.array(wkb, pa.binary()), (west + east) / 2, (south + north) / 2)
    for index in np.flatnonzero(missing).tolist():
        placed.faults[index] = ("no geometry", "well-known text, as POINT (139.56 35.68)")
    return placed
