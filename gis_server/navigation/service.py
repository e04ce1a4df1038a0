"""The network of this server process: loaded once, brought up to date whenever somebody asks.

Each request compares the revisions of the layers that routes depend on with those that the process has read (one
small statement). If the walking links changed, the topology is built anew; if damage areas or closures did, or a
closure began or ended by itself, only what is blocked is read again and the weights are made when next needed.
Revisions are read *before* the rows, so what was read is never older than the revision it bears. Processes know
nothing of each other: each compares for itself.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

import numpy as np
from django.db import connection

from gis_server.navigation.blockages import Blockages
from gis_server.navigation.closures import read_blockages
from gis_server.navigation.engine import EngineFactory
from gis_server.navigation.graph import Network
from gis_server.navigation.loading import load_attributions, load_network
from gis_server.navigation.profiles import Costing, Profile, build_costing
from gis_server.navigation.scipy_engine import ScipyTopology
from gis_server.navigation.searching import Situation
from gis_server.navigation.snapping import SnapIndex
from layers import registry
from layers.changes import revisions_of
from layers.spec import Impact

LOGGER: Final = logging.getLogger(__name__)
LINKS: Final = "pedestrian-links"
OBSTRUCTIONS: Final = ("damage-areas", "closures")
MATTERING: Final = (LINKS, *OBSTRUCTIONS)
"""The layers that are held in memory. Sites are read for each request; nodes say nothing that links do not."""


@dataclass(frozen=True)
class Terrain:
    """What changes only when the walking links do."""

    network: Network
    index: SnapIndex
    topology: EngineFactory
    attributions: Mapping[str, str]
    costings: dict[str, Costing] = field(default_factory=dict)

    def costing(self, profile: Profile) -> Costing:
        if profile.name not in self.costings:
            self.costings[profile.name] = build_costing(profile, self.network.links)
        return self.costings[profile.name]


@dataclass(frozen=True)
class Snapshot:
    """The network and what was in the way at the stated revisions. Never changed, only replaced."""

    revisions: Mapping[str, int]
    read_at: datetime
    terrain: Terrain | None
    blockages: Blockages
    situations: dict[str, Situation] = field(default_factory=dict)

    def situation(self, profile: Profile) -> Situation | None:
        """The network as `profile` meets it; None where there is no network."""
        if self.terrain is None:
            return None
        if profile.name not in self.situations:
            terrain = self.terrain
            self.situations[profile.name] = Situation(
                terrain.network, terrain.index, terrain.topology, terrain.costing(profile), self.blockages
            )
        return self.situations[profile.name]

    def shortest(self, profile: Profile) -> Situation:
        """The same network, where the shortest way is the best; only what the profile may use, as ever."""
        assert self.terrain is not None  # noqa: S101 - asked of a network that is there
        key = f"{profile.name} shortest"
        if key not in self.situations:
            terrain, timed = self.terrain, self.terrain.costing(profile)
            measured = replace(timed, seconds=np.repeat(terrain.network.links.length_m, 2))
            self.situations[key] = Situation(terrain.network, terrain.index, terrain.topology, measured, self.blockages)
        return self.situations[key]

    @property
    def attributions(self) -> Mapping[str, str]:
        """By source of a link: the line to be shown with a way over it."""
        return self.terrain.attributions if self.terrain else {}

    def is_current(self, revisions: Mapping[str, int], now: datetime) -> bool:
        return self.revisions == revisions and not self.blockages.is_outdated(now)


class RoutingService:
    """Holds the snapshot of one process."""

    def __init__(self) -> None:
        self._snapshot: Snapshot | None = None
        self._lock = threading.Lock()

    def current(self) -> Snapshot:
        """The snapshot, brought up to date if anything that matters was committed since."""
        snapshot, revisions, now = self._snapshot, _revisions(), datetime.now(UTC)
        if snapshot is not None and snapshot.is_current(revisions, now):
            return snapshot
        with self._lock:
            return self._refresh()

    def _refresh(self) -> Snapshot:
        """Compare again, as another thread may have been first, and read what changed."""
        old, revisions, now = self._snapshot, _revisions(), datetime.now(UTC)
        if old is not None and old.is_current(revisions, now):
            return old
        self._snapshot = _next(old, revisions, now)
        return self._snapshot

    def warm_in_background(self) -> threading.Thread:
        """Load the network beside the start of the server, so that the first walker does not wait for it."""
        thread = threading.Thread(target=self._warm, name="walking-network", daemon=True)
        thread.start()
        return thread

    def _warm(self) -> None:
        try:
            self.current()
        finally:
            connection.close()


SERVICE: Final = RoutingService()
"""The one of this process."""


def _next(old: Snapshot | None, revisions: Mapping[str, int], now: datetime) -> Snapshot:
    """A snapshot at these revisions that keeps of the old one whatever still holds."""
    changed = {name for name in MATTERING if old is None or old.revisions[name] != revisions[name]}
    if old is not None and not changed and not old.blockages.is_outdated(now):
        return replace(old, revisions=revisions)
    terrain = old.terrain if old is not None and LINKS not in changed else _read_terrain()
    return Snapshot(revisions, now, terrain, read_blockages(terrain.network) if terrain else Blockages())


def _revisions() -> dict[str, int]:
    return revisions_of(layer.name for layer in registry.affecting(Impact.ROUTING))


def _read_terrain() -> Terrain | None:
    network = load_network()
    if network is None:
        return None
    LOGGER.info("walking network: %d links, %d nodes", len(network.links), network.node_count)
    return Terrain(network, SnapIndex(network), _topology(network), load_attributions())


def _topology(network: Network) -> EngineFactory:
    """RoutingKit's hierarchy, or plain scipy on a platform without the extension module."""
    try:
        from gis_server.navigation.cch_engine import CchTopology
    except ImportError:
        LOGGER.warning("routingkit-cch is missing: routes are computed with scipy, more slowly")
        return ScipyTopology(network)
    return CchTopology(network)
