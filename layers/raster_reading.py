"""Values out of stored rasters, at points and along lines. Reads only the blocks that are asked for.

May be called from any thread: each has its own open files, which GDAL does not share between threads.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import rasterio
import shapely
from pyproj import Geod, Transformer
from rasterio.windows import Window

from layers.crs import LON_LAT_SRID
from layers.raster import Raster

MAX_POINTS: Final = 100_000
"""Of one profile; bounds the work that one request can cause."""

_BLOCK: Final = 512
_OPEN_FILES: Final = 8
_GEOD: Final = Geod(ellps="GRS80")
_local = threading.local()


@dataclass(frozen=True, slots=True)
class ProfilePoint:
    """A point of a profile: metres from its beginning, degrees, and the value (None where there is none)."""

    distance_m: float
    lon: float
    lat: float
    value: float | None


def value_at(raster: Raster, lon: float, lat: float) -> float | None:
    """The value at a point in degrees; None outside the raster and where it holds nothing.

    Heights are interpolated between the centres of the four cells around; every other kind answers the cell's own.
    """
    return values_at(raster, [lon], [lat])[0]


def profile(raster: Raster, line: shapely.LineString, step_m: float) -> list[ProfilePoint]:
    """The values along a line in degrees: at its vertices and at least every `step_m` metres between them.

    Raises:
        ValueError: where the step is not positive, or there would be more than `MAX_POINTS` points.
    """
    distances, lons, lats = stations(line, step_m)
    values = values_at(raster, lons, lats)
    return [ProfilePoint(*point) for point in zip(distances, lons, lats, values, strict=True)]


def values_at(raster: Raster, lons: Sequence[float], lats: Sequence[float], band: int = 1) -> list[float | None]:
    """The values at several points (see `value_at`); each block of the raster is read once.

    Args:
        band: counted from 1. What further bands of heights hold is not known, so they answer the cell's own.
    """
    source, to_raster = _opened(raster)
    xs, ys = to_raster.transform(np.asarray(lons, float), np.asarray(lats, float))
    columns, rows = ~source.transform @ (np.asarray(xs), np.asarray(ys))
    values: list[float | None] = [None] * len(columns)
    inside = np.isfinite(columns) & np.isfinite(rows)
    inside &= (columns >= 0) & (rows >= 0) & (columns <= source.width) & (rows <= source.height)
    is_interpolated = raster.kind == "elevation" and band == 1
    blocks: dict[tuple[int, int], list[int]] = {}
    for index in np.flatnonzero(inside):
        blocks.setdefault((int(rows[index]) // _BLOCK, int(columns[index]) // _BLOCK), []).append(int(index))
    for block, indices in blocks.items():
        cells, top, left = _read_block(source, band, *block)
        for index in indices:
            at = (rows[index] - top, columns[index] - left)
            values[index] = _interpolated(cells, *at) if is_interpolated else _cell(cells, *at)
    return values


def _opened(raster: Raster) -> tuple[Any, Transformer]:
    """The thread's open file of a raster. Names of files change with their contents, so none is ever out of date."""
    if not hasattr(_local, "files"):
        _local.files = OrderedDict()
    files: OrderedDict[str, tuple[Any, Transformer]] = _local.files
    name = str(raster.path)
    if name not in files:
        if len(files) >= _OPEN_FILES:
            files.popitem(last=False)[1][0].close()
        with rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"):
            source = rasterio.open(name, driver="GTiff")
        files[name] = source, Transformer.from_crs(LON_LAT_SRID, raster.srid, always_xy=True)
    files.move_to_end(name)
    return files[name]


def _read_block(source: Any, band: int, row: int, column: int) -> tuple[np.ma.MaskedArray, int, int]:
    """A block of a band with one more cell on each side, and the row and column at which it begins."""
    top, left = max(row * _BLOCK - 1, 0), max(column * _BLOCK - 1, 0)
    bottom, right = min((row + 1) * _BLOCK + 1, source.height), min((column + 1) * _BLOCK + 1, source.width)
    window = Window(left, top, right - left, bottom - top)
    cells = np.ma.masked_invalid(source.read(band, window=window, masked=True).astype(float))
    return cells, top, left


def _cell(cells: np.ma.MaskedArray, row: float, column: float) -> float | None:
    """The value of the cell around a position; positions count from the upper left corner of the array."""
    value = cells[min(int(row), cells.shape[0] - 1), min(int(column), cells.shape[1] - 1)]
    return None if value is np.ma.masked else float(value)


def _interpolated(cells: np.ma.MaskedArray, row: float, column: float) -> float | None:
    """Bilinear between the centres of cells; those that hold nothing are left out, the weights of the others grow.

    A position whose own cell holds nothing has no value; beyond the outermost centres the outermost cells count.
    """
    if _cell(cells, row, column) is None:
        return None
    top, left = int(np.floor(row - 0.5)), int(np.floor(column - 0.5))
    down, across = row - 0.5 - top, column - 0.5 - left
    weights = np.outer([1 - down, down], [1 - across, across])
    rows = np.clip([top, top + 1], 0, cells.shape[0] - 1)
    columns = np.clip([left, left + 1], 0, cells.shape[1] - 1)
    around = cells[np.ix_(rows, columns)]
    weights = np.where(np.ma.getmaskarray(around), 0.0, weights)
    return float((around.filled(0.0) * weights).sum() / weights.sum())


def stations(line: shapely.LineString, step_m: float) -> tuple[list[float], list[float], list[float]]:
    """Metres from the beginning, longitudes and latitudes of the points of a `profile`, with the same exceptions."""
    if not step_m > 0:
        raise ValueError("the step of a profile must be more than 0 m")
    vertices = shapely.get_coordinates(line)
    lengths = np.asarray(_GEOD.line_lengths(vertices[:, 0], vertices[:, 1]))
    counts = np.maximum(np.ceil(lengths / step_m), 1)
    if not np.isfinite(counts).all() or counts.sum() >= MAX_POINTS:
        raise ValueError(f"a profile has at most {MAX_POINTS} points; make the step longer")
    distances, lons, lats, start = [0.0], [float(vertices[0, 0])], [float(vertices[0, 1])], 0.0
    for (a, b), length, count in zip(pairwise(vertices), lengths, counts, strict=True):
        share = np.arange(1, int(count) + 1) / count
        distances += (start + share * length).tolist()
        lons += (a[0] + share * (b[0] - a[0])).tolist()
        lats += (a[1] + share * (b[1] - a[1])).tolist()
        start += length
    return distances, lons, lats
