"""The revision in a tile's address: ``{number}-{edition}``. An address that holds one means the same bytes for ever.

The number is the sum of the revisions of the tileset's layers, which grows with every change of one of them. The
edition tells apart what else the bytes depend on: the database's log itself (a restored one would hand out the same
numbers again) and the declarations of the layers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.conf import settings

from layers import registry
from layers.problems import Problem
from layers.spec import Audience
from tile_cache import tilesets
from tile_cache.content import thinning, vector
from tile_cache.grid import MAX_ZOOM, Tile
from tile_cache.keeping.stored import fingerprint_of
from tile_cache.keeping.truth import Stamps
from tile_cache.keeping.watch import WATCH
from tile_cache.rendering import GZIP_LEVEL, away
from tile_cache.tilesets import Tileset

_FORM: Final = re.compile(r"(0|[1-9][0-9]{0,17})-([0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class Revision:
    """A state of a tileset.

    >>> str(Revision(57, "3fa9c1d2"))
    '57-3fa9c1d2'
    """

    number: int
    edition: str

    def __str__(self) -> str:
        return f"{self.number}-{self.edition}"


def read(text: str) -> Revision:
    """The revision of an address.

    Raises:
        Problem: 400 for what is none.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        detail = (
            f"a revision is a number, a hyphen and eight hexadecimal digits, as TileJSON names it, not {text[:40]!r}"
        )
        raise Problem(400, "no such revision", detail, parameter="revision")
    return Revision(int(found[1]), found[2])


def current(tileset: Tileset, *, oldest_s: float | None = None) -> Revision:
    """The revision of a tileset as this process knows it.

    Args:
        oldest_s: how old that knowledge may be; None for the setting.

    Raises:
        Problem: 503 where the database does not say.
    """
    if not WATCH.look(settings.TILE_LOOK_SECONDS if oldest_s is None else oldest_s):
        raise away()
    names = [layer.name for layer in tileset.layers]
    return Revision(WATCH.view.revision(names), _edition(tileset, WATCH.view.epoch))


def check(tileset: Tileset, asked: Revision) -> Revision:
    """The current revision, which is the one asked for or a later one.

    Raises:
        Problem: 404 for a revision that this tileset never had, or has not had yet; 503 where the database is away.
    """
    now = current(tileset)
    if asked.edition == now.edition and asked.number > now.number:
        now = current(tileset, oldest_s=0)  # the caller may have heard of a change before we did
    if asked.edition != now.edition or asked.number > now.number:
        detail = f"the tileset {tileset.name} has no revision {asked}; its present one is {now}"
        raise Problem(404, "no such revision", detail, parameter="revision", extra={"revision": str(now)})
    return now


def is_of(stamps: Stamps, revision: Revision, tileset: Tileset) -> bool:
    """Whether what has been read at the stamps is what the revision stands for."""
    view = WATCH.view
    layers = [layer.name for layer in tileset.layers]
    return view.revision(layers) == revision.number and all(view.has(stamp) for stamp in stamps)


def _edition(tileset: Tileset, epoch: str) -> str:
    return _edition_of(tileset.name, tileset.audience, epoch, registry.generation())


@lru_cache(maxsize=1000)
def _edition_of(name: str, audience: Audience, epoch: str, generation: int) -> str:
    layers = tilesets.get(name, audience).layers
    queries = [vector.tile_query(layers, Tile(zoom, 0, 0), audience) for zoom in range(MAX_ZOOM + 1)]
    return fingerprint_of(epoch, GZIP_LEVEL, thinning.RULES, queries)[:8]
