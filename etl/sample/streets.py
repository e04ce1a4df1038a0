"""Local streets that follow the lie of the land: traced along a field of directions, never a chessboard."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry import LineString, Point

from etl.sample.plan import Plan

STEP_M = 15.0
SPACING_M = 104.0
CLOSEST_M = 58.0
"""Parallel streets are begun `SPACING_M` apart and end where they come closer than `CLOSEST_M`."""
LONGEST_M = 1_300.0
_CELL_M = 60.0
_RASTER_M = 40.0


@dataclass
class DirectionField:
    """Directions of streets, with a four-fold symmetry: kept as exp(4i angle) on a raster."""

    west: float
    south: float
    raster: np.ndarray

    def angle_at(self, x: float, y: float) -> float:
        row = min(max(int((y - self.south) / _RASTER_M), 0), self.raster.shape[0] - 1)
        column = min(max(int((x - self.west) / _RASTER_M), 0), self.raster.shape[1] - 1)
        return float(self.raster[row, column])


@dataclass
class Spacing:
    """Points of the lines so far, with their directions, in cells."""

    cells: dict[tuple[int, int], list[tuple[float, float, float, float]]] = field(default_factory=dict)

    def add(self, points: list[tuple[float, float]]) -> None:
        for (x, y), (x2, y2) in pairwise(points):
            length = math.hypot(x2 - x, y2 - y) or 1.0
            cell = (int(x // _CELL_M), int(y // _CELL_M))
            self.cells.setdefault(cell, []).append((x, y, (x2 - x) / length, (y2 - y) / length))

    def is_free(self, x: float, y: float, dx: float, dy: float, distance_m: float) -> bool:
        """No line that runs in much the same direction within the distance."""
        reach = math.ceil(distance_m / _CELL_M)
        column, row = int(x // _CELL_M), int(y // _CELL_M)
        for i in range(column - reach, column + reach + 1):
            for j in range(row - reach, row + reach + 1):
                for px, py, pdx, pdy in self.cells.get((i, j), ()):
                    if abs(dx * pdx + dy * pdy) > 0.72 and (px - x) ** 2 + (py - y) ** 2 < distance_m**2:
                        return False
        return True


def local_streets(plan: Plan, rng: random.Random) -> list[LineString]:
    """Streets inside the outline, joined to one another where they end near another."""
    directions = _direction_field(plan, rng)
    spacing = Spacing()
    for line in [line for _, _, line in plan.mains] + [plan.railway, plan.river]:
        spacing.add(_every_step(line))
    inside = plan.outline.buffer(-18.0)
    shapely.prepare(inside)
    streets = []
    for x, y in _seeds(inside, rng):
        for quarter in rng.sample((0, 1), 2):
            street = _trace(x, y, quarter * math.pi / 2, directions, spacing, inside)
            if street is not None:
                spacing.add(street)
                streets.append(LineString(street).simplify(1.5))
    return _joined(streets, plan)


def _every_step(line: LineString) -> list[tuple[float, float]]:
    count = max(1, int(line.length / STEP_M))
    return [(p.x, p.y) for p in line.interpolate(np.linspace(0, line.length, count + 1))]


def _direction_field(plan: Plan, rng: random.Random) -> DirectionField:
    west, south, east, north = plan.outline.bounds
    xs, ys = np.arange(west, east + _RASTER_M, _RASTER_M), np.arange(south, north + _RASTER_M, _RASTER_M)
    grid_x, grid_y = np.meshgrid(xs, ys)
    phases = [rng.uniform(0, 2 * math.pi) for _ in range(4)]
    angle = 0.25 + 0.55 * np.sin(grid_x / 900 + phases[0]) * np.cos(grid_y / 1100 + phases[1])
    angle += 0.22 * np.sin(grid_x / 350 + grid_y / 420 + phases[2]) + 0.10 * np.cos(grid_y / 210 + phases[3])
    field_4 = 0.55 * np.exp(4j * angle)
    points = shapely.points(grid_x.ravel(), grid_y.ravel())
    lines = [(line, 300.0, 1.6) for _, _, line in plan.mains] + [(plan.railway, 220.0, 2.0), (plan.river, 260.0, 2.2)]
    for exact, reach_m, weight in lines:
        line = exact.simplify(6.0)
        along = shapely.line_locate_point(line, points)
        a = shapely.get_coordinates(shapely.line_interpolate_point(line, np.maximum(along - 30, 0)))
        b = shapely.get_coordinates(shapely.line_interpolate_point(line, along + 30))
        direction = np.arctan2(b[:, 1] - a[:, 1], b[:, 0] - a[:, 0])
        pull = weight * np.exp(-((shapely.distance(line, points) / reach_m) ** 2))
        field_4 += (pull * np.exp(4j * direction)).reshape(grid_x.shape)
    return DirectionField(west, south, np.angle(field_4) / 4)


def _seeds(inside: shapely.Geometry, rng: random.Random) -> list[tuple[float, float]]:
    west, south, east, north = inside.bounds
    seeds = [
        (x + rng.uniform(-25, 25), y + rng.uniform(-25, 25))
        for x in np.arange(west, east, 45.0).tolist()
        for y in np.arange(south, north, 45.0).tolist()
    ]
    rng.shuffle(seeds)
    return [seed for seed in seeds if inside.contains(Point(seed))]


def _trace(
    x: float, y: float, turn: float, directions: DirectionField, spacing: Spacing, inside: shapely.Geometry
) -> list[tuple[float, float]] | None:
    angle = directions.angle_at(x, y) + turn
    if not spacing.is_free(x, y, math.cos(angle), math.sin(angle), SPACING_M):
        return None
    forward = _walk(x, y, angle, directions, spacing, inside)
    backward = _walk(x, y, angle + math.pi, directions, spacing, inside)
    points = [*reversed(backward), (x, y), *forward]
    return points if len(points) * STEP_M > 85.0 else None


def _walk(
    x: float, y: float, heading: float, directions: DirectionField, spacing: Spacing, inside: shapely.Geometry
) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    while len(points) * STEP_M < LONGEST_M / 2:
        angle = directions.angle_at(x, y)
        angle += round((heading - angle) / (math.pi / 2)) * (math.pi / 2)
        heading += max(-0.25, min(0.25, math.remainder(angle - heading, 2 * math.pi)))
        dx, dy = math.cos(heading), math.sin(heading)
        x, y = x + STEP_M * dx, y + STEP_M * dy
        if not inside.contains(Point(x, y)) or not spacing.is_free(x, y, dx, dy, CLOSEST_M):
            break
        points.append((x, y))
    return points


def _joined(streets: list[LineString], plan: Plan, reach_m: float = 75.0) -> list[LineString]:
    """Ends are drawn on to the next line within reach; what finds none stays a dead end."""
    others = [*streets, *(line for _, _, line in plan.mains)]
    tree = shapely.STRtree(others)
    joined = []
    for index, street in enumerate(streets):
        points = list(street.coords)
        head = _extension(points[1], points[0], index, others, tree, reach_m)
        tail = _extension(points[-2], points[-1], index, others, tree, reach_m)
        joined.append(LineString([*head, *points, *tail]))
    return joined


def _extension(
    inner: tuple[float, ...],
    end: tuple[float, ...],
    own: int,
    others: list[LineString],
    tree: shapely.STRtree,
    reach_m: float,
) -> list[tuple[float, float]]:
    length = math.dist(inner, end) or 1.0
    dx, dy = (end[0] - inner[0]) / length, (end[1] - inner[1]) / length
    ray = LineString([(end[0] + dx, end[1] + dy), (end[0] + dx * reach_m, end[1] + dy * reach_m)])
    nearest = reach_m
    for index in tree.query(ray, predicate="intersects"):
        if index != own:
            nearest = min(nearest, Point(end).distance(ray.intersection(others[index])))
    if nearest >= reach_m:
        return []
    return [(end[0] + dx * (nearest + 0.6), end[1] + dy * (nearest + 0.6))]
