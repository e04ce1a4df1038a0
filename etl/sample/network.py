"""The walking network of the made-up city: pieces between junctions, each of a known kind, all connected."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon

from etl.sample.plan import MAIN_HALF_WIDTH_M, RAILWAY_HALF_WIDTH_M, RIVER_HALF_WIDTH_M, Plan

SHORTEST_DEAD_END_M = 24.0
Spot = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch between two junctions.

    `kind`: pavement, crossing, street, path (promenade or park), bridge, level_crossing, footbridge, underpass,
    elevator, stairs.
    """

    line: LineString
    kind: str
    name: str = ""
    has_signal: bool = False

    @property
    def ends(self) -> tuple[Spot, Spot]:
        return _spot(self.line.coords[0]), _spot(self.line.coords[-1])


def _spot(position: tuple[float, ...]) -> Spot:
    return round(position[0], 2), round(position[1], 2)


def build_pieces(plan: Plan, streets: list[LineString], park: Polygon, rng: random.Random) -> list[Piece]:
    """Every walkable piece. Main roads have a pavement on both sides, the river and the railway a way along them."""
    inside = plan.outline.buffer(-6.0)
    edges = [side for line in _corridors(plan) for side in line]
    noded = shapely.unary_union([inside.intersection(line) for line in [*streets, *edges]])
    raw = [part for part in _lines(noded) if part.length > 0.5]
    pieces = [piece for piece in _classified(plan, raw, park, rng) if piece is not None]
    return _largest_connected(_without_stubs([*pieces, *_station_ways(plan, pieces)]))


def _corridors(plan: Plan) -> Iterator[tuple[LineString, LineString]]:
    for _, _, line in plan.mains:
        yield _both_sides(line, MAIN_HALF_WIDTH_M)
    yield _both_sides(plan.river, RIVER_HALF_WIDTH_M)
    yield _both_sides(plan.railway, RAILWAY_HALF_WIDTH_M)


def _both_sides(line: LineString, distance_m: float) -> tuple[LineString, LineString]:
    return line.offset_curve(distance_m), line.offset_curve(-distance_m)


def _lines(geometry: shapely.Geometry) -> Iterator[LineString]:
    for part in getattr(geometry, "geoms", [geometry]):
        if hasattr(part, "geoms"):
            yield from _lines(part)
        elif part.geom_type == "LineString":
            yield part


def _classified(plan: Plan, raw: list[LineString], park: Polygon, rng: random.Random) -> Iterator[Piece | None]:
    lines = np.array(raw, dtype=object)
    middles = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    to_main = np.array([shapely.distance(line, middles) for _, _, line in plan.mains])
    to_river, to_railway = shapely.distance(plan.river, middles), shapely.distance(plan.railway, middles)
    in_park = shapely.contains(park, middles)
    names = [name for name, _, _ in plan.mains]
    for index, line in enumerate(raw):
        nearest = int(to_main[:, index].argmin())
        is_near = [abs(distance - MAIN_HALF_WIDTH_M) < 0.4 for distance in to_main[:, index]]
        crosses = bool((to_main[:, index] < MAIN_HALF_WIDTH_M - 0.4).any())
        if crosses:
            signal = any(is_near) or rng.random() < 0.45
            yield Piece(line, "crossing", names[nearest], signal) if signal or rng.random() < 0.6 else None
        elif any(is_near):
            yield Piece(line, "pavement", names[is_near.index(True)])
        elif to_river[index] < RIVER_HALF_WIDTH_M - 0.4:
            yield Piece(line, "bridge") if rng.random() < 0.3 else None
        elif to_railway[index] < RAILWAY_HALF_WIDTH_M - 0.4:
            yield _over_the_railway(line, rng)
        elif abs(to_river[index] - RIVER_HALF_WIDTH_M) < 0.4:
            yield Piece(line, "path", "せせらぎの小径")
        else:
            yield Piece(line, "path" if in_park[index] else "street")


def _over_the_railway(line: LineString, rng: random.Random) -> Piece | None:
    draw = rng.random()
    if draw < 0.22:
        return Piece(line, "level_crossing")
    if draw < 0.34:
        return Piece(line, "footbridge", "線路をまたぐ歩道橋")
    return Piece(line, "underpass", "線路の下の通路") if draw < 0.42 else None


def _station_ways(plan: Plan, pieces: list[Piece]) -> Iterator[Piece]:
    """Over each station: stairs, and beside them an elevator on both sides with a deck between."""
    spots = np.array(sorted({spot for piece in pieces if piece.kind in {"street", "path"} for spot in piece.ends}))
    to_railway = shapely.distance(plan.railway, shapely.points(spots))
    along = spots[np.abs(to_railway - RAILWAY_HALF_WIDTH_M) < 0.4]
    for name, station in plan.stations:
        near = along[np.argsort(np.hypot(along[:, 0] - station.x, along[:, 1] - station.y))]
        first = near[0]
        other = next((spot for spot in near[1:] if _on_other_side(plan, first, spot)), None)
        if other is not None:
            yield from _station_bridge(name, tuple(first), tuple(other))


def _on_other_side(plan: Plan, a: np.ndarray, b: np.ndarray) -> bool:
    return bool(LineString([a, b]).crosses(plan.railway))


def _station_bridge(name: str, a: Spot, b: Spot) -> Iterator[Piece]:
    def at(share: float, aside_m: float) -> Spot:
        dx, dy = b[0] - a[0], b[1] - a[1]
        length = (dx**2 + dy**2) ** 0.5
        return (
            round(a[0] + share * dx - aside_m * dy / length, 2),
            round(a[1] + share * dy + aside_m * dx / length, 2),
        )

    label = f"{name}駅 自由通路"
    yield Piece(LineString([a, at(0.3, 4.0)]), "stairs", label)
    yield Piece(LineString([a, at(0.2, -4.0), at(0.3, 4.0)]), "elevator", label)
    yield Piece(LineString([at(0.3, 4.0), at(0.7, 4.0)]), "deck", label)
    yield Piece(LineString([at(0.7, 4.0), b]), "stairs", label)
    yield Piece(LineString([at(0.7, 4.0), at(0.8, -4.0), b]), "elevator", label)


def _without_stubs(pieces: list[Piece]) -> list[Piece]:
    """Short dead ends go, until there are none."""
    while True:
        degree = Counter(spot for piece in pieces for spot in piece.ends)
        kept = [
            piece
            for piece in pieces
            if piece.line.length > SHORTEST_DEAD_END_M or min(degree[spot] for spot in piece.ends) > 1
        ]
        if len(kept) == len(pieces):
            return kept
        pieces = kept


def _largest_connected(pieces: list[Piece]) -> list[Piece]:
    neighbours: dict[Spot, list[int]] = defaultdict(list)
    for index, piece in enumerate(pieces):
        for spot in piece.ends:
            neighbours[spot].append(index)
    unseen, largest = set(neighbours), set[Spot]()
    for start in neighbours:
        if start in unseen:
            reached = _reached(start, pieces, neighbours)
            unseen -= reached
            largest = max(largest, reached, key=len)
    return [piece for piece in pieces if piece.ends[0] in largest]


def _reached(start: Spot, pieces: list[Piece], neighbours: dict[Spot, list[int]]) -> set[Spot]:
    reached, todo = {start}, [start]
    while todo:
        for index in neighbours[todo.pop()]:
            for spot in pieces[index].ends:
                if spot not in reached:
                    reached.add(spot)
                    todo.append(spot)
    return reached


def blocks(pieces: Iterable[Piece]) -> list[Polygon]:
    """The ground between the streets, largest first, in an order that does not depend on the library's."""
    faces = [face for face in shapely.polygonize([piece.line for piece in pieces]).geoms if face.area > 900.0]
    return sorted(faces, key=lambda face: (-round(face.area), face.bounds))


def nearest_spot(point: Point, pieces: list[Piece]) -> Spot:
    return min(
        (spot for piece in pieces for spot in piece.ends), key=lambda s: (s[0] - point.x) ** 2 + (s[1] - point.y) ** 2
    )
