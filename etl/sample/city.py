"""The made-up city as rows of layers, in an order that loads well. Pure: the same seed gives the same rows."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import Any

import shapely
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge

from etl.record import RawRow
from etl.sample.events import course_rows, flood_area, hazard_rows, post_rows, report_rows
from etl.sample.ground import Ground, build_ground, buildings, great_park_area, green, roads, water
from etl.sample.links import network_rows
from etl.sample.names import TOWN_NAMES, invented
from etl.sample.network import Piece, blocks, build_pieces
from etl.sample.places import Gazetteer, add_facilities, add_refuges, build_towns, town_rows
from etl.sample.plan import Plan, build_plan
from etl.sample.streets import local_streets
from layers.city import City

Row = tuple[str, str, dict[str, Any], BaseGeometry]


def sample_rows(city: City, seed: int = 1) -> Iterator[RawRow]:
    """All rows of the made-up city inside the rough outline of `city`."""
    rng = random.Random(seed)  # noqa: S311 - a made-up city, not a secret
    plan = build_plan(city, rng)
    streets = local_streets(plan, rng)
    area = great_park_area(plan)
    pieces = build_pieces(plan, streets, area, rng)
    ground = build_ground(plan, blocks(pieces), area, rng)
    yield from network_rows(plan, pieces, city.code, rng)
    for layer, key, values, geometry in _ground_rows(plan, ground, pieces, rng):
        yield RawRow(key, layer, key, values, plan.lon_lat(geometry), city.code)
    for layer, key, values, geometry in _subject_rows(plan, ground, city, rng):
        yield RawRow(key, layer, key, values, plan.lon_lat(geometry), city.code)


def _subject_rows(plan: Plan, ground: Ground, city: City, rng: random.Random) -> Iterator[Row]:
    towns = build_towns(plan, rng)
    flood = flood_area(plan)
    book = Gazetteer(towns, city.code[:5], rng)
    add_refuges(plan, ground, flood, book)
    add_facilities(plan, ground, book)
    yield from book.rows
    yield from town_rows(towns)
    yield from hazard_rows(plan, rng)
    yield from course_rows(plan, ground)
    yield from post_rows(ground, rng)
    yield from report_rows(ground, rng)
    outline = shapely.MultiPolygon([plan.outline])
    yield "boundaries", "sample-outline", {"name": "架空のサンプル市", "prefecture_name": ""}, outline


def _ground_rows(plan: Plan, ground: Ground, pieces: list[Piece], rng: random.Random) -> Iterator[Row]:
    for number, shape in enumerate(buildings(plan, ground, pieces, rng), start=1):
        yield "base-buildings", f"sample-building-{number:05}", {"name": ""}, shape
    paved = _joined(piece.line for piece in pieces if piece.kind == "street")
    yield from _named("base-roads", "road", roads(plan, pieces, paved))
    yield from _named("base-green", "green", green(ground))
    yield from _named("base-water", "water", water(plan, ground))
    river = plan.outline.intersection(plan.river)
    yield from _named("base-waterways", "waterway", [(river, "river", "さらさら川")])
    for number, part in enumerate(_parts(plan.outline.intersection(plan.railway)), start=1):
        yield "base-railways", f"sample-railway-{number:02}", {"name": "サンプル線"}, part
    yield from _place_rows(plan, rng)


def _named(layer: str, key: str, shapes: Iterable[tuple[BaseGeometry, str, str]]) -> Iterator[Row]:
    number = 0
    for geometry, kind, name in shapes:
        parts = [geometry] if layer in {"base-green", "base-water"} else _parts(geometry)
        for part in parts:
            number += 1
            yield layer, f"sample-{key}-{number:04}", {"kind": kind, "name": name}, _areal_or_same(part)


def _areal_or_same(geometry: BaseGeometry) -> BaseGeometry:
    return (
        geometry
        if geometry.geom_type != "GeometryCollection"
        else shapely.MultiPolygon([part for part in geometry.geoms if part.geom_type == "Polygon"])
    )


def _parts(geometry: BaseGeometry) -> list[LineString]:
    return [part for part in getattr(geometry, "geoms", [geometry]) if part.geom_type == "LineString"]


def _joined(lines: Iterable[LineString]) -> list[LineString]:
    merged = linemerge(list(lines))
    return sorted(getattr(merged, "geoms", [merged]), key=lambda line: line.coords[0])


def _place_rows(plan: Plan, rng: random.Random) -> Iterator[Row]:
    middle = plan.outline.representative_point()
    yield "base-places", "sample-place-city", {"name": "架空のサンプル市", "kind": "city"}, middle
    for number, (name, point) in enumerate(plan.stations, start=1):
        yield "base-places", f"sample-place-station-{number}", {"name": invented(f"{name}駅"), "kind": "station"}, point
    for number, (name, point) in enumerate(_quarters(plan, rng), start=1):
        yield "base-places", f"sample-place-{number}", {"name": invented(name), "kind": "quarter"}, point


def _quarters(plan: Plan, rng: random.Random) -> list[tuple[str, Point]]:
    """Names of quarters spread over the city, clear of the stations and of one another."""
    west, south, east, north = plan.outline.bounds
    inside, taken = plan.outline.buffer(-250), [point for _, point in plan.stations]
    quarters: list[tuple[str, Point]] = []
    for _ in range(400):
        point = Point(rng.uniform(west, east), rng.uniform(south, north))
        if len(quarters) < len(TOWN_NAMES) and inside.contains(point) and all(p.distance(point) > 750 for p in taken):
            quarters.append((TOWN_NAMES[len(quarters)], point))
            taken.append(point)
    return quarters
