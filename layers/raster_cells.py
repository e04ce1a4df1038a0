"""Cells of stored rasters, as a grid of their own or in another reference system, never more than what is asked for.

A stored raster is north-up (imports refuse any other), so a grid is an upper left corner and two sides of a cell.
Windows are read as they are stored. Scaled or reprojected cells come from the coarsest overview that is still as fine
as what is asked for, so that the work is bounded by the cells of the answer, not by those of the file.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import rasterio
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.transform import from_origin
from rasterio.vrt import WarpedVRT
from rasterio.warp import calculate_default_transform
from rasterio.windows import Window

from layers.raster import Raster

Bounds = tuple[float, float, float, float]
"""Least x, least y, greatest x, greatest y, in the units of a grid's system."""

_EDGE: Final = 1e-6
"""Share of a cell by which a position may miss an edge and still lie on it: what is lost in transformations."""
_ENV: Final = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "PROJ_NETWORK": "OFF"}


@dataclass(frozen=True, slots=True)
class Span:
    """Columns or rows of a grid: the first, and how many. May reach beyond the grid."""

    first: int
    count: int


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of equal size, rows from the north: upper left corner, sides of a cell (both positive), and how many."""

    srid: int
    west: float
    north: float
    cell_width: float
    cell_height: float
    width: int
    height: int

    @property
    def transform(self) -> Any:
        return from_origin(self.west, self.north, self.cell_width, self.cell_height)

    @property
    def bounds(self) -> Bounds:
        east, south = self.west + self.width * self.cell_width, self.north - self.height * self.cell_height
        return self.west, south, east, self.north

    def spans_of(self, box: Bounds) -> tuple[Span, Span]:
        """The columns and rows whose inside touches a box; one of each for a box without an extent."""
        columns = _span((box[0] - self.west) / self.cell_width, (box[2] - self.west) / self.cell_width)
        rows = _span((self.north - box[3]) / self.cell_height, (self.north - box[1]) / self.cell_height)
        return columns, rows

    def clipped(self, columns: Span, rows: Span) -> tuple[Span, Span] | None:
        """As far as they lie in this grid; None where they lie wholly outside."""
        across, down = _clip(columns, self.width), _clip(rows, self.height)
        return None if across is None or down is None else (across, down)

    def part(self, columns: Span, rows: Span) -> Grid:
        west, north = self.west + columns.first * self.cell_width, self.north - rows.first * self.cell_height
        return Grid(self.srid, west, north, self.cell_width, self.cell_height, columns.count, rows.count)

    def resized(self, width: int, height: int) -> Grid:
        """The same extent in another number of cells."""
        across, down = self.cell_width * self.width / width, self.cell_height * self.height / height
        return Grid(self.srid, self.west, self.north, across, down, width, height)

    def centres(self) -> tuple[np.ndarray, np.ndarray]:
        """x of the columns from the west, y of the rows from the north."""
        xs = self.west + (np.arange(self.width) + 0.5) * self.cell_width
        return xs, self.north - (np.arange(self.height) + 0.5) * self.cell_height


def _span(low: float, high: float) -> Span:
    first, last = math.floor(_on_edge(low)), math.ceil(_on_edge(high))
    return Span(first, max(last - first, 1))


def _on_edge(position: float) -> float:
    nearest = round(position)
    return float(nearest) if abs(position - nearest) < _EDGE else position


def _clip(span: Span, count: int) -> Span | None:
    """One that only touches the far edge takes the outermost cell, as a point there has its value."""
    if span.count == 1 and span.first == count:
        return Span(count - 1, 1)
    first, end = max(span.first, 0), min(span.first + span.count, count)
    return Span(first, end - first) if first < end else None


@dataclass(frozen=True, slots=True)
class Facts:
    """What only the file itself says: its grid, the type of each band, by what its overviews are coarser."""

    grid: Grid
    types: tuple[str, ...]
    nodata: float | None
    decimations: tuple[int, ...]


def facts_of(raster: Raster) -> Facts:
    """Read once for each file, whose name changes with its contents.

    Raises:
        FileNotFoundError: where the raster has been removed, or another edition has taken its place.
    """
    if not raster.path.is_file():
        raise FileNotFoundError(raster.path)
    return _facts(raster.path, raster.srid)


@lru_cache(maxsize=256)
def _facts(path: Path, srid: int) -> Facts:
    with _opened(path) as source:
        turn = source.transform
        grid = Grid(srid, turn.c, turn.f, turn.a, -turn.e, source.width, source.height)
        return Facts(grid, tuple(source.dtypes), source.nodata, tuple(source.overviews(1)))


def _opened(path: Path, **options: Any) -> Any:
    try:
        with rasterio.Env(**_ENV):
            return rasterio.open(path, driver="GTiff", **options)
    except rasterio.RasterioIOError as error:
        if not path.is_file():
            raise FileNotFoundError(path) from error
        raise


def grid_in(raster: Raster, srid: int) -> Grid:
    """The whole raster in another system, with cells of about the same size; the same grid for every part of it."""
    own = facts_of(raster).grid
    if srid == own.srid:
        return own
    systems = CRS.from_epsg(own.srid), CRS.from_epsg(srid)
    turn, width, height = calculate_default_transform(*systems, own.width, own.height, *own.bounds)
    return Grid(srid, turn.c, turn.f, turn.a, -turn.e, int(width), int(height))


def is_continuous(raster: Raster) -> bool:
    """Whether values between two cells mean something: heights and depths do, classes do not."""
    types = facts_of(raster).types
    return raster.kind == "elevation" or (raster.kind == "flood_depth" and types[0].startswith("float"))


def stored_cells(raster: Raster, bands: Sequence[int], columns: Span, rows: Span) -> np.ma.MaskedArray:
    """Cells as they are stored, (band, row, column); what holds nothing is masked."""
    window = Window(columns.first, rows.first, columns.count, rows.count)
    with _opened(raster.path) as source:
        return _masked(source.read(list(bands), window=window, masked=True))


def computed_cells(raster: Raster, bands: Sequence[int], grid: Grid, factor: float) -> np.ma.MaskedArray:
    """Cells of any grid in any system, (band, row, column); what holds nothing or lies outside is masked.

    Args:
        factor: how many stored cells lie side by side in one of these, at least.
    """
    facts = facts_of(raster)
    levels = [level for level, decimation in enumerate(facts.decimations) if decimation <= factor]
    options = {"overview_level": levels[-1]} if levels else {}
    with (
        _opened(raster.path, **options) as source,
        WarpedVRT(
            source,
            crs=CRS.from_epsg(grid.srid),
            transform=grid.transform,
            width=grid.width,
            height=grid.height,
            resampling=_resampling(raster, factor),
            add_alpha=facts.nodata is None,
        ) as warped,
    ):
        cells = _masked(warped.read(list(bands), masked=facts.nodata is not None))
        if facts.nodata is None:
            cells[:, warped.dataset_mask() == 0] = np.ma.masked
    if grid.srid == facts.grid.srid:
        cells[:, _outside(grid, facts.grid.bounds)] = np.ma.masked
    return cells


def _outside(grid: Grid, bounds: Bounds) -> np.ndarray:
    """Cells whose centre is outside; GDAL's means reach over the edge by what is lost in rounding."""
    xs, ys = grid.centres()
    across, down = (xs < bounds[0]) | (xs > bounds[2]), (ys < bounds[1]) | (ys > bounds[3])
    return down[:, None] | across[None, :]


def _resampling(raster: Raster, factor: float) -> Resampling:
    if not is_continuous(raster):
        return Resampling.nearest
    return Resampling.average if factor > 1 else Resampling.bilinear


def _masked(cells: np.ndarray) -> np.ma.MaskedArray:
    return np.ma.masked_invalid(cells, copy=False) if cells.dtype.kind == "f" else np.ma.asarray(cells)
