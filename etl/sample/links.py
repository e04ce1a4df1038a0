"""Nodes and links of the made-up walking network, with the attributes of the MLIT specification (July 2024)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
from shapely.geometry import Point

from etl.record import RawRow
from etl.sample.network import Piece
from etl.sample.plan import Plan
from layers.catalog.codes import UNKNOWN

EDITION = "2024"
STEP_HEIGHT_M = 0.16
STEEP_PERCENT = 12.0
"""Steeper made-up streets than this may be stairs."""

_STRUCTURES = {"pavement": 1, "crossing": 3, "footbridge": 6, "stairs": 6, "deck": 6, "elevator": 6, "underpass": 5}
_ROUTE_TYPES = {"level_crossing": 3, "elevator": 4, "footbridge": 6, "stairs": 6, "underpass": 7}
_WIDTHS_M = {
    "pavement": (2.0, 3.5),
    "crossing": (3.0, 4.0),
    "street": (1.6, 4.5),
    "path": (1.2, 3.0),
    "bridge": (1.5, 3.0),
    "level_crossing": (2.0, 3.0),
    "footbridge": (1.5, 2.2),
    "underpass": (1.8, 2.5),
    "stairs": (1.8, 2.6),
    "deck": (3.0, 4.0),
    "elevator": (0.9, 0.9),
}


def network_rows(plan: Plan, pieces: list[Piece], code: str, rng: random.Random) -> Iterator[RawRow]:
    """All nodes, then all links. Node and link ids follow the order of the pieces, so the same seed keeps them."""
    spots = {spot: number for number, spot in enumerate(dict.fromkeys(s for p in pieces for s in p.ends), start=1)}
    heights = plan.height_m(np.array(list(spots)))
    raised = {spot for piece in pieces if piece.kind == "deck" for spot in piece.ends}
    for (spot, number), height in zip(spots.items(), heights.tolist(), strict=True):
        floor = 1.0 if spot in raised else 0.0
        values = {"floor": floor, "elevation_m": round(height + 6.0 * floor, 1), "in_out": 1}
        yield _row(plan, "pedestrian-nodes", f"sample-node-{number:05}", values, Point(spot), code)
    for number, piece in enumerate(pieces, start=1):
        start, end = piece.ends
        values = _link_values(plan, piece, rng)
        values |= {"start_id": f"sample-node-{spots[start]:05}", "end_id": f"sample-node-{spots[end]:05}"}
        yield _row(plan, "pedestrian-links", f"sample-link-{number:05}", values, piece.line, code)


def _row(plan: Plan, layer: str, key: str, values: dict[str, Any], geometry: Any, code: str) -> RawRow:
    return RawRow(key, layer, key, values, plan.lon_lat(geometry), code)


def _link_values(plan: Plan, piece: Piece, rng: random.Random) -> dict[str, Any]:
    slope, climb_m = _slope_percent(plan, piece)
    is_stairs = piece.kind in {"footbridge", "stairs"} or _is_stepped(piece, slope)
    width_m = round(rng.uniform(*_WIDTHS_M[piece.kind]), 1)
    is_known = piece.kind == "elevator" or rng.random() > 0.12
    step_cm = _step_cm(piece, is_stairs, rng) if is_known else None
    values: dict[str, Any] = {
        "length_m": round(piece.line.length, 2),
        "name": piece.name,
        "structure": _STRUCTURES.get(piece.kind, 2),
        "route_type": 6 if is_stairs else _ROUTE_TYPES.get(piece.kind, 1),
        "direction": 1,
        "width_code": width_code(width_m) if is_known else UNKNOWN,
        "width_min_m": width_m if is_known else None,
        "slope_code": UNKNOWN if is_stairs else slope_code(slope),
        "slope_max_percent": None if is_stairs else round(abs(slope), 1),
        "step_code": UNKNOWN if step_cm is None else step_code(step_cm),
        "step_max_cm": step_cm,
        "step_count": _step_count(piece, climb_m) if is_stairs else None,
        "surface": _surface(piece, rng),
        "edition": EDITION,
    }
    return values | _equipment(piece, is_stairs, rng)


def _equipment(piece: Piece, is_stairs: bool, rng: random.Random) -> dict[str, Any]:
    has_tactile_paving = piece.kind in {"pavement", "crossing", "deck", "elevator"} and rng.random() < 0.7
    return {
        "signal": (rng.choice((2, 3, 4)) if piece.has_signal else 1) if piece.kind == "crossing" else 1,
        "tactile_paving": UNKNOWN if rng.random() < 0.06 else 2 if has_tactile_paving else 1,
        "elevator_kind": rng.choice((3, 5)) if piece.kind == "elevator" else 1,
        "roof": 2 if piece.kind in {"elevator", "deck", "underpass"} else 1,
        "handrail": rng.choice((2, 3, 4, 4)) if is_stairs else 1,
    }


def _is_stepped(piece: Piece, slope: float) -> bool:
    """Steep and narrow ways are stairs; which of them follows from the place alone."""
    return piece.kind in {"street", "path"} and abs(slope) > STEEP_PERCENT and int(piece.line.length) % 3 > 0


def _slope_percent(plan: Plan, piece: Piece) -> tuple[float, float]:
    """Steepest stretch of about 20 m, positive where it climbs from start to end; and the height climbed, metres."""
    if piece.kind in {"deck", "elevator", "stairs", "footbridge"}:
        return 0.0, 5.6
    if piece.kind == "underpass":
        return 7.0, 0.0
    count = max(1, round(piece.line.length / 20.0))
    points = piece.line.interpolate(np.linspace(0, piece.line.length, count + 1))
    heights = plan.height_m(np.array([(point.x, point.y) for point in points]))
    slopes = np.diff(heights) / max(piece.line.length / count, 8.0) * 100
    return float(slopes[np.abs(slopes).argmax()]), float(abs(heights[-1] - heights[0]))


def _step_cm(piece: Piece, is_stairs: bool, rng: random.Random) -> float:
    if is_stairs:
        return round(STEP_HEIGHT_M * 100, 1)
    if piece.kind == "crossing":
        return rng.choice((2.0, 2.0, 2.0, 4.0))
    return (
        rng.choice((0.0, 0.0, 0.0, 1.0, 2.0, 2.0, 4.0))
        if piece.kind == "pavement"
        else rng.choice((0.0,) * 14 + (6.0,))
    )


def _step_count(piece: Piece, climb_m: float) -> int:
    return max(6, round(climb_m / STEP_HEIGHT_M) * (2 if piece.kind == "footbridge" else 1))


def _surface(piece: Piece, rng: random.Random) -> str:
    if piece.kind == "path":
        return rng.choice(("gravel", "compacted", "asphalt", "paving_stones"))
    return "paving_stones" if piece.kind in {"deck", "stairs"} else "asphalt"


def width_code(width_m: float) -> int:
    """幅員: 1 below 1 m, 2 below 2 m, 3 below 3 m, 4 from 3 m.

    >>> [width_code(w) for w in (0.9, 1.0, 2.9, 3.0)]
    [1, 2, 3, 4]
    """
    return 1 + sum(width_m >= limit for limit in (1.0, 2.0, 3.0))


def slope_code(percent: float) -> int:
    """縦断勾配, seen from the start: climbing is positive.

    >>> [slope_code(p) for p in (0.2, -4, 6, -6, 9, -9, 20, -20)]
    [1, 2, 3, 4, 5, 6, 7, 8]
    """
    steepness = abs(percent)
    if steepness <= 5.0:
        return 1 if steepness < 1.0 else 2
    base = 3 if steepness <= 8.0 else 5 if steepness <= 18.0 else 7
    return base if percent > 0 else base + 1


def step_code(height_cm: float) -> int:
    """段差: 1 none, 2 up to 2 cm, 3 up to 5 cm, 4 up to 10 cm, 5 above.

    >>> [step_code(h) for h in (0, 2, 4.9, 10, 16)]
    [1, 2, 3, 4, 5]
    """
    return 1 + sum(height_cm > limit for limit in (0.0, 2.0, 5.0, 10.0))
