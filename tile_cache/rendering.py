"""A tile as it is now: from the store where that is still true, else rendered, by one at a time, and stored.

What only some may see is kept in the memory of the process and nowhere else.
"""

from __future__ import annotations

import gzip
import hashlib
import time
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Literal

from django.conf import settings
from django.db import Error, InterfaceError, OperationalError, connection

from layers import database
from layers.problems import Problem
from layers.query import Query
from layers.spec import Audience, LayerSpec
from tile_cache.content import thinning, vector
from tile_cache.degrees import Bounds
from tile_cache.grid import Tile
from tile_cache.keeping import recipes, truth
from tile_cache.keeping.ends import Place
from tile_cache.keeping.flight import Flights, turn
from tile_cache.keeping.memory import TrueMemory
from tile_cache.keeping.store import TileStore, place_of
from tile_cache.keeping.stored import Stored, fingerprint_of
from tile_cache.keeping.truth import Ground
from tile_cache.keeping.watch import WATCH
from tile_cache.measuring import measures
from tile_cache.tilesets import Part, Tileset

GZIP_LEVEL: Final = 1
"""Tiles become hardly smaller by a higher one (2 % at level 5), which takes twice as long."""
ATTEMPTS: Final = 3
PREVIOUS_S: Final = 1.0
"""How long a tile may still be given after a change while another renders it anew."""
LAST_EMPTY_ZOOM: Final = 16
"""Beyond, that nothing is there is quickly found out, and there are billions of such tiles: they are not stored."""
PRIVATE_BYTES: Final = 16_000_000
"""Of all tiles for staff that one process keeps."""

Outcome = Literal["memory", "store", "awaited", "rendered", "previous", "outdated"]
"""Where a tile came from; ``awaited`` from another thread. ``previous`` and ``outdated`` may not be true any more."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A tile ready to be sent.

    Args:
        gzipped: its bytes, compressed; empty where nothing is there.
        tag: differs where the bytes differ.
        ground: what it rests on, with stamps of the moment at which it was last found true.
        outcome: where it came from.
        places: where the store holds what it was made of.
    """

    gzipped: bytes
    tag: str
    ground: Ground
    outcome: Outcome
    places: tuple[Place, ...] = ()

    @property
    def is_true(self) -> bool:
        return self.outcome not in {"previous", "outdated"}


_flights: Final[Flights[tuple[str, str], Rendered]] = Flights()
_private: Final[TrueMemory[str, Rendered]] = TrueMemory(PRIVATE_BYTES)
WATCH.follow_with(_private)


def render(tileset: Tileset, tile: Tile) -> Rendered:
    """The tile as an audience may see it.

    Raises:
        Problem: 503 where the database is away, or too slow, and nothing is stored.
    """
    rendered = [_render_part(part, tile, tileset.audience) for part in tileset.parts]
    places = tuple(place_of(part.name, tile) for part in tileset.parts)
    return replace(_whole(tileset, tile, rendered), places=places)


def _whole(tileset: Tileset, tile: Tile, parts: list[Rendered]) -> Rendered:
    if len(parts) == 1:
        return parts[0]
    # The last four bytes of what gzip writes are the size of what it read (RFC 1952, 2.3.1).
    if sum(int.from_bytes(each.gzipped[-4:], "little") for each in parts) > thinning.MAX_BYTES:
        return _render_together(tileset, tile)
    return _joined(parts)


def _render_together(tileset: Tileset, tile: Tile) -> Rendered:
    """Layers that are too large together, each with less in it; kept in memory only."""
    layers = tuple(layer for layer in tileset.layers if vector.is_drawn(layer, tile, tileset.audience))
    try:
        return _private_answer(_Job(tileset.name, layers, tile, vector.shown_to(layers, tileset.audience)))
    except Error as error:
        raise away() from error


def _joined(parts: list[Rendered]) -> Rendered:
    """Tiles of layers one after another are a tile of all of them; it is as true as the least true of them."""
    filled = [each for each in parts if each.gzipped]
    ground = Ground(
        tuple({stamp.layer: stamp for each in parts for stamp in each.ground.stamps}.values()),
        _around([each.ground.lon_lat for each in parts if each.ground.stamps]),
    )
    outcome = max((each.outcome for each in parts), key=_FROM_BEST.index)
    if len(filled) == 1:
        return Rendered(filled[0].gzipped, filled[0].tag, ground, outcome)
    return _compressed(b"".join(gzip.decompress(each.gzipped) for each in filled), ground, outcome)


_FROM_BEST: Final[tuple[Outcome, ...]] = ("memory", "store", "awaited", "rendered", "previous", "outdated")


def _around(bounds: list[Bounds]) -> Bounds:
    west, south, east, north = zip(*bounds or [NOWHERE.lon_lat], strict=True)
    return min(west), min(south), max(east), max(north)


def _render_part(part: Part, tile: Tile, audience: Audience) -> Rendered:
    layers = tuple(layer for layer in part.layers if vector.is_drawn(layer, tile, audience))
    if not layers:
        return Rendered(b"", "empty", NOWHERE, "memory")
    if vector.shown_to(layers, audience) == Audience.PUBLIC:
        return _Job(part.name, layers, tile, Audience.PUBLIC).answer()
    return _private_answer(_Job(part.name, layers, tile, audience))


NOWHERE: Final = Ground((), (0.0, -90.0, 0.0, -90.0))
"""Of a tile in which nothing is drawn, whatever happens."""


def _private_answer(job: _Job) -> Rendered:
    key = f"{job.name} {job.tile} {job.fingerprint}"
    found = _private.find(key) if WATCH.look(settings.TILE_LOOK_SECONDS) else None
    if found is not None:
        return found
    rendered, _ = _flights.run((key, "private"), job.render)
    _private.keep(key, replace(rendered, outcome="memory"), len(rendered.gzipped), rendered.ground)
    return rendered


class _Job:
    """One part of one tile for one audience."""

    def __init__(self, name: str, layers: tuple[LayerSpec, ...], tile: Tile, audience: Audience) -> None:
        self.name, self.tile, self._layers, self._audience = name, tile, layers, audience
        self._query = vector.tile_query(layers, tile, audience)
        self.fingerprint = fingerprint_of(self._query.sql, self._query.params, GZIP_LEVEL, thinning.RULES)
        self._lon_lat = tile.buffered_lon_lat(vector.buffer_units(layers))
        self._store = TileStore(name, "mvt")

    def answer(self) -> Rendered:
        """From the store, if that is true; otherwise by whoever is first."""
        stored = self._store.find(self.tile, self.fingerprint)
        try:
            return self._still_true(stored) or self._fly(stored)
        except Error as error:
            if stored is None:
                raise away() from error
            return self._found(stored, Ground(stored.stamps, self._lon_lat), "outdated")

    def render(self) -> Rendered:
        """From the database, at one moment of it.

        Where a tile is rendered more than once to be small enough, and something changed in between, it begins anew;
        of a layer that changes all the time it is at last the rows of the last moment, chosen by those just before.
        """
        for _ in range(ATTEMPTS):
            seen: list[str | None] = []
            execute = partial(self._execute, seen)
            content = thinning.render_within(self._layers, self.tile, self._audience, execute, whole=self._query)
            if len(set(seen)) == 1:
                break
        return _compressed(content, Ground(truth.read_stamps(seen[-1]), self._lon_lat), "rendered")

    def _execute(self, seen: list[str | None], query: Query) -> bytes:
        """The tile of a query; the stamps of its moment come to those that were seen."""
        stamped = truth.with_stamps(query, [layer.name for layer in self._layers])
        ((content, stamps),) = database.fetch(stamped.sql, stamped.params, is_frequent=True, is_binary=True)
        seen.append(stamps)
        return bytes(content)

    def _fly(self, stored: Stored | None) -> Rendered:
        began = time.monotonic()
        found, is_shared = _flights.run(
            (self.name, self.fingerprint), lambda: self._render_or_again(stored), lambda: self._previous(stored)
        )
        if is_shared:
            measures.count_wait(self.name, self.tile.z, time.monotonic() - began)
        return replace(found, outcome="awaited") if is_shared and found.outcome == "rendered" else found

    def _render_or_again(self, stored: Stored | None) -> Rendered:
        """Once more where the connection broke in the middle: its statement has no other effect than its answer."""
        try:
            return self._render_alone(stored)
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or connection.is_usable():
                raise
            connection.close()
            return self._render_alone(stored)

    def _render_alone(self, seen: Stored | None) -> Rendered:
        with turn(f"{self.name} {self.fingerprint}") as mine:
            if not mine.is_mine and (previous := self._previous(seen)) is not None:
                return previous
            mine.wait()
            stored = self._store.find(self.tile, self.fingerprint)
            found = self._still_true(stored) if stored != seen else None  # another process was faster
            if found is not None:
                return found
            began = time.monotonic()
            rendered = self.render()
            seconds = time.monotonic() - began
            measures.observe_render(self.name, self.tile.z, seconds)
            if rendered.gzipped or self.tile.z <= LAST_EMPTY_ZOOM:
                made = Stored(self.fingerprint, rendered.ground.stamps, rendered.gzipped)
                self._store.save(self.tile, made, seconds, recipes.of_sql(self._query.sql))
        return rendered

    def _still_true(self, stored: Stored | None) -> Rendered | None:
        if stored is None:
            return None
        ground = truth.renewed(Ground(stored.stamps, self._lon_lat))
        return None if ground is None else self._found(stored, ground, "store")

    def _previous(self, stored: Stored | None) -> Rendered | None:
        if stored is None:
            return None
        ground = Ground(stored.stamps, self._lon_lat)
        seconds = truth.seconds_untrue(ground)
        return self._found(stored, ground, "previous") if seconds is not None and seconds < PREVIOUS_S else None

    @staticmethod
    def _found(stored: Stored, ground: Ground, outcome: Outcome) -> Rendered:
        return Rendered(stored.body, _tag(stored.body), ground, outcome)


def away() -> Problem:
    detail = "the map data cannot be read at the moment; please ask again in a few seconds"
    return Problem(503, "not available", detail)


def _compressed(content: bytes, ground: Ground, outcome: Outcome) -> Rendered:
    gzipped = gzip.compress(content, GZIP_LEVEL, mtime=0) if content else b""
    return Rendered(gzipped, _tag(gzipped), ground, outcome)


def _tag(gzipped: bytes) -> str:
    if not gzipped:
        return "empty"
    return hashlib.blake2b(gzipped, digest_size=12).hexdigest()
