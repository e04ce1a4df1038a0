"""Pictures of WMTS, TMS and ``/maps/tiles/`` that a process gives again past MapProxy, while they are true."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings

from layers import registry
from tile_cache import flushing
from tile_cache.keeping import ledger
from tile_cache.keeping.ends import Place
from tile_cache.keeping.memory import TrueMemory
from tile_cache.keeping.truth import Ground
from tile_cache.keeping.watch import WATCH
from tile_cache.maps.map_requests import Answer
from tile_cache.measuring import measures

PICTURE_BYTES: Final = 32_000_000
"""Of all pictures that one process keeps."""


@dataclass(slots=True)
class Seen:
    """What MapProxy took from the store for one request.

    Args:
        loaded: tiles that were found true, with what they rest on.
        is_outdated: whether one was given although the database could not say that it is true.
    """

    loaded: dict[Place, Ground] = field(default_factory=dict)
    is_outdated: bool = False


SEEN: Final[ContextVar[Seen]] = ContextVar("SEEN")
"""Of the request in hand; none where nobody asked by HTTP (seeding)."""


@dataclass(frozen=True, slots=True)
class Picture:
    answer: Answer
    place: Place


_kept: Final[TrueMemory[tuple[str, int], Picture]] = TrueMemory(PICTURE_BYTES)
WATCH.follow_with(_kept)


def find(environ: dict[str, Any]) -> Answer | None:
    """The picture of an address, as it would be sent to a client that has nothing yet."""
    if not _is_plain(environ):
        return None
    key = _key(environ)
    found = _kept.find(key)
    if found is None or not WATCH.look(settings.TILE_LOOK_SECONDS) or not _kept.holds(key, found):
        return None
    return found.answer


def keep(environ: dict[str, Any], answer: Answer, seen: Seen) -> None:
    """Keep a picture that is one stored tile, as it is stored."""
    if not _is_plain(environ) or len(seen.loaded) != 1 or seen.is_outdated or not answer[0].startswith("200"):
        return
    ((place, ground),) = seen.loaded.items()
    if ground.stamps:  # a raster has no log, and tells by another way that it has changed
        _kept.keep(_key(environ), Picture(answer, place), len(answer[2]), ground)
        flushing.gathered(__name__, tell_hits)


def tell_hits() -> None:
    """Count the pictures that came from memory since this was last done, and tell the ledger what was used."""
    for found, hits in _kept.take_hits():
        measures.count_request(found.place.tileset, found.place.z, "hit_memory", hits)
        ledger.used(found.place, hits)


def _key(environ: dict[str, Any]) -> tuple[str, int]:
    """With other declarations of layers, what everybody may see is another thing."""
    return environ.get("PATH_INFO", ""), registry.generation()


def _is_plain(environ: dict[str, Any]) -> bool:
    return environ.get("REQUEST_METHOD") == "GET" and not environ.get("QUERY_STRING")
