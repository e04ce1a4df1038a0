"""Rasters in: what a file is, and why (`inspect`); then into the store (`etl.raster_store.store`).

Rasters are not rows, so they do not go through readers. What the file does not say itself, its owner says by
constants: ``kind``, ``vertical_datum``, ``unit``, ``nodata``, ``title``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError, ProjError

from etl.raster_files import HGT_NODATA, RasterFile, file_hash, opened, windows
from etl.raster_kinds import is_raster
from etl.raster_store import row_of, store
from etl.readers.base import Options, slug
from etl.record import UnreadableFileError
from layers.crs import LON_LAT_SRID
from layers.raster import KINDS, VERTICAL_DATUMS, Raster

__all__ = ["RasterPlan", "inspect", "is_raster", "store"]

_ELEVATION_WORDS: Final = re.compile(r"dem|dsm|dtm|srtm|elev|標高|地形", re.IGNORECASE)
_DEPTH_WORDS: Final = re.compile(r"depth|inund|flood|浸水|水深", re.IGNORECASE)
_LOWEST_M, _HIGHEST_M = -500, 9000
"""Heights on land lie between the Dead Sea and Mount Everest."""
_LIKELY_NODATA: Final = (-9999, -32768, -32767)
_GEOD: Final = Geod(ellps="GRS80")
CONSTANTS: Final = ("kind", "vertical_datum", "unit", "nodata", "title")


@dataclass(frozen=True, slots=True)
class RasterPlan:
    """What a raster file was recognised as, and what storing it will write down.

    Args:
        row: what the raster's row is to say (see `layers.raster.Raster`), without its file.
        valid_cells: how many cells of the first band hold something.
        reasons: how reference system, vertical datum, kind and so on were found, each in one line.
        notices: what the file's owner should know.
        is_known: the same file with the same statements is stored already; storing it again changes nothing.
    """

    path: Path
    form: str
    row: Mapping[str, Any]
    valid_cells: int
    reasons: tuple[str, ...]
    notices: tuple[str, ...]
    is_known: bool

    @property
    def key(self) -> str:
        return str(self.row["key"])

    def text(self) -> str:
        """The plan in lines, as the report of an import."""
        row = self.row
        values = "no cell holds anything" if row["minimum"] is None else f"{row['minimum']:g} to {row['maximum']:g}"
        size = f"{row['width']} x {row['height']} cells of {row['resolution_m']:.2f} m, {values} {row['unit']}".rstrip()
        lines = [f"{self.path.name}: {self.form}, {KINDS[row['kind']].ja}", f"  {self.key}: {size}"]
        lines += [f"  {reason}" for reason in self.reasons]
        lines += [f"  notice  {notice}" for notice in self.notices]
        if self.is_known:
            lines.append("  nothing changed: the same file is stored already")
        return "\n".join(lines)


class _Findings:
    """What is found on the way, with its reasons."""

    def __init__(self, constants: Mapping[str, str]) -> None:
        self.constants = constants
        self.reasons: list[str] = []
        self.notices: list[str] = []

    def choose(self, name: str, found: str, why: str, allowed: Mapping[str, Any] | None = None) -> str:
        """What the caller says, else what was found."""
        said = self.constants.get(name, "")
        if said and allowed is not None and said not in allowed:
            raise UnreadableFileError(f"{name} {said!r} is not known; there are: {', '.join(allowed)}")
        self.reasons.append(f"{name}: {said or found or 'none'} ({'as asked for' if said else why})")
        return said or found


def inspect(path: Path, options: Options) -> RasterPlan:
    """Look into a raster file and read all its cells once, in bounded memory.

    Raises:
        UnreadableFileError: in one line, what is wrong with the file and what would be right.
    """
    if unknown := set(options.constants) - set(CONSTANTS):
        raise UnreadableFileError(f"a raster has no {', '.join(sorted(unknown))}; there are: {', '.join(CONSTANTS)}")
    with opened(path) as file:
        found = _Findings(options.constants)
        _check_grid(file.source)
        srid = _srid(file, options, found)
        outline = _outline(file.source, srid)
        kind = _kind(file, path, found)
        nodata = _nodata(file, found)
        lowest, highest, count = _statistics(file.source, nodata, found)
        key = options.source_key or slug(path)[:120]
        row = {
            "key": key,
            "title": options.constants.get("title", "") or path.name.split(".")[0][:200],
            "kind": kind,
            "srid": srid,
            "vertical_datum": _vertical_datum(file, kind, found),
            "unit": _unit(file, kind, found),
            "nodata": nodata,
            "width": file.source.width,
            "height": file.source.height,
            "bands": file.source.count,
            "bounds": outline.wkt,
            "resolution_m": _resolution_m(file.source, srid),
            "minimum": lowest,
            "maximum": highest,
            "sha256": file_hash(path),
            "source": key,
            "attribution": options.attribution or "出典未記入",
            "licence": options.licence or "不明",
        }
    _doubt(row, found)
    known = Raster.objects.filter(key=key).first()
    is_known = known is not None and known.path.is_file() and row_of(known) == row_of(Raster(**row))
    return RasterPlan(path, file.form, row, count, tuple(found.reasons), tuple(found.notices), is_known)


def _check_grid(source: Any) -> None:
    grid = source.transform
    if grid.is_identity:
        right = "gdal_translate -a_srs EPSG:6677 -a_ullr WEST NORTH EAST SOUTH"
        raise UnreadableFileError(f"the file does not say where it lies; {right} writes it down")
    if grid.b or grid.d or grid.a <= 0 or grid.e >= 0:
        raise UnreadableFileError("the grid is rotated or upside down; gdalwarp turns it north up")


def _srid(file: RasterFile, options: Options, found: _Findings) -> int:
    if options.srid is not None:
        found.reasons.append(f"reference system: EPSG:{options.srid} (as asked for)")
        return options.srid
    if file.crs is None:
        beside = ", or a .prj file beside it" if file.form == "ASCII grid" else ""
        raise UnreadableFileError(f"the file states no reference system: --crs EPSG:6677 says it{beside}")
    crs = CRS.from_user_input(file.crs.to_wkt())
    horizontal = crs.sub_crs_list[0] if crs.is_compound else crs
    srid = horizontal.to_epsg() or horizontal.to_epsg(min_confidence=25)
    if srid is None:
        raise UnreadableFileError(f"the reference system {crs.name[:80]!r} has no EPSG code: --crs EPSG:6677 says it")
    found.reasons.append(f"reference system: EPSG:{srid} {horizontal.name} (the file states it)")
    return int(srid)


def _outline(source: Any, srid: int) -> shapely.Polygon:
    """The raster's edge in degrees, with 21 points a side, since straight edges bend."""
    west, south, east, north = source.bounds
    edge = shapely.box(west, south, east, north).segmentize(max(east - west, north - south) / 20)
    try:
        transformer = Transformer.from_crs(srid, LON_LAT_SRID, always_xy=True)
        outline = shapely.transform(edge, lambda x, y: transformer.transform(x, y), interleaved=False)
    except (CRSError, ProjError) as error:
        raise UnreadableFileError(f"EPSG:{srid} is no reference system that is known") from error
    bounds = outline.bounds
    if not all(map(math.isfinite, bounds)) or bounds[0] < -180 or bounds[2] > 180 or bounds[1] < -90 or bounds[3] > 90:
        reach = f"{west:g}, {south:g} to {east:g}, {north:g}"
        raise UnreadableFileError(f"it reaches from {reach}, nowhere in EPSG:{srid}; --crs says the right one")
    return outline


def _kind(file: RasterFile, path: Path, found: _Findings) -> str:
    kind, why = "other", "nothing tells what its values are; --set kind=elevation says it"
    if file.form.startswith("SRTM"):
        kind, why = "elevation", "SRTM holds heights"
    elif _DEPTH_WORDS.search(path.stem):
        kind, why = "flood_depth", "by its name"
    elif _ELEVATION_WORDS.search(path.stem):
        kind, why = "elevation", "by its name"
    elif file.crs is not None and CRS.from_user_input(file.crs.to_wkt()).is_compound:
        kind, why = "elevation", "its reference system has a height"
    return found.choose("kind", kind, why, KINDS)


def _vertical_datum(file: RasterFile, kind: str, found: _Findings) -> str:
    """What the heights are counted from. Only what somebody says is written down, never what is usual."""
    datum, why = "unknown", "nothing states it"
    crs = None if file.crs is None else CRS.from_user_input(file.crs.to_wkt())
    if file.form.startswith("SRTM"):
        datum, why = "EGM96", "heights of SRTM squares are above EGM96"
    elif crs is not None and crs.is_compound:
        name = crs.sub_crs_list[1].name
        datum = next((key for key in VERTICAL_DATUMS if key in name), "unknown")
        why = f"its reference system has {name}"
    elif file.source.tags().get("DTED_VerticalDatum") == "E96":
        datum, why = "EGM96", "its tag DTED_VerticalDatum says E96"
    datum = found.choose("vertical_datum", datum, why, VERTICAL_DATUMS)
    if kind == "elevation" and datum == "unknown":
        found.notices.append("heights above what is not known; --set vertical_datum=JGD2011 says it")
    return datum


def _unit(file: RasterFile, kind: str, found: _Findings) -> str:
    own = file.source.units[0] or ""
    own = "m" if own.lower() in {"m", "metre", "meter", "metres", "meters"} else own[:20]
    if own or kind == "other":
        return found.choose("unit", own, "the file states it" if own else "nothing states it")
    return found.choose("unit", "m", "heights and depths are in metres unless the file says otherwise")


def _nodata(file: RasterFile, found: _Findings) -> float | None:
    own = HGT_NODATA if file.form.startswith("SRTM") else file.source.nodata
    said = found.choose("nodata", "" if own is None else f"{own:g}", "nothing states it" if own is None else "the file")
    try:
        value = float(said) if said else None
    except ValueError as error:
        raise UnreadableFileError(f"nodata {said!r} is not a number") from error
    cell = np.dtype(file.source.dtypes[0])
    if value is None or math.isnan(value):
        return None  # cells that are no finite numbers hold nothing in any case
    if cell.kind == "f":
        return value
    limits = np.iinfo(cell)
    if not math.isfinite(value) or value != int(value) or not limits.min <= value <= limits.max:
        found.notices.append(f"nodata {said} cannot occur among cells of the type {cell}; every cell counts")
        return None
    return value


def _statistics(source: Any, nodata: float | None, found: _Findings) -> tuple[float | None, float | None, int]:
    """Lowest and highest value of the first band, and how many cells hold something."""
    lowest, highest, count, odd = math.inf, -math.inf, 0, 0
    for window in windows(source):
        cells = source.read(1, window=window)
        keep = np.isfinite(cells)
        odd += int(np.isinf(cells).sum()) if cells.dtype.kind == "f" else 0
        if nodata is not None:
            keep &= cells != np.asarray(nodata, cells.dtype)
        if (here := int(keep.sum())) > 0:
            values = cells[keep]
            lowest, highest = min(lowest, float(values.min())), max(highest, float(values.max()))
            count += here
    if odd:
        found.notices.append(f"{odd} cells are infinite; they are taken as holding nothing")
    return (lowest, highest, count) if count else (None, None, 0)


def _resolution_m(source: Any, srid: int) -> float:
    """Mean side of a cell, metres; in degrees, measured in the middle."""
    width, height = source.transform.a, -source.transform.e
    crs = CRS.from_epsg(srid)
    if not crs.is_geographic:
        return float((width + height) / 2 * crs.axis_info[0].unit_conversion_factor)
    west, south, east, north = source.bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    across = _GEOD.line_length([lon, lon + width], [lat, lat])
    return float((across + _GEOD.line_length([lon, lon], [lat - height / 2, lat + height / 2])) / 2)


def _doubt(row: Mapping[str, Any], found: _Findings) -> None:
    """What its owner should look at."""
    lowest, highest = row["minimum"], row["maximum"]
    if lowest is None:
        found.notices.append("no cell holds anything")
    elif row["nodata"] is None and lowest in _LIKELY_NODATA:
        found.notices.append(f"the lowest value is {lowest:g}; if that means nothing, --set nodata={lowest:g} says so")
    elif row["kind"] == "elevation" and (lowest < _LOWEST_M or highest > _HIGHEST_M):
        found.notices.append(f"heights from {lowest:g} to {highest:g} are none of this earth in metres")
    elif row["kind"] == "flood_depth" and lowest < 0:
        found.notices.append(f"a depth below 0 ({lowest:g})")
