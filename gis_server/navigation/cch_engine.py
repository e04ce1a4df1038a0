"""The engine on RoutingKit's customizable contraction hierarchies (Dibbelt, Strasser, Wagner 2014).

What RoutingKit's binding demands, and how this module keeps to it: queries belong to the thread that made them and
allow one living result, so each call makes its own (some 40 µs) and lets nothing of it out; a metric is never
changed while it may be in use, so changed weights make a new one. Misuse would raise ``PanicException``, which is
no ``Exception``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import routingkit_cch

from gis_server.navigation.engine import FORBIDDEN, Access, Engine, Path, cheapest, least_by_target
from gis_server.navigation.graph import IntArray, Network


class CchTopology:
    """A network contracted once, whatever the weights will be."""

    def __init__(self, network: Network, order: Sequence[int] | None = None) -> None:
        self._arcs = np.flatnonzero(network.tail != network.head)
        tail = network.tail[self._arcs].tolist()
        head = network.head[self._arcs].tolist()
        self.order = list(order) if order is not None else build_order(network)
        self._cch = routingkit_cch.CCH(self.order, tail, head, False)

    def with_weights(self, weights: IntArray) -> Engine:
        metric = routingkit_cch.CCHMetric(self._cch, weights[self._arcs].tolist())
        return CchEngine(metric, self._arcs)


def build_order(network: Network) -> list[int]:
    """Contraction order by inertial flow on the nodes' places; depends on the topology alone."""
    between = np.flatnonzero(network.tail != network.head)
    return routingkit_cch.compute_order_inertial(
        network.node_count,
        network.tail[between].tolist(),
        network.head[between].tolist(),
        network.node_lat.tolist(),
        network.node_lon.tolist(),
    )


class CchEngine:
    """Queries on one customised metric."""

    def __init__(self, metric: routingkit_cch.CCHMetric, arcs: IntArray) -> None:
        self._metric = metric
        self._arcs = arcs

    def shortest_path(self, sources: Iterable[Access], targets: Iterable[Access]) -> Path | None:
        starts, ends = cheapest(sources), cheapest(targets)
        if not starts or not ends:
            return None
        result = routingkit_cch.CCHQuery(self._metric).run_multi(starts, ends)
        if result.distance is None or result.distance >= FORBIDDEN:
            return None
        nodes = result.node_path
        arcs = tuple(int(self._arcs[arc]) for arc in result.arc_path)
        return Path(result.distance, nodes[0], nodes[-1], arcs)

    def nearest_targets(self, sources: Iterable[Access], targets: Sequence[Sequence[Access]]) -> list[int | None]:
        starts = cheapest(sources)
        pinned = sorted({access.node for target in targets for access in target})
        if not starts or not pinned:
            return [None] * len(targets)
        distances = routingkit_cch.CCHOneToMany(self._metric, pinned).distances_from_multi(starts)
        return least_by_target(dict(zip(pinned, distances, strict=True)), targets)
