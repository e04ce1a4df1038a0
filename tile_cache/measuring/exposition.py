"""The measures of tiles in Prometheus' text format, as everybody may read them.

Source: Prometheus' exposition formats, text format 0.0.4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from layers import registry
from layers.spec import Audience
from tile_cache.keeping import ends, ledger
from tile_cache.looks.base_map import BASE_GROUP
from tile_cache.measuring import measures
from tile_cache.measuring.measure_files import Key, Totals, read_totals

MEDIA_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
PRIVATE: Final = "private"
"""Stands for every layer that not everybody may see, and for those that are no more."""

_TILE = ("layer", "zoom")
COUNTERS: Final = {
    "requests": ("tile_requests", "Tiles that were asked for, by what they were answered from", (*_TILE, "outcome")),
    "waits": ("tile_waits", "Requests that waited for the rendering of another", _TILE),
    "log_looks": ("tile_log_looks", "Looks at the log of changes", ()),
    "store_errors": ("tile_store_errors", "Failures of the back end of the store", ("end", "operation")),
}
TIMES: Final = {
    "wait_seconds": ("tile_wait_seconds", "How long requests waited for the rendering of another", _TILE),
    "render_seconds": ("tile_render_seconds", "How long tiles took to render", _TILE),
}
GAUGES: Final = {
    "memory_tiles": ("tile_memory_tiles", "Tiles in the memory of the living processes"),
    "memory_bytes": ("tile_memory_bytes", "Bytes of the tiles in the memory of the living processes"),
}


def document() -> bytes:
    """All measures, of all processes of this home. Works with the database away, without what only it knows."""
    measures.flush()
    registry_of_measures = CollectorRegistry()
    registry_of_measures.register(_Measures(read_totals(settings.MEASURES)))
    return bytes(generate_latest(registry_of_measures))


class _Measures(Collector):
    def __init__(self, totals: Totals) -> None:
        self._totals = shown_to_everybody(totals)

    def describe(self) -> Iterator[Metric]:
        return iter(())

    def collect(self) -> Iterator[Metric]:
        yield from _counters(self._totals)
        yield from _times(self._totals)
        for name, (title, help_text) in GAUGES.items():
            yield GaugeMetricFamily(f"machigis_{title}", help_text, self._totals.gauges.get((name,), 0))
        yield from _store()


def shown_to_everybody(totals: Totals) -> Totals:
    """The same with the names of layers that the public may not see replaced, and added up."""
    known = {layer.name for layer in registry.visible_to(Audience.PUBLIC)} | {BASE_GROUP, measures.SEVERAL}

    def shown(key: Key) -> Key:
        of_a_layer = key[0] not in {"log_looks", "store_errors"}
        return (key[0], PRIVATE, *key[2:]) if of_a_layer and len(key) > 1 and key[1] not in known else key

    result = Totals(gauges=dict(totals.gauges))
    for key, count in totals.counters.items():
        result.add(Totals(counters={shown(key): count}), lives=True)
    for key, times in totals.times.items():
        result.add(Totals(times={shown(key): times}), lives=True)
    return result


def _counters(totals: Totals) -> Iterator[Metric]:
    for name, (title, help_text, labels) in COUNTERS.items():
        family = CounterMetricFamily(f"machigis_{title}", help_text, labels=labels)
        for key, count in sorted(totals.counters.items()):
            if key[0] == name:
                family.add_metric(key[1:], count)
        yield family


def _times(totals: Totals) -> Iterator[Metric]:
    for name, (title, help_text, labels) in TIMES.items():
        family = HistogramMetricFamily(f"machigis_{title}", help_text, labels=labels)
        for key, times in sorted(totals.times.items()):
            if key[0] == name:
                *counts, total_s = times
                family.add_metric(key[1:], _cumulative(counts), total_s)
        yield family


def _cumulative(counts: list[float]) -> list[tuple[str, float]]:
    below, buckets = 0.0, []
    for edge, count in zip([*map(str, measures.BUCKETS_S), "+Inf"], counts, strict=True):
        below += count
        buckets.append((edge, below))
    return buckets


def _store() -> Iterator[Metric]:
    yield GaugeMetricFamily("machigis_tile_store_bound_bytes", "The most that stored tiles may take", _bound())
    facts: dict[str, tuple[str, Callable[[], float]]] = {
        "bytes": ("What stored tiles take", lambda: ledger.total_bytes(ends.current().block_bytes)),
        "tiles": ("Stored tiles", ledger.total_tiles),
    }
    for name, (help_text, ask) in facts.items():
        try:
            yield GaugeMetricFamily(f"machigis_tile_store_{name}", help_text, ask())
        except (DatabaseError, InterfaceError):
            return


def _bound() -> float:
    return float(settings.TILE_STORE_MB) * 1_000_000
