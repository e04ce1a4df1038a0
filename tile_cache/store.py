"""Stored tiles, and when they are still true.

A stored tile is served if and only if no change since its rendering touches it. It carries, for each of its layers,
the last revision that was visible *before* it was rendered; the log of changes says, by the area of each later
change, whether one of them reaches into the tile's buffered bounds. Nothing has to be invalidated, and nothing can
be missed: the question is asked of the database with each request.

The bytes are kept by MapProxy's cache classes, which store what they are given.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from django.db import connection
from mapproxy.cache.file import FileCache
from mapproxy.cache.tile import Tile as CachedTile
from mapproxy.image import ImageResult

from layers.crs import LON_LAT_SRID
from tile_cache.grid import Bounds, Tile


@dataclass(frozen=True, slots=True)
class Stamp:
    """How far a layer's log had come: its revision, and when that revision was written.

    The time tells apart equal numbers of two databases, or of one before and after it was restored.
    """

    layer: str
    revision: int
    at: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A tile as it lies in the store.

    Args:
        fingerprint: of everything but the data that the bytes depend on (fields, style, program).
        stamps: of its layers, read before it was rendered.
        body: the bytes.
    """

    fingerprint: str
    stamps: tuple[Stamp, ...]
    body: bytes

    def to_bytes(self) -> bytes:
        head = {"fingerprint": self.fingerprint, "stamps": [[s.layer, s.revision, s.at] for s in self.stamps]}
        return json.dumps(head).encode() + b"\n" + self.body


def from_bytes(content: bytes) -> Stored | None:
    """The tile in a stored file; None where the file is not one of ours, or was cut short in its head.

    >>> from_bytes(Stored("f", (Stamp("shelters", 3, "t"),), b"abc").to_bytes()).stamps[0].revision
    3
    >>> from_bytes(b"something else") is None
    True
    """
    head, _, body = content.partition(b"\n")
    try:
        members = json.loads(head)
        stamps = tuple(Stamp(str(layer), int(revision), str(at)) for layer, revision, at in members["stamps"])
        return Stored(str(members["fingerprint"]), stamps, body)
    except (ValueError, KeyError, TypeError):
        return None


def fingerprint_of(*parts: Any) -> str:
    """A short text that differs where any part differs."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=12).hexdigest()


def stamps_of(layers: Sequence[str]) -> tuple[Stamp, ...]:
    """How far the log of each layer has come, read in one statement and so at one moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.layer, coalesce(r.revision, 0), coalesce(c.at::text, '') FROM unnest(%s::text[]) n(layer)"
            " LEFT JOIN layers_revision r ON r.layer = n.layer"
            " LEFT JOIN layers_change c ON c.layer = r.layer AND c.revision = r.revision",
            [list(layers)],
        )
        return tuple(Stamp(*row) for row in cursor.fetchall())


_STILL_TRUE = f"""
SELECT NOT EXISTS (
  SELECT 1 FROM unnest(%s::text[], %s::bigint[], %s::text[]) s(layer, revision, at)
  LEFT JOIN layers_revision r ON r.layer = s.layer
  LEFT JOIN layers_change c ON c.layer = s.layer AND c.revision = s.revision
  WHERE coalesce(r.revision, 0) < s.revision
     OR coalesce(c.at::text, '') <> s.at
     OR EXISTS (SELECT 1 FROM layers_change later WHERE later.layer = s.layer AND later.revision > s.revision
                   AND ST_Intersects(later.area, ST_MakeEnvelope(%s, %s, %s, %s, {LON_LAT_SRID}))))
"""


def still_true(stamps: Sequence[Stamp], lon_lat: Bounds) -> bool:
    """Whether nothing that has happened since the stamps touches the bounds (west, south, east, north, degrees)."""
    if not stamps:
        return True
    layers, revisions, times = zip(*((s.layer, s.revision, s.at) for s in stamps), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_STILL_TRUE, [list(layers), list(revisions), list(times), *lon_lat])
        return bool(cursor.fetchone()[0])


class TileStore:
    """The files of one tileset below a folder, one a tile, written whole or not at all."""

    def __init__(self, folder: Path, suffix: str) -> None:
        self._files = FileCache(str(folder), suffix, directory_layout="tms")

    def find(self, tile: Tile, fingerprint: str) -> Stored | None:
        """The stored tile of this fingerprint, true or not any more (see `still_true`)."""
        cached = CachedTile((tile.x, tile.y, tile.z))
        if not self._files.load_tile(cached):
            return None
        try:
            with cached.image_result_buffer() as file:
                stored = from_bytes(file.read())
        except FileNotFoundError:
            return None
        return stored if stored is not None and stored.fingerprint == fingerprint else None

    def save(self, tile: Tile, stored: Stored) -> None:
        content = ImageResult(BytesIO(stored.to_bytes()))
        self._files.store_tile(CachedTile((tile.x, tile.y, tile.z), content))

    def remove(self, tile: Tile) -> None:
        self._files.remove_tile(CachedTile((tile.x, tile.y, tile.z)))
