"""Where a tile lies in the store, and what the store knows of it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

NAME: Final = r"[A-Za-z0-9_][A-Za-z0-9_,.-]{0,199}"
SUFFIX: Final = r"[a-z0-9]{1,10}"
_NAME = re.compile(NAME)
_SUFFIX = re.compile(SUFFIX)
_PATH = re.compile(rf"({NAME})/({NAME})/(\d{{1,2}})/(\d{{1,10}})/(\d{{1,10}})\.({SUFFIX})")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """The place of one stored tile.

    Args:
        tileset: a layer, ``base``, or several with commas between; as every name here safe in paths and keys.
        grid: name of the tile matrix set, ``webmercator``.
        z, x, y: zoom, column and row, counted as the grid counts.
        suffix: what the bytes are: ``mvt``, ``png``.

    Raises:
        ValueError: a name holds something else than letters, digits and ``_ , . -``, or a number is below zero.
    """

    tileset: str
    grid: str
    z: int
    x: int
    y: int
    suffix: str

    def __post_init__(self) -> None:
        if not (_is_name(self.tileset) and _is_name(self.grid) and _is_suffix(self.suffix)):
            raise ValueError(f"a tile cannot be stored as {self.tileset!r}, {self.grid!r}, {self.suffix!r}")
        if min(self.z, self.x, self.y) < 0:
            raise ValueError(f"a tile cannot be stored at {self.z}/{self.x}/{self.y}")

    @property
    def path(self) -> str:
        """As a file's path below the store.

        >>> Place("shelters", "webmercator", 14, 3, 5, "mvt").path
        'shelters/webmercator/14/3/5.mvt'
        """
        return f"{self.tileset}/{self.grid}/{self.z}/{self.x}/{self.y}.{self.suffix}"


@dataclass(frozen=True, slots=True)
class Kept:
    """A tile that was found in the store.

    Args:
        size: of the tile, bytes.
        stored_at: seconds since 1970.
    """

    place: Place
    size: int
    stored_at: float


def find_place(path: str) -> Place | None:
    """The place of a path below the store; None for what is no tile.

    >>> find_place("base/webmercator/3/1/2.png")
    Place(tileset='base', grid='webmercator', z=3, x=1, y=2, suffix='png')
    >>> find_place("base/webmercator/3/1/2.png.tmp-17") is None
    True
    """
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    tileset, grid, z, x, y, suffix = found.groups()
    return Place(tileset, grid, int(z), int(x), int(y), suffix)


@lru_cache(maxsize=1000)
def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


@lru_cache(maxsize=100)
def _is_suffix(text: str) -> bool:
    return _SUFFIX.fullmatch(text) is not None
