"""From a place to the nearest point of a link, also in the middle of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from gis_server.navigation.geodesy import metres_per_degree, to_metres
from gis_server.navigation.graph import BoolArray, FloatArray, IntArray, Network

REACH_M: Final = 300.0
"""How far a place may lie from the network; a school in the middle of its grounds still finds its gate."""
DETOUR_M: Final = 100.0
"""How much farther than the nearest link another island of the network may be to be considered."""
PREFERENCE_M: Final = 5.0
"""How much farther a link that is free may be than a blocked one, and still be taken."""
SEARCHES_M: Final = (300.0, 3_000.0, 30_000.0)


@dataclass(frozen=True, slots=True)
class Snap:
    """A place on a link. `fraction` is its share (0 to 1) of the link's length from its start."""

    link: int
    fraction: float
    point: tuple[float, float]
    distance_m: float
    asked: tuple[float, float]


class SnapIndex:
    """Finds links near a point. Built once per network, read by any number of threads."""

    def __init__(self, network: Network) -> None:
        self._network = network
        vertices = np.repeat(np.arange(len(network.links)), np.diff(network.offsets))
        self._tree = shapely.STRtree(shapely.linestrings(network.coordinates, indices=vertices))

    def near(
        self, point: tuple[float, float], usable: BoolArray, blocked: BoolArray, within_m: float = REACH_M
    ) -> tuple[Snap, ...]:
        """The nearest usable place on each island of the network, nearest first.

        A link that is not blocked goes before a blocked one that is less than `PREFERENCE_M` nearer, so that whoever
        stands at the corner of a closed street is not taken to stand on it. Islands that lie more than `DETOUR_M`
        beyond the nearest are left out: nobody is sent over a river to reach a larger part of the network.
        """
        snaps = [snap for snap in self._snaps(point, usable, within_m) if snap.distance_m <= within_m]
        snaps.sort(key=lambda snap: snap.distance_m + PREFERENCE_M * bool(blocked[snap.link]))
        islands: dict[int, Snap] = {}
        for snap in snaps:
            islands.setdefault(int(self._network.component[snap.link]), snap)
        nearest = snaps[0].distance_m if snaps else 0.0
        return tuple(snap for snap in islands.values() if snap.distance_m <= nearest + DETOUR_M)

    def distance_m(self, point: tuple[float, float], usable: BoolArray) -> float | None:
        """How far it is to the nearest usable link; None beyond 30 km."""
        for reach_m in SEARCHES_M:
            snaps = self._snaps(point, usable, reach_m)
            if snaps and snaps[0].distance_m <= reach_m:
                return snaps[0].distance_m
        return None

    def _snaps(self, point: tuple[float, float], usable: BoolArray, reach_m: float) -> list[Snap]:
        """The nearest place on every usable link around the point, nearest first."""
        per_longitude, per_latitude = metres_per_degree(point[1])
        dx, dy = reach_m / max(per_longitude, 1.0), reach_m / per_latitude
        links = self._tree.query(shapely.box(point[0] - dx, point[1] - dy, point[0] + dx, point[1] + dy))
        links = np.sort(links[usable[links]])
        if not len(links):
            return []
        return _nearest_on_each(self._network, links, point)


def _nearest_on_each(network: Network, links: IntArray, point: tuple[float, float]) -> list[Snap]:
    """Foot of the perpendicular on each link, computed for all their segments at once, in local metres."""
    counts = np.diff(network.offsets)[links] - 1
    owner = np.repeat(np.arange(len(links)), counts)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    first = network.offsets[links][owner] + within
    origin = np.array(point)
    begin = to_metres(network.coordinates[first] - origin, point[1])
    run = to_metres(network.coordinates[first + 1] - origin, point[1]) - begin
    squared = np.einsum("ij,ij->i", run, run)
    share = np.clip(-np.einsum("ij,ij->i", begin, run) / np.where(squared > 0, squared, 1), 0, 1)
    feet = begin + run * share[:, None]
    distance = np.hypot(feet[:, 0], feet[:, 1])
    best = np.lexsort((distance, owner))[np.cumsum(counts) - counts]
    lengths = np.sqrt(squared)
    along = np.cumsum(lengths) - lengths
    whole = np.add.reduceat(lengths, np.cumsum(counts) - counts)
    fraction = (along[best] - along[np.cumsum(counts) - counts] + share[best] * lengths[best]) / np.where(
        whole > 0, whole, 1
    )
    return _ordered(links, fraction, feet[best], distance[best], point)


def _ordered(
    links: IntArray, fraction: FloatArray, feet: FloatArray, distance: FloatArray, point: tuple[float, float]
) -> list[Snap]:
    places = feet / np.array(metres_per_degree(point[1])) + np.array(point)
    return [
        Snap(
            int(links[i]),
            float(min(max(fraction[i], 0.0), 1.0)),
            (float(places[i, 0]), float(places[i, 1])),
            float(distance[i]),
            point,
        )
        for i in np.argsort(distance, kind="stable")
    ]
