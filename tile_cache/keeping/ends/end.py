"""A back end of the tile store: bytes at places, in one of MapProxy's caches, whole or not at all."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from io import BytesIO
from typing import ClassVar

from mapproxy.cache.base import TileCacheBase
from mapproxy.cache.tile import Tile as CachedTile
from mapproxy.image import ImageResult

from tile_cache.keeping.ends import frame
from tile_cache.keeping.ends.guard import Guard
from tile_cache.keeping.ends.place import Kept, Place


class EndAwayError(Exception):
    """The back end cannot say what it holds."""


class RefusedError(Exception):
    """One of MapProxy's caches did not store a tile, and has said why in its own log."""


class End(ABC):
    """Where tiles are kept. May be used by several threads, processes and, where the kind allows it, hosts.

    Loading, saving and removing never raise: a back end that is broken or away holds nothing.

    Args:
        rest_s: how long it is left alone after a failure, see `Guard`.
    """

    kind: ClassVar[str]
    faults: ClassVar[tuple[type[Exception], ...]]
    block_bytes: ClassVar[int] = 1
    """A tile takes a multiple of this."""

    def __init__(self, rest_s: float) -> None:
        self._guard = Guard(self.kind, (*self.faults, RefusedError), rest_s)
        self._caches: dict[tuple[str, str, str], TileCacheBase] = {}

    def load(self, place: Place) -> bytes | None:
        """The bytes at a place; None where none are, or the back end does not answer."""
        stored = self._guard.run("load", lambda: self._load(place), None)
        return None if stored is None else frame.content_of(stored)

    def save(self, place: Place, content: bytes) -> bool:
        """Keep bytes at a place instead of what is there; whether that is done."""
        stored = frame.framed(content, time.time())
        return self._guard.run("save", lambda: self._save(place, stored), False)

    def remove(self, place: Place) -> bool:
        """Keep nothing at a place; False where the back end does not answer."""
        return self._guard.run("remove", lambda: self._remove(place), False)

    def places(self, tileset: str | None = None) -> Iterator[Kept]:
        """What is stored of a tileset, or of all, in no order. For the upkeep: it takes its time.

        Raises:
            EndAwayError: the back end fails; what came until then is not all.
        """
        try:
            yield from self._walk(tileset)
        except self.faults as error:
            raise EndAwayError(f"the tile store ({self.kind}) cannot be listed: {error}") from error

    def tidy(self, now_s: float) -> None:  # noqa: B027 - most leave nothing
        """Remove what processes left that were killed while they stored, `now_s` being seconds since 1970."""

    @abstractmethod
    def _open(self, tileset: str, grid: str, suffix: str) -> TileCacheBase:
        """MapProxy's cache of the tiles that differ in zoom, column and row only."""

    @abstractmethod
    def _walk(self, tileset: str | None) -> Iterator[Kept]:
        """See `places`; raises `faults`."""

    def _load(self, place: Place) -> bytes | None:
        tile = CachedTile((place.x, place.y, place.z))
        if not self._cache(place).load_tile(tile):
            return None
        with tile.image_result_buffer() as file:
            return bytes(file.read())

    def _save(self, place: Place, stored: bytes) -> bool:
        tile = CachedTile((place.x, place.y, place.z), ImageResult(BytesIO(stored)))
        if self._cache(place).store_tile(tile) is False:
            raise RefusedError("a tile was not stored")
        return True

    def _remove(self, place: Place) -> bool:
        self._cache(place).remove_tile(CachedTile((place.x, place.y, place.z)))
        return True

    def _cache(self, place: Place) -> TileCacheBase:
        key = (place.tileset, place.grid, place.suffix)
        cache = self._caches.get(key)
        if cache is None:  # two threads may both open one: none waits for another that waits for a server
            cache = self._caches.setdefault(key, self._open(*key))
        return cache
