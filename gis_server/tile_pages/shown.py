"""What the page shows of the store, read from the ledger and the measures."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db.models import Avg, Count, Max, Min, QuerySet, Sum

from layers import registry
from layers.crs import WEB_MERCATOR_SRID
from layers.spec import Text
from tile_cache.degrees import degrees_around
from tile_cache.grid import MAX_ZOOM, Tile
from tile_cache.looks.base_map import BASE_GROUP, BASE_TITLE
from tile_cache.measuring.measure_files import read_totals
from tile_cache.models import StoredTile

VECTOR: Final = Text("ベクトル", "vector")
PICTURES: Final = Text("画像", "pictures")
WEB_MERCATOR: Final = "webmercator"
AGES: Final = (datetime.timedelta(hours=1), datetime.timedelta(days=1), datetime.timedelta(days=7))
HITS: Final = (1, 10, 100)
"""Where one class of age or of hits ends and the next begins."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Stored tiles of one tileset, grid and kind."""

    tileset: str
    grid: str
    suffix: str

    @property
    def key(self) -> str:
        return f"{self.tileset}/{self.grid}/{self.suffix}"

    def title(self, language: str) -> str:
        """The layers by their titles, the kind of tile, the grid; a raster, or what is no layer any more, by name."""
        titles = {layer.name: layer.title for layer in registry.every()} | {BASE_GROUP: BASE_TITLE}
        names = [titles[name].in_language(language) if name in titles else name for name in self.tileset.split(",")]
        kind = VECTOR if self.suffix == "mvt" else PICTURES
        return f"{'・'.join(names)}（{kind.in_language(language)}, {self.grid}）"

    def tiles(self) -> QuerySet[StoredTile]:
        return StoredTile.objects.filter(tileset=self.tileset, grid=self.grid, suffix=self.suffix)


def stacks() -> list[dict[str, Any]]:
    """Every stack with its tiles, bytes, hits, and when it was last used; the largest first."""
    rows = (
        StoredTile.objects.values("tileset", "grid", "suffix")
        .annotate(tiles=Count("x"), size=Sum("bytes"), uses=Sum("hits"), last=Max("used_at"))
        .order_by("-size", "tileset", "grid", "suffix")
    )
    return [{**row, "stack": Stack(row["tileset"], row["grid"], row["suffix"])} for row in rows]


def zooms(stack: Stack) -> list[dict[str, Any]]:
    """What a stack holds at each zoom."""
    return list(
        stack.tiles()
        .values("z")
        .annotate(tiles=Count("x"), size=Sum("bytes"), uses=Sum("hits"), ms=Avg("render_ms"), oldest=Min("rendered_at"))
        .order_by("z")
    )


def hottest(stack: Stack, z: int, limit: int) -> list[StoredTile]:
    """The tiles that were asked for most."""
    return list(stack.tiles().filter(z=z).order_by("-hits", "-used_at", "x", "y")[:limit])


def class_of(value: Any, edges: Sequence[Any]) -> int:
    """In which class a value is: 0 below the first edge.

    >>> [class_of(hits, HITS) for hits in (0, 1, 9, 10, 100)]
    [0, 1, 1, 2, 3]
    """
    return sum(value >= edge for edge in edges)


def square(tile: StoredTile, now: datetime.datetime) -> dict[str, Any] | None:
    """A tile as a GeoJSON feature: its ground, how old it is (seconds) and how often it was used, with their classes.

    None where the ground of its grid is not known here.
    """
    last = 2**tile.z - 1
    if tile.grid != WEB_MERCATOR or not (tile.z <= MAX_ZOOM and tile.x <= last and tile.y <= last):
        return None
    west, south, east, north = degrees_around(Tile(tile.z, tile.x, tile.y).bounds_m, WEB_MERCATOR_SRID)
    age = now - tile.rendered_at
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {
            "tile": f"{tile.z}/{tile.x}/{tile.y}",
            "bytes": tile.bytes,
            "hits": tile.hits,
            "hits_class": class_of(tile.hits, HITS),
            "age_s": round(age.total_seconds()),
            "age_class": class_of(age, AGES),
        },
    }


def counts() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What was answered of each layer, and the failures of the back end, since the counting began."""
    totals = read_totals(settings.MEASURES)
    answered: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    failures: dict[tuple[str, str], float] = defaultdict(float)
    for key, count in totals.counters.items():
        if key[0] == "requests":
            answered[key[1]][key[3]] += count
        elif key[0] == "store_errors":
            failures[key[1], key[2]] += count
    return (
        [_answered(layer, by_outcome) for layer, by_outcome in sorted(answered.items())],
        [{"end": end, "operation": what, "count": int(n)} for (end, what), n in sorted(failures.items())],
    )


def _answered(layer: str, by_outcome: dict[str, float]) -> dict[str, Any]:
    requests = sum(by_outcome.values())
    misses = by_outcome.get("miss", 0)
    return {
        "layer": layer,
        "requests": int(requests),
        "memory": int(by_outcome.get("hit_memory", 0)),
        "store": int(by_outcome.get("hit_store", 0)),
        "misses": int(misses),
        "waiting": int(by_outcome.get("previous", 0) + by_outcome.get("outdated", 0)),
        "share": round(100 * (requests - misses) / requests) if requests else 0,
    }
