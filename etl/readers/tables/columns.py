"""Which columns of a table say where things are, and in which reference system.

Column names, what stands above the header, and the first rows decide; the reasons are kept for the owner to read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from pyproj import CRS

from etl.coordinates import JAPAN, Unit, are_in, find_coordinate, find_pair
from etl.datum import JGD2000, JGD2011, TOKYO, find_zone, geographic_srid, identify_srid, is_degrees, to_lon_lat
from etl.readers.base import Options
from etl.readers.tables.header import Header, plain
from layers.crs import LON_LAT_SRID

_LATITUDE = re.compile(r"緯度|北緯|^(?:gps[_ ]?)?lat(?:itude)?(?![a-z])|^y\(?lat")
_LONGITUDE = re.compile(r"経度|東経|^(?:gps[_ ]?)?(?:lon|lng|long|longitude)(?![a-z])|^x\(?lon")
_BOTH = re.compile(
    r"緯経度|経緯度|緯度.*経度|経度.*緯度|^lat[_ ]?(?:lon|lng)|^座標$|位置座標|^(?:geo)?location$|^緯経$|^point$"
)
_WKT = re.compile(
    r"^(?:wkt|geom|geometry|the_geom|wkt_geom|geom_wkt|geometry_wkt|shape|ジオメトリ|形状|point|location)$"
)
_NORTH = re.compile(r"^x(?:座標|[_ ]?coord\w*)?(?![a-z])|座標[_ ]?x|x座標")
_EAST = re.compile(r"^y(?:座標|[_ ]?coord\w*)?(?![a-z])|座標[_ ]?y|y座標")
_NORTHING = re.compile(r"northing|^北距|^北方向|^n座標|^北座標")
_EASTING = re.compile(r"easting|^東距|^東方向|^e座標|^東座標")
_MGRS = re.compile(r"mgrs|utmポイント|utmグリッド|^usng")
_ZONE = re.compile(r"^系$|座標系|系番号|^zone|ゾーン|utm.*帯|^utm_?zone|^帯$")
_SYSTEM = re.compile(r"測地系|^datum|座標参照系|^crs$|^srid$|^epsg|空間参照")
_SAYS_SYSTEM = re.compile(r"測地|座標|epsg|jgd|wgs|datum|crs|系", re.IGNORECASE)
_IS_WKT = re.compile(r"\s*(?:srid=\d+;)?\s*(?:multi)?(?:point|linestring|polygon)\s*z?m?\s*\(", re.IGNORECASE)
UTM_NORTHING_M = 1_500_000
"""Northings of UTM are counted from the equator; those of a plane rectangular zone stay far below."""


@dataclass(frozen=True, slots=True)
class Placing:
    """How the rows of a table are placed.

    Args:
        way: "degrees", "pair", "wkt", "metres" or "mgrs".
        x: column of longitudes or eastings (of everything, where one column has both).
        y: column of latitudes or northings.
        srid: EPSG code, where all rows have the same.
        systems: columns that name datum or zone row by row.
        reason: in one line, for the owner.
    """

    way: str
    x: str
    y: str
    unit: Unit = Unit.DEGREES
    srid: int = LON_LAT_SRID
    systems: tuple[str, ...] = ()
    reason: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.y, self.x, *self.systems)))

    @property
    def label(self) -> str:
        return self.x if self.x == self.y else f"{self.y}・{self.x}"


def has_position(names: Sequence[str]) -> bool:
    """Whether columns of these names say where things are."""
    return bool(_candidates(names))


def find_placing(header: Header, options: Options) -> Placing | None:
    """How the rows are placed; None where no column says."""
    candidates = _candidates(header.names)
    filled = [one for one in candidates if any(cell.strip() for cell in header.column(one.x))]
    for candidate in filled or candidates:
        placing = _resolved(candidate, header, options)
        if placing is not None:
            return placing
    return None


def _candidates(names: Sequence[str]) -> list[Placing]:
    plains = {name: plain(name) for name in names if name}
    found: list[Placing] = []
    both = [name for name, text in plains.items() if _BOTH.search(text)]
    lats = [name for name, text in plains.items() if _LATITUDE.search(text) and name not in both]
    lons = [name for name, text in plains.items() if _LONGITUDE.search(text) and name not in both]
    for lat, lon in zip(sorted(lats, key=_less_plain), sorted(lons, key=_less_plain), strict=False):
        found.append(Placing("degrees", lon, lat))
    found += [Placing("wkt", name, name) for name, text in plains.items() if _WKT.search(text)]
    found += [Placing("pair", name, name) for name in both]
    found += [Placing("mgrs", name, name) for name, text in plains.items() if _MGRS.search(text)]
    for pattern_x, pattern_y in ((_EASTING, _NORTHING), (_EAST, _NORTH)):
        xs = [name for name, text in plains.items() if pattern_x.search(text)]
        ys = [name for name, text in plains.items() if pattern_y.search(text)]
        if xs and ys:
            found.append(Placing("metres", xs[0], ys[0]))
    return found


def _less_plain(name: str) -> tuple[bool, int]:
    """Columns on today's datum first, then those whose names say least besides."""
    return identify_srid(name) == TOKYO, len(name)


def _resolved(candidate: Placing, header: Header, options: Options) -> Placing | None:
    cells = header.column(candidate.x)
    if candidate.way == "wkt":
        if cells and not any(_IS_WKT.match(cell) for cell in cells):
            return None
        return _in_system(candidate, header, options)
    if candidate.way == "pair":
        if any(cell.strip() for cell in cells) and not any(find_pair(cell) for cell in cells):
            return None
        return _in_system(replace(candidate, unit=_unit_of(candidate.x)), header, options)
    if candidate.way == "mgrs":
        return replace(candidate, reason=f"positions in {candidate.x} (MGRS, WGS 84)")
    if candidate.way == "degrees":
        return _in_system(replace(candidate, unit=_unit_of(candidate.y)), header, options)
    return _resolved_metres(candidate, header, options)


def _unit_of(name: str) -> Unit:
    text = plain(name)
    if re.search(r"度分秒|dms|60進|六十進|ddmmss", text):
        return Unit.PACKED
    if re.search(r"ミリ秒|msec", text):
        return Unit.MILLISECONDS
    return Unit.SECONDS if re.search(r"[(_](?:秒|sec)", text) else Unit.DEGREES


def _in_system(placing: Placing, header: Header, options: Options) -> Placing:
    """Degrees in the system that the caller, a column, its name or the rows above the header say."""
    srid, how = _said_system(placing, header, options)
    if srid is None:
        srid, how = LON_LAT_SRID, "no system is named: WGS 84 / JGD2011"
    if placing.way != "wkt" and not is_degrees(srid):
        srid = geographic_srid(srid)
    systems = () if options.srid else _system_columns(header, _SYSTEM)
    how = f"{how}; row by row by {'、'.join(systems)}" if systems else how
    return replace(placing, srid=srid, systems=systems, reason=f"positions in {placing.label}, EPSG:{srid} ({how})")


def _said_system(placing: Placing, header: Header, options: Options) -> tuple[int | None, str]:
    if options.srid:
        return options.srid, "as asked for"
    for name in dict.fromkeys((placing.y, placing.x)):
        said = re.sub(r"緯度|経度|座標", " ", name)
        if _SAYS_SYSTEM.search(said) and (srid := identify_srid(said)) is not None:
            return srid, f"from the column's name {name}"
    for text in header.above:
        if _SAYS_SYSTEM.search(text) and (srid := identify_srid(text)) is not None:
            return srid, f"from 「{text[:40]}」 above the header"
    return None, ""


def _system_columns(header: Header, *patterns: re.Pattern[str]) -> tuple[str, ...]:
    return tuple(
        name
        for name in header.names
        if any(pattern.search(plain(name)) for pattern in patterns)
        and any(cell.strip() for cell in header.column(name))
        and not re.search(r"緯度|経度|[xy]座標", plain(name))
    )


def _resolved_metres(candidate: Placing, header: Header, options: Options) -> Placing | None:
    """X and Y: degrees where the numbers are small; else X to the north, as surveyors of Japan count."""
    pairs = _numbers(header.column(candidate.x), header.column(candidate.y))
    if pairs and all(abs(x) <= 180 and abs(y) <= 180 for x, y in pairs):
        return _small(candidate, pairs, header, options)
    systems = () if options.srid else _system_columns(header, _ZONE, _SYSTEM)
    srid, how = _said_system(candidate, header, options)
    is_utm = bool(pairs) and all(y > UTM_NORTHING_M for _, y in pairs)
    if srid is None or is_degrees(srid):
        srid, guessed = _default_metres(srid, is_utm, options)
        how = f"{how}, {guessed}" if how else guessed
    how = f"{how}; row by row by {'、'.join(systems)}" if systems else how
    placing = replace(candidate, unit=Unit.METRES, srid=srid, systems=systems)
    placing = placing if systems else _nearer(placing, pairs, options)
    axes = f"{placing.y} to the north, {placing.x} to the east"
    return replace(placing, reason=f"positions in {axes}, EPSG:{srid} ({how})")


def _numbers(xs: Sequence[str], ys: Sequence[str]) -> list[tuple[float, float]]:
    """The rows of two columns in which both cells hold a number."""
    found = ((find_coordinate(x, Unit.METRES), find_coordinate(y, Unit.METRES)) for x, y in zip(xs, ys, strict=True))
    return [(x, y) for x, y in found if x is not None and y is not None]


def _small(candidate: Placing, pairs: list[tuple[float, float]], header: Header, options: Options) -> Placing:
    """Degrees in columns called X and Y: X is the longitude, unless the numbers in Japan say otherwise."""
    west, south, east, north = JAPAN
    is_japanese = all(west <= x <= east and south <= y <= north for x, y in pairs)
    if is_japanese or not _NORTH.search(plain(candidate.y)):
        return _in_system(replace(candidate, way="degrees"), header, options)
    return _in_system(replace(candidate, way="degrees", x=candidate.y, y=candidate.x), header, options)


def _nearer(placing: Placing, pairs: list[tuple[float, float]], options: Options) -> Placing:
    """X and Y the other way round (as programs write them) where only that leads to the city."""
    if not pairs or not _NORTH.search(plain(placing.y)):
        return placing
    west, south, east, north = options.city.bounds
    near = west - 0.3, south - 0.3, east + 0.3, north + 0.3
    x, y = (np.array(numbers) for numbers in zip(*pairs, strict=True))
    survey, program = (are_in(near, *to_lon_lat(a, b, placing.srid)).mean() for a, b in ((x, y), (y, x)))
    return replace(placing, x=placing.y, y=placing.x) if survey < 0.5 < program else placing


def _default_metres(datum: int | None, is_utm: bool, options: Options) -> tuple[int, str]:
    """The city's own zone on the datum that is said."""
    base = _DATUM_NAMES.get(datum or JGD2011, "JGD2011")
    if is_utm:
        zone = int((options.city.centre[0] + 180) // 6) + 1
        srid = identify_srid(f"{base} UTM {zone}")
    else:
        zone = options.city.zone
        srid = identify_srid(f"{base} 第{zone}系")
    if srid is None:
        raise AssertionError(f"zone {zone} has no code")
    return srid, f"no zone is named: {options.city.name.ja}'s, {zone}"


def row_srid(texts: Sequence[str], placing: Placing) -> int | None:
    """The system that a row names in its columns of datum and zone; the table's own where it names none.

    None where what is named is no system.
    """
    said = [text.strip() for text in texts if text.strip()]
    if not said:
        return placing.srid
    own_datum = geographic_srid(placing.srid)
    if placing.unit is not Unit.METRES:
        found = identify_srid(" ".join(said))
        return geographic_srid(found) if found is not None else None
    words = [_zone_in_words(text) for text in said]
    found = identify_srid(" ".join(words))
    if found is None:
        return None
    if is_degrees(found):
        return _on_datum(placing.srid, found)
    is_datum_said = any(identify_srid(text) is not None for text in said if _zone_in_words(text) == text)
    return found if is_datum_said else _on_datum(found, own_datum)


def _zone_in_words(text: str) -> str:
    """A bare zone as words that say what it is."""
    if len(text) > 5:
        return text
    utm = re.match(r"(5[1-5])[a-zA-Z]?$", plain(text))
    zone = find_zone(text)
    return f"UTM {utm[1]}" if utm else f"第{zone}系" if zone is not None else text


_DATUM_NAMES = {TOKYO: "日本測地系", JGD2000: "JGD2000", JGD2011: "JGD2011"}


def _on_datum(srid: int, datum: int) -> int | None:
    """The same zone on another of Japan's datums."""
    if geographic_srid(srid) == datum:
        return srid
    name = CRS.from_epsg(srid).name.split("/")[-1]
    return identify_srid(f"{_DATUM_NAMES.get(datum, 'JGD2011')} {name}")
