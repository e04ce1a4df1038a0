"""One coordinate, or a pair in one cell, in every spelling that tables of places use. Pure.

Degrees come out as they were written, on the file's own datum; `etl.datum` moves them.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from enum import Enum
from typing import Final

import mgrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Floats = NDArray[np.float64]

JAPAN: Final = (122.0, 20.0, 154.5, 46.0)
"""West, south, east, north of Japan with all its islands, degrees."""


class Unit(Enum):
    """How the numbers of a column count."""

    DEGREES = "degrees, or degrees, minutes and seconds"
    PACKED = "ddmmss"
    SECONDS = "seconds of arc"
    MILLISECONDS = "thousandths of a second of arc"
    METRES = "metres"


_PER_DEGREE = {Unit.SECONDS: 3600.0, Unit.MILLISECONDS: 3_600_000.0}
_LONGEST = 80
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー－ｰ─", "-"))
_PLAIN = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]{1,2})?"
_DECIMAL = re.compile(rf"({_PLAIN})(?:°|度|deg)?")
_HEMISPHERES = {"北緯": 1, "東経": 1, "南緯": -1, "西経": -1, "n": 1, "e": 1, "s": -1, "w": -1}
_HEMISPHERE = re.compile(r"^(北緯|東経|南緯|西経|[nesw])[:.]?|([nesw])$")
_SEXAGESIMAL = re.compile(
    r"([+-]?)(\d{1,3})(?:度|°|:|/|-|d)(\d{1,2}(?:\.\d+)?)(?:分|'|:|/|-|m)?(?:(?<=[分':/\-m])(\d{1,2}(?:\.\d+)?)(?:秒|\"|s)?)?"
)
_DOTTED = re.compile(r"([+-]?)(\d{1,3})\.(\d{1,2})\.(\d{1,2}(?:\.\d+)?)")
_PACKED = re.compile(r"([+-]?)(\d{2,3})(\d{2})(\d{2}(?:\.\d+)?)")
_MARKS = str.maketrans(dict.fromkeys("º˚゜", "°") | dict.fromkeys("′’‘´`", "'") | dict.fromkeys("″”“", '"'))
_SECOND_BEGINS = re.compile(r"東経|北緯|(?<=[\d秒\"'])[EeNn](?=\d)")


def find_coordinate(text: str, unit: Unit = Unit.DEGREES) -> float | None:
    """Degrees (or metres, where the unit says so) that a cell holds; None where it holds none.

    >>> [find_coordinate(text) for text in ("３５．５", '35°30\\'00"', "35度30分", "N35/30/0", "35.30.00", "NaN")]
    [35.5, 35.5, 35.5, 35.5, 35.5, None]
    >>> find_coordinate("353000", Unit.PACKED)
    35.5
    """
    if len(text) > _LONGEST:
        return None
    plain = _plain(text)
    sign = 1
    while (found := _HEMISPHERE.search(plain)) is not None:
        sign = _HEMISPHERES[found[1] or found[2]]
        plain = plain[: found.start()] + plain[found.end() :]
    value = _find_packed(plain) if unit is Unit.PACKED else _find_unpacked(plain, unit)
    return sign * value if value is not None and math.isfinite(value) else None


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text.translate(_MARKS)).translate(_DASHES).translate(_MARKS)
    plain = re.sub(r"(?<=\d)\s+(?=\d)", ":", plain.strip())
    plain = re.sub(r"\s+", "", plain).lower().replace("''", '"')
    return re.sub(r"(?<=\d)s$", '"', plain) if "m" in plain else plain  # seconds, not south


def _find_unpacked(plain: str, unit: Unit) -> float | None:
    found = _DECIMAL.fullmatch(plain)
    if found is not None:
        return float(found[1]) / _PER_DEGREE.get(unit, 1.0)
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", plain) and unit is Unit.METRES:
        return float(plain.replace(",", ""))
    return _of_parts(_SEXAGESIMAL.fullmatch(plain) or _DOTTED.fullmatch(plain)) if unit is Unit.DEGREES else None


def _find_packed(plain: str) -> float | None:
    """ddmmss; a cell that parts its degrees, minutes and seconds by signs is read by them."""
    return _of_parts(_PACKED.fullmatch(plain) or _SEXAGESIMAL.fullmatch(plain) or _DOTTED.fullmatch(plain))


def _of_parts(found: re.Match[str] | None) -> float | None:
    if found is None:
        return None
    degrees, minutes, seconds = float(found[2]), float(found[3]), float(found[4] or 0)
    if minutes >= 60 or seconds >= 60 or degrees > 180:
        return None
    return (-1 if found[1] == "-" else 1) * (degrees + minutes / 60 + seconds / 3600)


def find_pair(text: str, unit: Unit = Unit.DEGREES) -> tuple[float, float] | None:
    """(longitude, latitude) of a cell that holds both, latitude first as is usual, or as the signs say.

    >>> find_pair("35.5,139.5"), find_pair("東経139度30分 北緯35度30分"), find_pair("POINT(139.5 35.5)")
    ((139.5, 35.5), (139.5, 35.5), (139.5, 35.5))
    """
    if len(text) > 2 * _LONGEST:
        return None
    text = unicodedata.normalize("NFKC", text).strip().strip("()[]")
    if (wkt := re.match(r"point\s*z?\s*\(?\s*", text, re.IGNORECASE)) is not None:
        numbers = text[wkt.end() :].split()
        lon, lat = (find_coordinate(number, unit) for number in numbers[:2]) if len(numbers) >= 2 else (None, None)
        return (lon, lat) if lon is not None and lat is not None else None
    for at in _splits(text):
        first, second = find_coordinate(text[:at], unit), find_coordinate(text[at:].lstrip(" ,、;|/\t"), unit)
        if first is not None and second is not None:
            is_longitude_first = abs(first) > 90 or _says_longitude(text[:at])
            return (first, second) if is_longitude_first else (second, first)
    return None


def _splits(text: str) -> list[int]:
    """Where a pair may part: at a comma, a letter or word that begins the second, or a blank; the surest first."""
    found = [match.start() for match in re.finditer(r"[,、;|\t]", text)]
    found += [match.start() for match in _SECOND_BEGINS.finditer(text) if match.start() > 0]
    found += [match.start() for match in re.finditer(r"\s+|/", text)]
    return found[:12]


def _says_longitude(text: str) -> bool:
    return re.search(r"東経|西経|[eEwW]", text) is not None


def coordinates_of(column: pa.Array, unit: Unit = Unit.DEGREES) -> Floats:
    """A column of cells (text) as numbers; NaN where a cell holds none. Plain decimals go the fast road."""
    if unit is Unit.PACKED:
        is_plain = pa.array(np.zeros(len(column), dtype=bool))
    else:
        is_plain = pc.fill_null(pc.match_substring_regex(column, r"^-?[0-9]{1,9}(\.[0-9]{1,20})?$"), False)
    numbers = pc.if_else(is_plain, column, None).cast(pa.float64())
    values: Floats = np.array(pc.fill_null(numbers, math.nan).to_numpy(zero_copy_only=False), dtype=np.float64)
    values /= _PER_DEGREE.get(unit, 1.0)
    for index in np.flatnonzero(~np.asarray(is_plain.to_numpy(zero_copy_only=False), dtype=bool)).tolist():
        cell = column[index].as_py()
        found = find_coordinate(cell, unit) if cell else None
        if found is not None:
            values[index] = found
    return values


def pairs_of(column: pa.Array, unit: Unit = Unit.DEGREES) -> tuple[Floats, Floats]:
    """Longitudes and latitudes of a column that holds both in each cell; NaN where it does not."""
    return _each(column, lambda cell: find_pair(cell, unit))


def mgrs_of(column: pa.Array) -> tuple[Floats, Floats]:
    """Longitudes and latitudes (WGS 84) of UTMポイント (MGRS) such as 54SUE8012345678: the corner that they name."""
    grid = mgrs.MGRS()

    def find(cell: str) -> tuple[float, float] | None:
        code = re.sub(r"\s+", "", unicodedata.normalize("NFKC", cell)).upper()
        if not re.fullmatch(r"(5[0-9]|6[0]|[1-4]?[0-9])[C-HJ-NP-X][A-HJ-NP-Z][A-HJ-NP-V](\d\d){1,5}", code):
            return None
        try:
            lat, lon = grid.toLatLon(code)
        except mgrs.core.MGRSError:
            return None
        return lon, lat

    return _each(column, find)


def _each(column: pa.Array, find: Callable[[str], tuple[float, float] | None]) -> tuple[Floats, Floats]:
    lon, lat = np.full(len(column), math.nan), np.full(len(column), math.nan)
    for index, cell in enumerate(column.to_pylist()):
        found = find(cell) if cell else None
        if found is not None:
            lon[index], lat[index] = found
    return lon, lat


def are_in(bounds: tuple[float, float, float, float], lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """Which positions lie within west, south, east, north; NaN never does."""
    west, south, east, north = bounds
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


_POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])
"""A point as well-known binary, little-endian (OGC 06-103r4, 8.2)."""


def points_wkb(lon: Floats, lat: Floats) -> pa.Array:
    """Points as well-known binary; null where a position is none."""
    points = np.zeros(len(lon), dtype=_POINT)
    points["order"], points["type"], points["x"], points["y"] = 1, 1, lon, lat
    data = pa.Array.from_buffers(pa.binary(_POINT.itemsize), len(lon), [None, pa.py_buffer(points.tobytes())])
    usable = pa.array(np.isfinite(lon) & np.isfinite(lat))
    return pc.if_else(usable, data.cast(pa.binary()), pa.scalar(None, pa.binary()))
