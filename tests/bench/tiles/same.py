"""That all servers show the same features on the same ground, without which figures would say nothing."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.bench.api.data import BUILDINGS, FACILITIES
from tests.bench.api.servers import Place, Running
from tests.bench.running import WorkFailedError
from tests.bench.tiles.asks import DETAILED_ZOOM, MVT, middle, sample
from tests.bench.tiles.servers import ACCEPT, RENDERING, TileServer
from tests.tile_cache.mvt import Decoded, decode
from tile_cache.grid import EXTENT, Tile

MARGIN_UNITS = 8
"""A feature that only touches the edge is in one server's tile and not in another's: each has its own margin."""
_LOOKED_AT = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """The ids of a tile's features: all of them, and those that lie within it without doubt."""

    all: frozenset[str]
    within: frozenset[str]


Tiles = dict[tuple[str, Tile], Shown]


def compare(places: Mapping[str, Place]) -> None:
    """See that all servers that make vector tiles show the same.

    Raises:
        WorkFailedError: one does not, or there is nothing to be seen.
    """
    tiles = [middle(DETAILED_ZOOM), *sample([DETAILED_ZOOM], _LOOKED_AT)]
    asked = [(layer, tile) for layer in (FACILITIES, BUILDINGS) for tile in tiles]
    check({server.name: _shown_by(server, places[server.name], asked) for server in RENDERING})


def check(given: Mapping[str, Tiles]) -> None:
    """Whatever one shows within a tile, every other shows as well.

    Raises:
        WorkFailedError: one does not, or there is nothing to be seen.
    """
    for one, tiles in given.items():
        if not any(shown.within for shown in tiles.values()):
            raise WorkFailedError(f"{one} shows nothing")
        for other, others in given.items():
            for (layer, tile), shown in tiles.items():
                if missing := shown.within - others[layer, tile].all:
                    raise WorkFailedError(
                        f"{other} lacks {len(missing)} features of {layer} that {one} shows in {tile}: {min(missing)} …"
                    )


def _shown_by(server: TileServer, place: Place, asked: Sequence[tuple[str, Tile]]) -> Tiles:
    with server.running(place) as running:
        return {ask: read(content_of(running, server.addresses[MVT](*ask))) for ask in asked}


def content_of(running: Running, address: str) -> bytes:
    """A tile's bytes without compression; none where nothing is there.

    Raises:
        WorkFailedError: it is refused.
    """
    answer = running.get(address, ACCEPT)
    if answer.status not in {200, 204}:
        raise WorkFailedError(f"{running.service.name}: {answer.status} for {address}: {answer.content[:200]!r}")
    is_gzipped = answer.content.startswith(b"\x1f\x8b")
    return gzip.decompress(answer.content) if is_gzipped else answer.content


def read(content: bytes) -> Shown:
    """The features of a tile of one layer, whatever the server calls it."""
    features = [feature for layer in decode(content).values() for feature in layer]
    within = frozenset(str(f.properties["id"]) for f in features if _is_within(f))
    return Shown(frozenset(str(feature.properties["id"]) for feature in features), within)


def _is_within(feature: Decoded) -> bool:
    least, most = MARGIN_UNITS, EXTENT - MARGIN_UNITS
    return all(max(numbers) > least and min(numbers) < most for numbers in zip(*feature.points, strict=True))
