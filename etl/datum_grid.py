"""国土地理院's parameter files (TKY2JGD.par, touhokutaiheiyouoki2011.par): what moves a place from datum to datum.

Text; after a few lines of heading each line has the code of a third-order mesh (JIS X 0410, 30" by 45") and the shift
of latitude and longitude at its south-western corner in seconds of arc. Between corners it is interpolated bilinearly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from etl.record import UnreadableFileError

MAX_FILE_BYTES = 64 * 1024 * 1024
"""国土地理院's largest has 20 MB."""

_LINE = re.compile(r"\s*(\d{8})\s+(-?\d+\.\d+)\s+(-?\d+\.\d+)")
_MESH_LAT, _MESH_LON = 30 / 3600, 45 / 3600
_WESTMOST = 100
_ROW = 100_000
"""Corners are numbered row by row: row * _ROW + column."""

Floats = NDArray[np.float64]


class BrokenGridError(UnreadableFileError):
    """The parameter file cannot be used; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Shifts in degrees at the corners of the mesh, by the corners' numbers in ascending order."""

    corners: NDArray[np.int64]
    d_lat: Floats
    d_lon: Floats

    def covers(self, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
        """Whether all four corners around a place are known."""
        return self._around(lon, lat)[0]

    def shifted(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Longitudes and latitudes on the new datum; those outside the file's area as they are."""
        known, indices, east, north = self._around(lon, lat)
        weights = ((1 - east) * (1 - north), east * (1 - north), (1 - east) * north, east * north)
        moved_lat = sum(weight * self.d_lat[index] for weight, index in zip(weights, indices, strict=True))
        moved_lon = sum(weight * self.d_lon[index] for weight, index in zip(weights, indices, strict=True))
        return np.where(known, lon + moved_lon, lon), np.where(known, lat + moved_lat, lat)

    def _around(self, lon: Floats, lat: Floats) -> tuple[NDArray[np.bool_], list[NDArray[np.int64]], Floats, Floats]:
        """Known or not, indices of the corners SW, SE, NW, NE, and the place between them (0 to 1, east and north)."""
        inside = (lon >= _WESTMOST) & (lon < 160) & (lat >= 0) & (lat < 60)  # NaN is nowhere
        column = (np.where(inside, lon, _WESTMOST) - _WESTMOST) / _MESH_LON
        row = np.where(inside, lat, 0) / _MESH_LAT
        west, south = np.floor(column), np.floor(row)
        first = south.astype(np.int64) * _ROW + west.astype(np.int64)
        known, indices = inside, []
        for corner in (first, first + 1, first + _ROW, first + _ROW + 1):
            index = np.minimum(np.searchsorted(self.corners, corner), len(self.corners) - 1)
            known = known & (self.corners[index] == corner)
            indices.append(index)
        return known, indices, column - west, row - south


@dataclass(frozen=True, slots=True)
class Grids:
    """The parameter files of an installation; None where it has none.

    Args:
        tokyo: from the Tokyo datum to JGD2000.
        quake: from JGD2000 to JGD2011, where the earthquake of 2011 moved the ground.
    """

    tokyo: Grid | None = None
    quake: Grid | None = None


def configured_grids() -> Grids:
    """Those that the settings TKY2JGD_FILE and PATCHJGD_FILE name.

    Raises:
        BrokenGridError: where one is named that cannot be used: to go on without it would move places unnoticed.
    """
    from django.conf import settings

    tokyo, quake = settings.TKY2JGD_FILE, settings.PATCHJGD_FILE
    return Grids(read_grid(tokyo) if tokyo else None, read_grid(quake) if quake else None)


@cache
def read_grid(path: Path) -> Grid:
    """Read a parameter file once.

    Raises:
        BrokenGridError: where it cannot be read or is none.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise BrokenGridError(f"{path.name} is too large for a parameter file")
        lines = path.read_text(encoding="cp932", errors="replace").splitlines()
    except OSError as error:
        raise BrokenGridError(f"the parameter file {path} cannot be read: {error.strerror}") from error
    found = [match.groups() for line in lines if (match := _LINE.match(line))]
    if not found:
        raise BrokenGridError(f"{path.name} holds no line of mesh code, dB and dL")
    corners = np.array([_corner(mesh) for mesh, _, _ in found], dtype=np.int64)
    corners, order = np.unique(corners, return_index=True)
    seconds = np.array([(float(lat), float(lon)) for _, lat, lon in found])[order]
    return Grid(corners, seconds[:, 0] / 3600, seconds[:, 1] / 3600)


def _corner(mesh: str) -> int:
    """The number of a third-order mesh's south-western corner.

    >>> _corner("53394517")
    428103177
    """
    first_row, first_column, row, column, small_row, small_column = (
        int(mesh[0:2]), int(mesh[2:4]), int(mesh[4]), int(mesh[5]), int(mesh[6]), int(mesh[7]),
    )  # fmt: skip
    return (first_row * 80 + row * 10 + small_row) * _ROW + first_column * 80 + column * 10 + small_column
