"""Which cells a coverage request asks for: part, size, fields and reference system, as one value.

Source: OGC API - Coverages - Part 1 (OGC 19-087, draft), requirements classes "Subsetting", "Scaling", "Field
Selection" and "Coordinate Reference System".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from layers.crs import Crs
from layers.problems import Problem
from layers.raster_cells import Bounds, Grid, Span, computed_cells, grid_in, stored_cells
from ogc_api.features.parameters import fault
from ogc_api.rasters.boxes import Box, read_axes, read_number
from ogc_api.rasters.stored import Band, Stored
from ogc_api.rasters.systems import axes_of, grid_srid, moved

MAX_CELLS: Final = 4_000_000
"""Of all bands together in one computed answer: 16 MB of 32-bit values."""
MAX_CELLS_AS_TEXT: Final = 500_000
LESS: Final = "ask for a part (bbox, subset), for fewer fields (properties) or for larger cells (scale-factor)"
SCALING: Final = ("scale-factor", "scale-axes", "scale-size")
LARGEST: Final = 1e9
_WORK: Final = 10
"""Stored cells that are read for each cell of the largest answer."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The cells of an answer.

    Args:
        grid: their places; `spans` of the stored grid where they are as they are stored, else None.
        factor: how many stored cells lie side by side in one of these, at least.
        outside: (row, column), true where a cell is not asked for.
    """

    stored: Stored
    crs: Crs
    grid: Grid
    spans: tuple[Span, Span] | None
    factor: float
    bands: tuple[Band, ...]
    outside: np.ndarray | None = None

    def cells(self) -> np.ma.MaskedArray:
        """(band, row, column); what holds nothing or lies outside is masked."""
        numbers = [band.number for band in self.bands]
        if self.spans is not None:
            cells = stored_cells(self.stored.raster, numbers, *self.spans)
        else:
            cells = computed_cells(self.stored.raster, numbers, self.grid, self.factor)
        if self.outside is not None:
            cells[:, self.outside] = np.ma.masked
        return cells


@dataclass(frozen=True, slots=True)
class Scale:
    """The size that is asked for: cells of each axis, or by what each axis is divided; 1 leaves it as it is."""

    factors: tuple[float, float] = (1.0, 1.0)
    sizes: tuple[int | None, int | None] = (None, None)

    @property
    def is_none(self) -> bool:
        return self.factors == (1.0, 1.0) and self.sizes == (None, None)

    def size_of(self, width: int, height: int) -> tuple[int, int]:
        across = self.sizes[0] or max(1, round(width / self.factors[0]))
        return across, self.sizes[1] or max(1, round(height / self.factors[1]))


def choose(
    stored: Stored, crs: Crs, box: Box | None, scale: Scale, bands: tuple[Band, ...], most: int, less: str = LESS
) -> Choice | None:
    """The cells of a request; None where the box lies outside the raster.

    Args:
        less: how a caller can ask for less.

    Raises:
        Problem: 413 where they are more than `most`, saying how to ask for less; 400 for a box that cannot be answered.
    """
    whole = grid_in(stored.raster, grid_srid(crs, stored))
    spans = Span(0, whole.width), Span(0, whole.height)
    if box is not None:
        found = _spans_of(whole, box, crs, keeps_outside=scale.sizes != (None, None))
        if found is None:
            return None
        spans = found
    part = whole.part(*spans)
    width, height = scale.size_of(part.width, part.height)
    _check_size(width, height, len(bands), most, less)
    is_stored = scale.is_none and whole.srid == stored.raster.srid
    factors = part.width / width, part.height / height
    _check_work(width * height * max(factors) / min(factors), most)
    factor = min(factors)
    return Choice(stored, crs, part.resized(width, height), spans if is_stored else None, factor, bands)


def _spans_of(whole: Grid, box: Box, crs: Crs, *, keeps_outside: bool) -> tuple[Span, Span] | None:
    """Columns and rows of a box. With `scale-size`, those outside the raster belong to the size that is asked for."""
    if box.is_empty:
        return None
    if box.slices and axes_of(box.crs) != axes_of(crs):
        right = f"crs={box.crs.uri} gives the coverage rows and columns along these axes"
        raise Problem(400, "invalid parameter", f"a single value picks one row or column; {right}", parameter="crs")
    found = [
        spans for half in box.halves() if (spans := _spans_of_bounds(whole, half, box, crs, keeps_outside)) is not None
    ]
    if len(found) > 1:
        detail = "the raster lies on both sides of the antimeridian; ask for the two boxes one by one"
        raise Problem(400, "invalid parameter", detail, parameter=box.parameter)
    return found[0] if found else None


def _spans_of_bounds(whole: Grid, bounds: Bounds, box: Box, crs: Crs, keeps_outside: bool) -> tuple[Span, Span] | None:
    west, south, east, north = bounds
    if box.crs.in_degrees and not crs.in_degrees:
        west, south = max(west, crs.domain[0]), max(south, crs.domain[1])
        east, north = min(east, crs.domain[2]), min(north, crs.domain[3])
        if west > east or south > north:
            return None
    there = moved((west, south, east, north), box.crs.srid, whole.srid)
    if not all(map(math.isfinite, there)):
        detail = f"the box cannot be computed in {crs.uri}; give it in that system, or a smaller one"
        raise Problem(400, "invalid parameter", detail, parameter=box.parameter)
    spans = whole.spans_of(there)
    clipped = whole.clipped(*spans)
    return spans if keeps_outside and clipped is not None else clipped


def _check_size(width: int, height: int, bands: int, most: int, less: str) -> None:
    cells = width * height * bands
    if cells <= most:
        return
    factor = math.ceil(math.sqrt(cells / most) * 100) / 100
    each = f" in {bands} bands" if bands > 1 else ""
    detail = f"{width:,} x {height:,} cells{each} are more than {most:,}; {less}"
    if less == LESS:
        detail += f"; scale-factor={factor:g} would do if nothing else is scaled"
    raise Problem(413, "too much at once", detail, extra={"cells": cells, "most": most, "scaleFactor": factor})


def _check_work(stored_cells_read: float, most: int) -> None:
    """Overviews are coarser by the same in both axes, so that much has to be read where only one is scaled down.

    Raises:
        Problem: 413, saying so.
    """
    if stored_cells_read > _WORK * most:
        detail = "one axis is scaled so much more than the other that too many cells would be read; ask for a part"
        raise Problem(413, "too much at once", detail, extra={"most": most})


def read_scale(given: Mapping[str, str], crs: Crs) -> Scale:
    """The one of the three parameters that is given.

    Raises:
        Problem: 400, naming the parameter and what would be right.
    """
    named = [name for name in SCALING if name in given]
    if len(named) > 1:
        detail = f"give one of {', '.join(SCALING)}, not {' and '.join(named)}"
        raise Problem(400, "invalid parameter", detail, parameter=named[1])
    if not named:
        return Scale()
    name, text = named[0], given[named[0]]
    if name == "scale-factor":
        factor = _positive(name, text)
        return Scale(factors=(factor, factor))
    asked = read_axes(name, text, crs)
    across, down = axes_of(crs)
    if name == "scale-axes":
        factors = {axis: _positive(name, one) for axis, one in asked.items()}
        return Scale(factors=(factors.get(across, 1.0), factors.get(down, 1.0)))
    sizes = {axis: _whole(name, one) for axis, one in asked.items()}
    return Scale(sizes=(sizes.get(across), sizes.get(down)))


def _positive(parameter: str, text: str) -> float:
    value = read_number(parameter, text)
    if not 1 / LARGEST <= value <= LARGEST:
        raise fault(parameter, text, f"a number above 0, at most {LARGEST:g}; 2 halves the number of cells of an axis")
    return value


def _whole(parameter: str, text: str) -> int:
    value = read_number(parameter, text)
    if value != int(value) or not 1 <= value <= LARGEST:
        raise fault(parameter, text, "a whole number of cells, 1 or more")
    return int(value)


def read_bands(parameter: str, text: str | None, stored: Stored) -> tuple[Band, ...]:
    """The fields that are named, in the order in which they are named; all where none is.

    Raises:
        Problem: 400 for one that does not exist, or is named twice.
    """
    known = {band.name: band for band in stored.bands}
    if text is None:
        return stored.bands
    names = [name.strip() for name in text.split(",")]
    if unknown := [name for name in names if name not in known]:
        detail = f"{parameter}: there is no field {unknown[0]!r:.80}; there are: {', '.join(known)}"
        raise Problem(400, "invalid parameter", detail, parameter=parameter, extra={"known": list(known)})
    if len(set(names)) < len(names):
        raise fault(parameter, text, "a list that names each field once")
    return tuple(known[name] for name in names)
