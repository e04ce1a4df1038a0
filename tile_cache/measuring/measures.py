"""Counting, for /metrics: plain functions that cost a lock and an addition.

Each process adds up in memory and writes its totals into a file of its own once a second; `exposition` adds the files
up.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from typing import Final

from tile_cache import flushing
from tile_cache.measuring.measure_files import Key, Totals

OUTCOMES: Final = ("hit_memory", "hit_store", "miss", "previous", "outdated")
BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SEVERAL: Final = "several"

_lock = threading.Lock()
_counters: dict[Key, float] = {}
_times: dict[Key, list[float]] = {}
_gauges: dict[Key, float] = {}


def count_request(layer: str, zoom: int, outcome: str, n: int = 1) -> None:
    """A tile was asked for, and given as `outcome` says.

    Args:
        layer: the name of a layer, ``base``; a set of them with commas counts as ``several``.
        outcome: `OUTCOMES`: from memory, from the store, rendered, the previous one while another renders, or one that
            may be outdated because the database is away.
    """
    if outcome not in OUTCOMES:
        raise ValueError(f"a tile's outcome is one of {', '.join(OUTCOMES)}, not {outcome!r}")
    _add(("requests", _one(layer), str(zoom), outcome), n)


def count_wait(layer: str, zoom: int, seconds: float) -> None:
    """A request waited so long for another one's rendering."""
    _add(("waits", _one(layer), str(zoom)), 1)
    _observe(("wait_seconds", _one(layer), str(zoom)), seconds)


def observe_render(layer: str, zoom: int, seconds: float) -> None:
    """A tile took so long to render."""
    _observe(("render_seconds", _one(layer), str(zoom)), seconds)


def count_log_look(n: int = 1) -> None:
    """The log of changes was looked at, to know whether stored tiles are still true."""
    _add(("log_looks",), n)


def count_store_error(end: str, operation: str) -> None:
    """The back end of the store failed to load, save or remove."""
    _add(("store_errors", end, operation), 1)


def set_memory(tiles: int, size: int) -> None:
    """So many tiles, of so many bytes, are in this process's memory now."""
    with _lock:
        _gauges[("memory_tiles",)] = tiles
        _gauges[("memory_bytes",)] = size
    flushing.gathered(__name__, flush)


def flush() -> None:
    """Write this process's totals into its file, where they have changed. Raises nothing: counting is no purpose."""
    from django.conf import settings

    from tile_cache.measuring.measure_files import write_totals

    with _lock:
        totals = Totals(dict(_counters), {key: list(times) for key, times in _times.items()}, dict(_gauges))
    write_totals(settings.MEASURES, totals)


def forget() -> None:
    """Begin again at nothing."""
    with _lock:
        for gathered in (_counters, _times, _gauges):
            gathered.clear()


def _one(layer: str) -> str:
    return SEVERAL if "," in layer else layer


def _add(key: Key, n: float) -> None:
    with _lock:
        _counters[key] = _counters.get(key, 0) + n
    flushing.gathered(__name__, flush)


def _observe(key: Key, seconds: float) -> None:
    """Times are kept as a count for each bucket, one for what is beyond, and their sum."""
    with _lock:
        times = _times.get(key)
        if times is None:
            times = _times[key] = [0.0] * (len(BUCKETS_S) + 2)
        times[bisect_left(BUCKETS_S, seconds)] += 1
        times[-1] += seconds
    flushing.gathered(__name__, flush)
