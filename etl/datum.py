"""From the reference systems that Japanese files use to longitude and latitude on JGD2011 (stored as WGS 84).

PROJ without its grids takes the Tokyo datum for JGD2011 and moves nothing, which is wrong by 450 m. So each step is
named here: out of the projection on the file's own datum, then from datum to datum (docs/decisions/0009).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from etl.datum_grid import Grids, configured_grids
from etl.record import UnreadableFileError

Degrees = NDArray[np.float64]

WGS84: Final = 4326
TOKYO: Final = 4301
JGD2000: Final = 4612
JGD2011: Final = 6668
CITY_ACCURACY_M: Final = 1.0
"""What the three parameters keep to in and around Tokyo (measured in tests/etl/test_datum.py)."""

NATION_ACCURACY_M: Final = 9.0
"""Accuracy of three parameters for the whole of Japan as the EPSG register states it."""

QUAKE_SHIFT_M: Final = 5.3
"""The farthest that the earthquake of 2011-03-11 moved a point of Honshu (GSI); in Tokyo it was 0.28 m."""

_THREE_PARAMETERS = {JGD2000: (-146.861, 507.534, 679.854), JGD2011: (-147.040, 507.323, 679.854)}
"""Metres from the centre of the Tokyo datum's ellipsoid to that of GRS 80.

They are those of 国土地理院 (-146.414, 507.337, 680.507), moved by less than a metre so that 日本経緯度原点 comes out
where 測量法施行令 第2条 has it: JGD2000 in the wording of 2002, JGD2011 in that of 2011.
"""

_PLANE = {TOKYO: 30160, JGD2000: 2442, JGD2011: 6668}
"""EPSG code of the plane rectangular zone n is that number plus n."""

_UTM = {TOKYO: 3041, JGD2000: 3046, JGD2011: 6637, WGS84: 32600}
"""EPSG code of UTM zone n (51 to 55) is that number plus n."""


class UnknownSystemError(UnreadableFileError):
    """A reference system that PROJ does not know, or from which no way leads to JGD2011."""


def to_lon_lat(x: ArrayLike, y: ArrayLike, srid: int, grids: Grids | None = None) -> tuple[Degrees, Degrees]:
    """Longitudes and latitudes in degrees on JGD2011.

    Args:
        x: longitudes (degrees) or eastings (metres), whatever order the system itself names first.
        y: latitudes or northings.
        srid: EPSG code of the system.
        grids: 国土地理院's parameter files; None means those of this installation.

    Positions that cannot be transformed (NaN, infinite, outside the projection) come out as NaN.

    Raises:
        UnknownSystemError: where no way is known.
    """
    lon, lat = np.atleast_1d(np.asarray(x, dtype=np.float64)), np.atleast_1d(np.asarray(y, dtype=np.float64))
    geographic = geographic_srid(srid)
    if srid != geographic:
        lon, lat = _transformer(srid, geographic).transform(lon, lat)
    grids = configured_grids() if grids is None else grids
    if geographic == TOKYO:
        lon, lat = _from_tokyo(lon, lat, grids)
    if geographic in {TOKYO, JGD2000} and grids.quake is not None:
        lon, lat = grids.quake.shifted(lon, lat)
    usable = np.isfinite(lon) & np.isfinite(lat)
    return np.where(usable, lon, np.nan), np.where(usable, lat, np.nan)


def _from_tokyo(lon: Degrees, lat: Degrees, grids: Grids) -> tuple[Degrees, Degrees]:
    """By 国土地理院's file where that covers the place, else by three parameters.

    To JGD2000 where a file takes it on from there, else to JGD2011 at once.
    """
    goal = JGD2011 if grids.tokyo is None and grids.quake is None else JGD2000
    moved_lon, moved_lat, _ = _three_parameters(goal).transform(lon, lat, np.zeros_like(lon))
    if grids.tokyo is None:
        return moved_lon, moved_lat
    covered = grids.tokyo.covers(lon, lat)
    exact_lon, exact_lat = grids.tokyo.shifted(lon, lat)
    return np.where(covered, exact_lon, moved_lon), np.where(covered, exact_lat, moved_lat)


@cache
def _three_parameters(goal: int) -> Transformer:
    """From degrees on the Bessel ellipsoid at height 0 to degrees on GRS 80."""
    x, y, z = _THREE_PARAMETERS[goal]
    return Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +ellps=bessel"
        f" +step +proj=helmert +x={x} +y={y} +z={z}"
        " +step +inv +proj=cart +ellps=GRS80 +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )


@cache
def _transformer(srid: int, geographic: int) -> Transformer:
    try:
        return Transformer.from_crs(srid, geographic, always_xy=True, allow_ballpark=False)
    except ProjError as error:
        raise UnknownSystemError(f"no way is known from EPSG:{srid} to longitude and latitude") from error


@cache
def geographic_srid(srid: int) -> int:
    """EPSG code of the degrees on a system's own datum, of those that Japan has used; 4326 for every other datum.

    >>> [geographic_srid(code) for code in (30169, 2451, 6677, 3095, 3857)]
    [4301, 4612, 6668, 4301, 4326]
    """
    try:
        geodetic = CRS.from_epsg(srid).geodetic_crs
    except CRSError as error:
        raise UnknownSystemError(f"EPSG:{srid} is no reference system that is known") from error
    datum = _datum_of(geodetic.datum.name if geodetic is not None and geodetic.datum is not None else "")
    return datum or WGS84


def is_degrees(srid: int) -> bool:
    """Whether a system counts in degrees rather than metres.

    Raises:
        UnknownSystemError: where the system is not known.
    """
    geographic_srid(srid)
    return bool(CRS.from_epsg(srid).is_geographic)


def name_of(srid: int) -> str:
    """The register's name of a system with its code.

    >>> name_of(4301)
    'Tokyo (EPSG:4301)'
    """
    geographic_srid(srid)
    return f"{CRS.from_epsg(srid).name} (EPSG:{srid})"


def find_accuracy_notice(srid: int, grids: Grids | None = None) -> str | None:
    """What the owner of a file should know of how exactly its positions were moved; None where nothing was lost."""
    grids = configured_grids() if grids is None else grids
    geographic = geographic_srid(srid)
    if geographic == TOKYO and grids.tokyo is None:
        return (
            f"日本測地系 (Tokyo datum, EPSG:{srid}) was moved to JGD2011 by three parameters: within"
            f" {CITY_ACCURACY_M:.0f} m in and around Tokyo, {NATION_ACCURACY_M:.0f} m nationwide;"
            " GIS_TKY2JGD=TKY2JGD.par makes it exact"
        )
    if geographic in {TOKYO, JGD2000} and grids.quake is None:
        return (
            f"JGD2000 (EPSG:{srid}) was taken as JGD2011: they differ by what the earthquake of 2011 moved, 0.3 m in"
            f" Tokyo, up to {QUAKE_SHIFT_M} m in Tohoku; GIS_PATCHJGD=touhokutaiheiyouoki2011.par makes it exact"
        )
    return None


_REGISTERED = re.compile(r"epsg\W*(?:\d+(?:\.\d+)*\W+)?(\d{4,5})\b|^(\d{4,5})$", re.IGNORECASE)
_ROMAN_ONES = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_ROMAN = (*_ROMAN_ONES, "x", *("x" + ones for ones in _ROMAN_ONES))
_KANJI = (*"一二三四五六七八九", "十", *("十" + ones for ones in "一二三四五六七八九"))
_ZONE = re.compile(
    r"(?:第|zone|cs|平面直角\D*?)?([0-9]{1,2}|[ivx]+|[一二三四五六七八九十]+)系|(?:zone|cs|平面直角\D*?)([0-9]{1,2}|[ivx]+)$"
)
_UTM_ZONE = re.compile(r"(?:utm|ユニバーサル横メルカトル)\D*?(5[1-5])")


def identify_srid(name: str) -> int | None:
    """The EPSG code behind a code, a URN, a WKT (an ESRI one too) or a Japanese name; None where it says none.

    >>> [identify_srid(name) for name in ("urn:ogc:def:crs:EPSG::6677", "旧日本測地系", "世界測地系 第9系")]
    [6677, 4301, 6677]
    """
    text = name.strip()[:20_000]
    if "[" in text:
        return _identify_wkt(text)
    if "CRS84" in text.upper():
        return WGS84
    found = _REGISTERED.search(text)
    if found is not None:
        return int(found[1] or found[2])
    plain = re.sub(r"[\s_　/・,、()]+", "", unicodedata.normalize("NFKC", text).lower())
    datum = _datum_of(plain)
    if (utm := _UTM_ZONE.search(plain)) is not None:
        return _UTM[datum or JGD2011] + int(utm[1])
    zone = find_zone(plain)
    if zone is None:
        return datum
    # ESRI calls the zones of the Tokyo datum Japan_Zone_n, without a datum's name.
    return _PLANE.get(TOKYO if plain.startswith("japanzone") else datum or JGD2011, _PLANE[JGD2011]) + zone


def find_zone(text: str) -> int | None:
    """The plane rectangular zone (系) 1 to 19 that a text names, in any script.

    >>> [find_zone(text) for text in ("第９系", "IX系", "九系", "9", "平面直角座標系第十二系", "20系")]
    [9, 9, 9, 9, 12, None]
    """
    plain = re.sub(r"[\s_　]+", "", unicodedata.normalize("NFKC", str(text)).lower())
    found = _ZONE.search(plain)
    number = (found[1] or found[2]) if found is not None else plain
    for names in (_ROMAN, _KANJI):
        if number in names:
            return names.index(number) + 1
    return int(number) if re.fullmatch(r"0?[1-9]|1[0-9]", number) else None


def _identify_wkt(text: str) -> int | None:
    try:
        crs = CRS.from_wkt(text)
    except CRSError:
        return None
    horizontal = crs.sub_crs_list[0] if crs.is_compound and crs.sub_crs_list else crs
    code = horizontal.to_epsg(70)
    if code is not None:
        return int(code)
    geodetic: Any = horizontal.geodetic_crs
    datum = geodetic.datum.name if geodetic is not None and geodetic.datum is not None else ""
    # An authority that PROJ does not know, or none: the names of datum and zone still tell which of Japan's it is.
    return identify_srid(f"{datum} {horizontal.name}") if _datum_of(datum) is not None else None


def _datum_of(name: str) -> int | None:
    """EPSG code of the degrees on the datum that a name speaks of."""
    plain = re.sub(r"[\s_　]+", "", unicodedata.normalize("NFKC", name).lower())
    for datum, words in _DATUMS:
        if re.search(words, plain):
            return datum
    return None


_DATUMS = (
    (JGD2011, r"jgd2011|geodeticdatum2011|日本測地系2011|測地成果2011"),
    (JGD2000, r"jgd2000|geodeticdatum2000|日本測地系2000|測地成果2000"),
    (TOKYO, r"tokyo|bessel|旧測地|旧日本測地|日本測地系|旧座標"),
    (JGD2011, r"世界測地系|新測地系"),
    (WGS84, r"wgs84|wgs1984|worldgeodeticsystem1984"),
)
