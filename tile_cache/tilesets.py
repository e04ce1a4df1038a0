"""Sets of layers in one tile, by the name in the address: a layer, ``base``, or several with commas between."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings

from layers import registry
from layers.problems import Problem
from layers.reading import Query, rows
from layers.spec import Audience, LayerSpec
from tile_cache import store, vector
from tile_cache.base_map import BASE_GROUP
from tile_cache.grid import Tile

GZIP_LEVEL = 5


@dataclass(frozen=True, slots=True)
class Part:
    """What is rendered and stored together: one layer, or the base map."""

    name: str
    layers: tuple[LayerSpec, ...]


@dataclass(frozen=True, slots=True)
class Tileset:
    """The parts of one address, as an audience may see them."""

    name: str
    parts: tuple[Part, ...]
    audience: Audience

    @property
    def layers(self) -> tuple[LayerSpec, ...]:
        return tuple(layer for part in self.parts for layer in part.layers)

    @property
    def is_public(self) -> bool:
        """Whether the audience sees exactly what everybody sees."""
        return vector.shown_to(self.layers, self.audience) == Audience.PUBLIC


@dataclass(frozen=True, slots=True)
class Rendered:
    """A tile ready to be sent: its bytes compressed with gzip, and a tag of the bytes. Empty bytes: nothing there."""

    gzipped: bytes
    tag: str


EMPTY = Rendered(b"", "empty")


def get(name: str, audience: Audience) -> Tileset:
    """The tileset of a name.

    Raises:
        Problem: 404 for a layer that does not exist, or not for this audience.
    """
    names = tuple(dict.fromkeys(name.split(",")))
    return Tileset(name, tuple(_part(each, audience) for each in names), audience)


def every(audience: Audience) -> Iterator[Tileset]:
    """One tileset a layer, the base map's layers together."""
    yield get(BASE_GROUP, audience)
    for layer in registry.visible_to(audience):
        if layer.group != BASE_GROUP:
            yield get(layer.name, audience)


def _part(name: str, audience: Audience) -> Part:
    if name == BASE_GROUP:
        base = tuple(layer for layer in registry.visible_to(audience) if layer.group == BASE_GROUP)
        return Part(name, base)
    try:
        return Part(name, (registry.get(name, audience),))
    except registry.UnknownLayerError:
        known = ", ".join([BASE_GROUP, *(layer.name for layer in registry.visible_to(audience))])
        detail = f"there is no layer {name!r}; there are: {known}"
        raise Problem(404, "not found", detail, parameter="tileset") from None


def render(tileset: Tileset, tile: Tile) -> Rendered:
    """The tile as it is now, from the store where that is still true."""
    rendered = [_render_part(part, tile, tileset.audience) for part in tileset.parts]
    filled = [each for each in rendered if each.gzipped]
    if len(filled) <= 1:
        return filled[0] if filled else EMPTY
    return _compressed(b"".join(gzip.decompress(each.gzipped) for each in filled))


def _render_part(part: Part, tile: Tile, audience: Audience) -> Rendered:
    layers = tuple(layer for layer in part.layers if vector.is_drawn(layer, tile, audience))
    if not layers:
        return EMPTY
    query = vector.tile_query(layers, tile, audience)
    if vector.shown_to(layers, audience) != Audience.PUBLIC:
        return _compressed(_execute(query))
    return _render_public(part.name, layers, tile, query)


def _render_public(name: str, layers: tuple[LayerSpec, ...], tile: Tile, query: Query) -> Rendered:
    fingerprint = store.fingerprint_of(query.sql, query.params, GZIP_LEVEL)
    tiles = store.TileStore(settings.TILE_STORE / "vector" / name, "mvt")
    stored = tiles.find(tile, fingerprint)
    if stored is not None and store.still_true(stored.stamps, tile.buffered_lon_lat(vector.buffer_units(layers))):
        return Rendered(stored.body, _tag(stored.body))
    stamps = store.stamps_of([layer.name for layer in layers])
    rendered = _compressed(_execute(query))
    if rendered.gzipped:
        tiles.save(tile, store.Stored(fingerprint, stamps, rendered.gzipped))
    return rendered


def _execute(query: Query) -> bytes:
    return bytes(next(rows(query))[0])


def _compressed(content: bytes) -> Rendered:
    if not content:
        return EMPTY
    gzipped = gzip.compress(content, GZIP_LEVEL, mtime=0)
    return Rendered(gzipped, _tag(gzipped))


def _tag(gzipped: bytes) -> str:
    return hashlib.blake2b(gzipped, digest_size=12).hexdigest()
