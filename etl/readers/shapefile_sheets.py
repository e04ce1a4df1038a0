"""Shapefiles as tables with shapes: encoding from .cpg or their bytes, reference system from .prj or their numbers."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from etl.datum import JGD2011, identify_srid, name_of, to_lon_lat
from etl.gdal_warnings import silence_gdal
from etl.readers.base import Options
from etl.readers.sheets import ROWS, Shapes, Sheet, Stretch, find_fault
from etl.record import UnreadableFileError

SHAPEFILE_MAGIC = b"\x00\x00\x27\x0a"
_HEAD = 65_536


def dbf_columns(path: Path | None) -> tuple[str, ...]:
    """Names of the columns of a dBASE table: records of 32 bytes after a header of 32, closed by 0x0D."""
    if path is None:
        return ()
    with path.open("rb") as file:
        head = file.read(_HEAD)
    names = []
    for start in range(32, len(head) - 31, 32):
        if head[start] == 0x0D:
            break
        names.append(_column_name(head[start : start + 11].split(b"\x00")[0]))
    return tuple(names)


def _column_name(name: bytes) -> str:
    """At most ten bytes in UTF-8 or CP932, of which the last may be half a character."""
    for end in range(len(name), max(len(name) - 3, -1), -1):
        try:
            return name[:end].decode("utf-8")
        except UnicodeDecodeError:
            continue
    return name.decode("cp932", errors="ignore")


def beside(path: Path, suffix: str) -> Path | None:
    """The file of the same name with another ending, however that is spelt."""
    for candidate in path.parent.iterdir():
        if candidate.stem == path.stem and candidate.suffix.lower() == suffix:
            return candidate
    return None


def shapefile_sheet(path: Path, name: str, options: Options) -> Sheet:
    import pyogrio  # brings pandas along, which takes longer than a small import
    from pyogrio.errors import DataLayerError, DataSourceError

    if (table := beside(path, ".dbf")) is None:
        raise UnreadableFileError(f"{name} has no .dbf beside it, which holds its columns")
    encoding = options.encoding or _dbf_encoding(path, table)
    try:
        silence_gdal()
        info = pyogrio.read_info(path, encoding=encoding or None)
    except (DataSourceError, DataLayerError) as error:
        raise UnreadableFileError(f"broken Shapefile: {error}") from error
    srid, reason = _srid_of(path, name, options, info["total_bounds"])
    return Sheet(
        path,
        name,
        tuple(str(column) for column in info["fields"]),
        lambda: _shapefile_stretches(path, encoding, srid),
        has_shapes=True,
        reasons=(f"{name}: encoding {encoding or 'as its .cpg says'}", reason),
        bounds=_bounds_in_degrees(info["total_bounds"], srid),
    )


def _dbf_encoding(path: Path, table: Path) -> str:
    """The encoding of the texts, "" where a .cpg names it: UTF-8 where all bytes are, else CP932."""
    if beside(path, ".cpg") is not None:
        return ""
    with table.open("rb") as file:
        head = file.read(32)
        if len(head) < 32:
            raise UnreadableFileError(f"broken Shapefile: {table.name} is cut off")
        file.seek(struct.unpack("<H", head[8:10])[0])
        return "CP932" if find_fault(file, "utf-8") else "UTF-8"


def _srid_of(path: Path, name: str, options: Options, bounds: Any) -> tuple[int, str]:
    if options.srid is not None:
        return options.srid, f"{name}: {name_of(options.srid)}, as told"
    projection = beside(path, ".prj")
    srid = identify_srid(projection.read_text(encoding="utf-8", errors="replace")) if projection else None
    if srid is not None:
        return srid, f"{name}: {name_of(srid)}, by its .prj"
    if bounds is not None and _LON[0] <= bounds[0] <= bounds[2] <= _LON[1]:
        return JGD2011, f"{name}: no known reference system is named; the numbers are degrees, taken for JGD2011"
    raise UnreadableFileError(f"{name} does not say in which reference system it is, and its numbers are no degrees")


_LON = (-180.0, 180.0)


def _bounds_in_degrees(bounds: Any, srid: int) -> tuple[float, float, float, float] | None:
    if bounds is None or not np.isfinite(bounds).all():
        return None
    lons, lats = to_lon_lat([bounds[0], bounds[2]], [bounds[1], bounds[3]], srid)
    return float(lons.min()), float(lats.min()), float(lons.max()), float(lats.max())


def _shapefile_stretches(path: Path, encoding: str, srid: int) -> Iterator[Stretch]:
    import pyogrio  # brings pandas along, which takes longer than a small import
    from pyogrio.errors import DataLayerError, DataSourceError

    number = 0
    try:
        with pyogrio.open_arrow(path, batch_size=ROWS, encoding=encoding or None, use_pyarrow=True) as (meta, reader):
            shape = meta["geometry_name"] or "wkb_geometry"
            for batch in reader:
                places = [f"row {number + i}" for i in range(1, len(batch) + 1)]
                number += len(batch)
                columns = {
                    column.strip().lower(): batch.column(column).to_pylist()
                    for column in batch.schema.names
                    if column != shape
                }
                shapes = shapely.from_wkb(np.array(batch.column(shape).to_pylist(), dtype=object), on_invalid="ignore")
                yield Stretch(places, columns, in_degrees(shapes, srid))
    except (DataSourceError, DataLayerError, RuntimeError, UnicodeDecodeError) as error:
        raise UnreadableFileError(f"broken Shapefile: {error}") from error


def in_degrees(shapes: Shapes, srid: int) -> Shapes:
    """Shapes of a reference system as longitude and latitude on JGD2011, in two dimensions."""
    flat = shapely.force_2d(shapes)
    if srid in {4326, JGD2011}:
        return flat

    def move(positions: Any) -> Any:
        return np.column_stack(to_lon_lat(positions[:, 0], positions[:, 1], srid))

    return shapely.transform(flat, move)
