"""The made-up city's heights and flood depths as grids, in the city's plane coordinates."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from etl.sample.plan import Plan, build_plan
from etl.sources import SAMPLE_RASTERS
from layers.city import City

CELL_M: Final = 40.0
NODATA: Final = -9999.0
_FLOOD_M: Final = 3.5
"""What the river rises by."""
_VALLEY_M: Final = 500.0
"""Half as wide as what the river can reach; beyond it, low ground has no way to the water."""


@dataclass(frozen=True, slots=True)
class SampleRaster:
    """A grid from its north-west corner (metres), rows from the north, and what it is."""

    key: str
    title: str
    kind: str
    west: float
    north: float
    cells: np.ndarray


def sample_rasters(city: City, seed: int = 1) -> Iterator[SampleRaster]:
    """Elevation, and the depth of a flood of the river. The same seed gives the same cells."""
    plan = build_plan(city, random.Random(seed))  # noqa: S311 - a made-up city, not a secret
    west, south, east, north = plan.outline.bounds
    columns, rows = int((east - west) // CELL_M) + 1, int((north - south) // CELL_M) + 1
    xs, ys = west + (np.arange(columns) + 0.5) * CELL_M, north - (np.arange(rows) + 0.5) * CELL_M
    points = np.column_stack([grid.ravel() for grid in np.meshgrid(xs, ys)])
    shapely.prepare(plan.outline)
    inside = shapely.contains_xy(plan.outline, points)
    heights, depths = np.full(len(points), NODATA), np.full(len(points), NODATA)
    heights[inside] = plan.height_m(points[inside])
    depths[inside] = _depths(plan, points[inside], heights[inside])
    for key, title, kind, values in (
        (SAMPLE_RASTERS[0], "架空のサンプル市の標高（実在しません）", "elevation", heights),
        (SAMPLE_RASTERS[1], "架空のサンプル市の洪水浸水深（実在しません）", "flood_depth", depths),
    ):
        cells = np.round(values, 2).astype("float32").reshape(rows, columns)
        yield SampleRaster(key, title, kind, west, north, cells)


def _depths(plan: Plan, points: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """How far the ground lies below the water, near the river; dry ground holds nothing."""
    rough = plan.river.simplify(12.0)
    near = shapely.dwithin(rough, shapely.points(points), _VALLEY_M)
    along = shapely.line_locate_point(rough, shapely.points(points[near]))
    water = plan.height_m(shapely.get_coordinates(shapely.line_interpolate_point(rough, along))) + _FLOOD_M
    depth = water - heights[near]
    depths = np.full(len(points), NODATA)
    depths[near] = np.where(depth > 0.05, depth, NODATA)
    return depths
