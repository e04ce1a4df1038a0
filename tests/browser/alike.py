"""Two pictures of the same place, drawn by two programs: edges are smoothed differently, the rest must be the same."""

from __future__ import annotations

import numpy as np

Picture = np.ndarray
"""Rows × columns × (red, green, blue), as signed numbers so that they can be subtracted."""

INK = 6
"""How far a pixel is from the ground, of 255, that counts as drawn."""

PART_PX, FEW_PX, SMALL_SHARE = 32, 14, 0.35
"""In a part of the picture, so few pixels or so small a share of what is drawn is smoothing."""

SHADES = 8
"""How far the mean colour of a part may be from that of the other picture, of 255."""


def ink(picture: Picture, ground: tuple[int, int, int]) -> Picture:
    """Which pixels are drawn on."""
    return _distance(picture, np.array(ground)) > INK


def unmatched(one: Picture, other: Picture, ground: tuple[int, int, int], reach_px: int = 2) -> Picture:
    """Which pixels that `one` draws have nothing like them in `other`, `reach_px` around.

    Like them is what differs by less than half of what they differ from the ground: nothing at all is never like them.
    """
    from_ground = _distance(one, np.array(ground))
    rows, columns = np.nonzero(from_ground > INK)
    drawn = one[rows, columns]
    nearest = np.full(rows.shape, 255, dtype=one.dtype)
    padded = np.pad(other, ((reach_px, reach_px), (reach_px, reach_px), (0, 0)), mode="edge")
    for down in range(2 * reach_px + 1):
        for right in range(2 * reach_px + 1):
            nearest = np.minimum(nearest, _distance(drawn, padded[rows + down, columns + right]))
    found = np.zeros(from_ground.shape, dtype=bool)
    found[rows, columns] = nearest > from_ground[rows, columns] / 2
    return found


def raster(picture: Picture, cells: int) -> Picture:
    """The mean colours of so many cells a side."""
    height, width, _ = picture.shape
    parts = picture.reshape(cells, height // cells, cells, width // cells, -1)
    return parts.mean(axis=(1, 3))


def _distance(one: Picture, other: Picture) -> Picture:
    return np.abs(one - other).max(axis=-1)


def differences(one: Picture, other: Picture, ground: tuple[int, int, int], reach_px: int = 2) -> list[str]:
    """The parts of the pictures, 32 pixels a side, in which one shows something else than the other, in words."""
    found = [f"only in the first {each}" for each in _missing(one, other, ground, reach_px)]
    found += [f"only in the second {each}" for each in _missing(other, one, ground, reach_px)]
    parts = one.shape[0] // PART_PX
    shades = np.abs(raster(one, parts) - raster(other, parts)).max(axis=2)
    wrong = np.argwhere(shades > SHADES)
    return found + [f"other colours around {_middle(*at)}: {shades[tuple(at)]:.0f} shades" for at in wrong]


def _missing(drawn: Picture, lacking: Picture, ground: tuple[int, int, int], reach_px: int) -> list[str]:
    missing = _counts(unmatched(drawn, lacking, ground, reach_px))
    wrong = (missing > FEW_PX) & (missing > SMALL_SHARE * _counts(ink(drawn, ground)))
    return [f"around {_middle(*at)}: {missing[tuple(at)]:.0f} pixels" for at in np.argwhere(wrong)]


def _counts(pixels: Picture) -> Picture:
    """How many pixels of each part."""
    return raster(pixels[..., None], pixels.shape[0] // PART_PX)[..., 0] * PART_PX**2


def _middle(row: int, column: int) -> str:
    return f"x {column * PART_PX + PART_PX // 2}, y {row * PART_PX + PART_PX // 2}"
