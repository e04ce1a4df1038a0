"""Small walking networks made by hand, in memory and in PostGIS. Places are metres east and north of Mitaka."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gis_server.navigation.geodesy import metres_per_degree
from gis_server.navigation.graph import LinkTable, Network, build_network
from layers.catalog.pedestrian import PedestrianLink

ORIGIN = (139.56, 35.68)
CODES = ("structure", "route_type", "width_code", "slope_code", "step_code", "signal", "elevator_kind")
OTHER_CODES = ("handrail", "tactile_paving")
MEASURES = ("width_min_m", "slope_max_percent", "step_max_cm", "step_count")
GOOD = {"structure": 1, "route_type": 1, "width_code": 3, "slope_code": 1, "step_code": 1}
"""A level, wide pavement without steps."""


@dataclass(frozen=True)
class Link:
    """A straight link between two named nodes."""

    id: str
    start: str
    end: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


def place(east_m: float, north_m: float) -> tuple[float, float]:
    """Longitude and latitude of a place so many metres from the origin."""
    per_longitude, per_latitude = metres_per_degree(ORIGIN[1])
    return ORIGIN[0] + east_m / per_longitude, ORIGIN[1] + north_m / per_latitude


def network_of(nodes: Mapping[str, tuple[float, float]], links: Sequence[Link]) -> Network:
    """The network in memory; unstated attributes are not known."""
    rows = [_row(nodes, link) for link in links]
    columns: dict[str, Any] = {
        name: np.array([row[name] for row in rows], dtype=np.int16) for name in (*CODES, *OTHER_CODES, "direction")
    }
    columns |= {
        name: np.array([np.nan if row[name] is None else row[name] for row in rows], dtype=np.float64)
        for name in (*MEASURES, "length_m")
    }
    columns |= {name: tuple(row[name] for row in rows) for name in ("id", "name", "surface", "source")}
    coordinates = np.array([place(*nodes[node]) for link in links for node in (link.start, link.end)])
    offsets = np.arange(len(links) + 1, dtype=np.int64) * 2
    starts, ends = [link.start for link in links], [link.end for link in links]
    return build_network(LinkTable(**columns), starts, ends, coordinates, offsets)


def save(nodes: Mapping[str, tuple[float, float]], links: Iterable[Link]) -> None:
    """The same network as rows in PostGIS."""
    from django.contrib.gis.geos import LineString

    PedestrianLink.objects.bulk_create(
        PedestrianLink(
            **_row(nodes, link),
            start_id=link.start,
            end_id=link.end,
            geometry=LineString(place(*nodes[link.start]), place(*nodes[link.end]), srid=4326),
        )
        for link in links
    )


def _row(nodes: Mapping[str, tuple[float, float]], link: Link) -> dict[str, Any]:
    (x0, y0), (x1, y1) = nodes[link.start], nodes[link.end]
    unknown = dict.fromkeys((*CODES, *OTHER_CODES), 99) | dict.fromkeys(MEASURES)
    plain = {
        "id": link.id,
        "name": "",
        "surface": "",
        "source": "",
        "direction": 1,
        "length_m": float(np.hypot(x1 - x0, y1 - y0)),
    }
    return unknown | plain | dict(link.attributes)


def grid(size: int, spacing_m: float = 100.0) -> tuple[dict[str, tuple[float, float]], list[Link]]:
    """A town of `size` by `size` corners, numbered ``column-row`` from the south-west; all pavements good."""
    nodes = {f"{i}-{j}": (i * spacing_m, j * spacing_m) for i in range(size) for j in range(size)}
    links = [Link(f"e{i}-{j}", f"{i}-{j}", f"{i + 1}-{j}", GOOD) for i in range(size - 1) for j in range(size)]
    links += [Link(f"n{i}-{j}", f"{i}-{j}", f"{i}-{j + 1}", GOOD) for i in range(size) for j in range(size - 1)]
    return nodes, links


def random_town(size: int, seed: int) -> tuple[dict[str, tuple[float, float]], list[Link]]:
    """A grid with bent corners, and at random stairs, one-way links, gaps, steps, slopes, narrow and unknown ones."""
    rng = np.random.default_rng(seed)
    nodes, links = grid(size, 80.0)
    bent = {key: (x + rng.normal(0, 15), y + rng.normal(0, 15)) for key, (x, y) in nodes.items()}
    kinds: list[dict[str, Any]] = [
        {},
        {"route_type": 6, "step_count": 20},
        {"direction": 2},
        {"direction": 3, "route_type": 5},
        {"step_code": 4},
        {"slope_code": 5},
        {"width_code": 1},
        {"width_code": 99, "slope_code": 99, "step_code": 99},
        {"route_type": 4, "width_code": 1, "elevator_kind": 3},
    ]
    chosen = rng.choice(len(kinds), size=len(links), p=[0.52, 0.08, 0.06, 0.04, 0.06, 0.06, 0.06, 0.06, 0.06])
    kept = rng.random(len(links)) > 0.05
    town = [
        Link(link.id, link.start, link.end, GOOD | kinds[kind])
        for link, kind, keep in zip(links, chosen, kept, strict=True)
        if keep
    ]
    return bent, town
