"""The made-up ground: what each block is used for, buildings along the streets, water, green, roads on the map."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from etl.sample.network import Piece
from etl.sample.plan import RAILWAY_HALF_WIDTH_M, RIVER_HALF_WIDTH_M, Plan

Shape = tuple[BaseGeometry, str, str]
"""Geometry, kind, name."""


@dataclass(slots=True)
class Ground:
    """Blocks by their use; the centre of a campus or a park is where its facility stands."""

    homes: list[Polygon] = field(default_factory=list)
    parks: list[Polygon] = field(default_factory=list)
    farms: list[Polygon] = field(default_factory=list)
    woods: list[Polygon] = field(default_factory=list)
    campuses: list[Polygon] = field(default_factory=list)
    great_park: BaseGeometry = field(default_factory=Polygon)
    pond: Polygon = field(default_factory=Polygon)


def great_park_area(plan: Plan) -> Polygon:
    """Where the large park lies: on both sides of the river."""
    return shapely.MultiPoint(
        [plan.river.interpolate(share, normalized=True) for share in (0.27, 0.33)]
    ).convex_hull.buffer(210)


def build_ground(plan: Plan, blocks: list[Polygon], area: Polygon, rng: random.Random) -> Ground:
    """Each block's use: a large park, schools spread over the city, small parks, farms towards the edge, homes."""
    ground = Ground()
    ground.great_park = shapely.unary_union([b for b in blocks if area.contains(b.representative_point())]).buffer(0)
    pond = Point(plan.river.interpolate(0.30, normalized=True)).buffer(70)
    ground.pond = shapely.affinity.scale(shapely.affinity.translate(pond, 95, 20), 1.0, 0.55)
    for block in blocks:
        middle = block.representative_point()
        if area.contains(middle) or _is_corridor(plan, middle):
            continue
        _use_for(plan, ground, block, middle, rng).append(block)
    return ground


def _is_corridor(plan: Plan, middle: Point) -> bool:
    distances = ((plan.river, RIVER_HALF_WIDTH_M), (plan.railway, RAILWAY_HALF_WIDTH_M), (plan.main_lines, 8.0))
    return any(float(line.distance(middle)) < half_width_m for line, half_width_m in distances)


def _use_for(plan: Plan, ground: Ground, block: Polygon, middle: Point, rng: random.Random) -> list[Polygon]:
    to_edge = plan.outline.exterior.distance(middle)
    if block.area > 14_000 and to_edge > 150 and all(c.distance(block) > 620 for c in ground.campuses):
        return ground.campuses
    draw = rng.random()
    if draw < 0.035 and 2_500 < block.area < 16_000 and all(park.distance(block) > 300 for park in ground.parks):
        return ground.parks
    if draw > 0.80 and to_edge < 500:
        return ground.farms
    if 0.78 < draw < 0.80:
        return ground.woods
    return ground.homes


def buildings(plan: Plan, ground: Ground, pieces: Iterable[Piece], rng: random.Random) -> list[Polygon]:
    """Houses and blocks of flats along the streets of the blocks that are lived in; schools on their campuses."""
    candidates = [
        shape for piece in pieces if piece.kind in {"street", "pavement"} for shape in _houses(plan, piece, rng)
    ]
    homes = shapely.STRtree([block.buffer(-3.4) for block in ground.homes])
    inside, _ = homes.query(np.array(candidates, dtype=object), predicate="within")
    kept = [candidates[index] for index in sorted(set(inside.tolist()))]
    return _apart(kept) + [part for campus in ground.campuses for part in school_buildings(campus)]


def _houses(plan: Plan, piece: Piece, rng: random.Random) -> Iterator[Polygon]:
    """Rectangles on both sides of a piece, larger near the stations and along main roads."""
    line, is_main = piece.line, piece.kind == "pavement"
    for side in (-1, 1):
        at = rng.uniform(4, 10)
        while at < line.length - 6:
            middle, ahead = line.interpolate(at), line.interpolate(at + 1)
            near = min(station.distance(middle) for _, station in plan.stations) < 320
            width = rng.uniform(13, 26) if is_main or near else rng.uniform(8, 14)
            depth = rng.uniform(12, 20) if is_main or near else rng.uniform(8, 12.5)
            if rng.random() < (0.9 if is_main or near else 0.72):
                yield _house(middle, ahead, side, width, depth, 5.0 + rng.uniform(0, 2.5), rng)
            at += width + rng.uniform(1.2, 6.0)


def _house(
    middle: Point, ahead: Point, side: int, width: float, depth: float, setback: float, rng: random.Random
) -> Polygon:
    angle = math.atan2(ahead.y - middle.y, ahead.x - middle.x)
    c, s = math.cos(angle), math.sin(angle) * 1.0
    w, near, far = width / 2, setback * side, (setback + depth) * side
    corners = [(-w, near), (w, near), (w, far), (-w, far)]
    if rng.random() < 0.35:
        notch = rng.uniform(0.3, 0.5)
        corners = [
            (-w, near),
            (w, near),
            (w, far),
            (w - width * notch, far),
            (w - width * notch, far * 0.72),
            (-w, far * 0.72),
        ]
    return Polygon([(middle.x + x * c - y * s, middle.y + x * s + y * c) for x, y in corners])


def _apart(shapes: list[Polygon]) -> list[Polygon]:
    """Of shapes that overlap, the earlier one."""
    tree = shapely.STRtree(shapes)
    first, second = tree.query(np.array(shapes, dtype=object), predicate="intersects")
    gone = np.zeros(len(shapes), dtype=bool)
    for a, b in sorted(zip(first.tolist(), second.tolist(), strict=True)):
        if a < b and not gone[a]:
            gone[b] = True
    return [shape for shape, is_gone in zip(shapes, gone.tolist(), strict=True) if not is_gone]


def school_buildings(campus: Polygon) -> list[Polygon]:
    """A long wing and a hall, along the campus' longer side."""
    return [
        part for part in (_on_campus(campus, 0.5, 0.80, 0.72, 0.16), _on_campus(campus, 0.80, 0.42, 0.2, 0.34)) if part
    ]


def school_yard(campus: Polygon) -> Polygon | None:
    return _on_campus(campus, 0.36, 0.36, 0.56, 0.5)


def _on_campus(campus: Polygon, u: float, v: float, width: float, depth: float) -> Polygon | None:
    """A rectangle given in shares of the campus' tightest rectangle, as far as it lies on the campus."""
    corners = list(campus.minimum_rotated_rectangle.exterior.coords)
    a, b, d = corners[0], corners[1], corners[3]
    if math.dist(a, b) < math.dist(a, d):
        b, d = d, b
    spots = [(u + i * width / 2, v + j * depth / 2) for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    shape = Polygon(
        [(a[0] + p * (b[0] - a[0]) + q * (d[0] - a[0]), a[1] + p * (b[1] - a[1]) + q * (d[1] - a[1])) for p, q in spots]
    )
    clipped = shape.intersection(campus.buffer(-8.0))
    return clipped if clipped.geom_type == "Polygon" and clipped.area > 200 else None


def green(ground: Ground) -> Iterator[Shape]:
    yield ground.great_park.buffer(-4), "park", "ひだまりの森公園"
    for number, park in enumerate(ground.parks, start=1):
        yield park.buffer(-4), "park", f"どんぐり第{number}公園"
    for farm in ground.farms:
        yield farm.buffer(-4), "farm", ""
    for wood in ground.woods:
        yield wood.buffer(-4), "wood", ""
    for campus in ground.campuses:
        yard = school_yard(campus)
        if yard is not None:
            yield yard, "pitch", ""


def water(plan: Plan, ground: Ground) -> Iterator[Shape]:
    bed = plan.river.buffer(RIVER_HALF_WIDTH_M - 6.0).intersection(plan.outline)
    yield shapely.unary_union([bed]), "river", "さらさら川"
    yield ground.pond, "area", "ひだまり池"


def roads(plan: Plan, pieces: list[Piece], paved: Iterable[LineString]) -> Iterator[Shape]:
    """The roads that the map shows: main roads by their centre lines, streets joined to long lines."""
    inside = plan.outline.buffer(-6.0)
    for name, kind, line in plan.mains:
        yield inside.intersection(line), kind, name
    yield from ((line, "street", "") for line in paved)
    yield from ((piece.line, "path", piece.name) for piece in pieces if piece.kind == "path")
    for piece in pieces:
        if piece.kind in {"stairs", "footbridge"}:
            yield piece.line, "steps", piece.name
        elif piece.kind in {"bridge", "level_crossing", "underpass"}:
            yield piece.line, "street", ""
