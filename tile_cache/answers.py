"""The answer to a request for a tile: status, headers, bytes. Finished answers are kept while they are true.

Addresses without a revision are for clients that ask each time whether they still have the right bytes; those with one
may be kept for ever by everybody. What only some may see is for the one who asked.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.utils.http import parse_etags

from layers import registry
from layers.spec import Audience
from tile_cache import flushing, revisions, tilesets
from tile_cache.grid import WEB_MERCATOR_QUAD, Tile, get_grid, read_tile
from tile_cache.keeping import ledger
from tile_cache.keeping.ends import Place
from tile_cache.keeping.memory import TrueMemory
from tile_cache.keeping.truth import Ground
from tile_cache.keeping.watch import WATCH
from tile_cache.maps.map_requests import OUTDATED
from tile_cache.measuring import measures
from tile_cache.rendering import NOWHERE, Rendered, render
from tile_cache.tilesets import Tileset

MVT_MEDIA_TYPE: Final = "application/vnd.mapbox-vector-tile"
FAULT: Final = "machigis.tile_fault"
"""Where a request carries the problem that was found on the short road, so that it is not looked for twice."""
FOR_EVER: Final = "public, max-age=31536000, immutable"
ANSWER_BYTES: Final = 64_000_000
"""Of all finished answers that one process keeps."""

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AskedTile:
    """What an address of a tile says, unread.

    Args:
        path: the address itself, from the root of the site.
        is_gzip: whether the caller takes gzip.
        generation: of the layers, when it was asked.
    """

    path: str
    name: str
    z: str
    x: str
    y: str
    revision: str | None = None
    audience: Audience = Audience.PUBLIC
    is_gzip: bool = True
    grid: str = WEB_MERCATOR_QUAD.name
    generation: int = field(default_factory=registry.generation)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent.

    Args:
        is_for_everybody: whether whoever asks would get the same bytes.
        is_immutable: whether they belong to this address for ever.
        places: where the store holds what it was made of.
    """

    status: int
    headers: Headers
    body: bytes = b""
    is_for_everybody: bool = False
    is_immutable: bool = False
    places: tuple[Place, ...] = ()

    def header(self, name: str) -> str:
        return next((value for known, value in self.headers if known == name), "")


_finished: Final[TrueMemory[tuple[str, bool, int], Answer]] = TrueMemory(ANSWER_BYTES)
"""By address, gzip, and generation of the layers: with another declaration, what everybody may see is another thing."""
WATCH.follow_with(_finished)


@lru_cache(maxsize=1000)
def takes_gzip(accept_encoding: str) -> bool:
    """Whether a caller takes gzip, by its header (RFC 9110, 12.5.3): named, and not with the weight 0.

    >>> [takes_gzip(header) for header in ("gzip, br", "br;q=1.0, GZIP;q=0.8", "*", "gzip;q=0", "*, gzip; q=0.0", "")]
    [True, True, True, False, False, False]
    """
    weights = {}
    for each in accept_encoding.lower().split(","):
        name, _, weight = each.replace(" ", "").partition(";q=")
        weights[name] = weight.strip("0.") != "" or weight == ""
    return weights.get("gzip", weights.get("*", False))


def find(path: str, *, is_gzip: bool, oldest_s: float | None = None) -> Answer | None:
    """A finished answer that is still true, or marked as possibly outdated where the database does not say.

    Args:
        oldest_s: how long ago the log of changes may have been looked at; None for the setting.
    """
    key = path, is_gzip, registry.generation()
    found = _finished.find(key)
    if found is None or found.is_immutable:
        return found
    if not WATCH.look(settings.TILE_LOOK_SECONDS if oldest_s is None else oldest_s):
        return _marked(found)
    return found if _finished.holds(key, found) else None


def answer(asked: AskedTile) -> Answer:
    """The tile that is asked for, as it is now.

    Raises:
        Problem: 400, 404 or 503, saying what is wrong.
    """
    tileset = tilesets.get(asked.name, asked.audience)
    tile = read_tile(asked.z, asked.x, asked.y, get_grid(asked.grid, settings.CITY))
    if asked.revision is None:
        rendered = _rendered(tileset, tile)
        return _finish(asked, tileset, rendered, rendered.ground, is_immutable=False)
    revision = revisions.read(asked.revision)
    now = revisions.check(tileset, revision)
    if now.number == revision.number:
        rendered = _rendered(tileset, tile)
        if not rendered.is_true:
            return _finish(asked, tileset, rendered, rendered.ground, is_immutable=False)
        if revisions.is_of(rendered.ground.stamps, revision, tileset):
            return _finish(asked, tileset, rendered, NOWHERE, is_immutable=True)
        now = revisions.current(tileset, oldest_s=0)
    return _elsewhere(asked.path.replace(f"/{revision}/", f"/{now}/", 1), tileset)


def _rendered(tileset: Tileset, tile: Tile) -> Rendered:
    rendered = render(tileset, tile)
    measures.count_request(tileset.name, tile.z, _COUNTED[rendered.outcome])
    return rendered


_COUNTED: Final = {"memory": "hit_memory", "store": "hit_store", "rendered": "miss", "awaited": "hit_memory"} | {
    name: name for name in ("previous", "outdated")
}


def tell_hits() -> None:
    """Count the answers that came from memory since this was last done, and tell the ledger what was used."""
    for found, hits in _finished.take_hits():
        names = ",".join(place.tileset for place in found.places)
        measures.count_request(names, found.places[0].z, "hit_memory", hits)
        for place in found.places:
            ledger.used(place, hits)
    measures.set_memory(_finished.count, _finished.size_bytes)


def not_modified(given: Answer, asked_etags: str) -> Answer:
    """The answer to a caller that may still have it (``If-None-Match``, compared weakly, RFC 9110, 13.1.2)."""
    if not asked_etags or given.status not in {200, 204}:
        return given
    known = {tag.removeprefix("W/") for tag in parse_etags(asked_etags)}
    if given.header("ETag") not in known and "*" not in known:
        return given
    return replace(given, status=304, headers=tuple(h for h in given.headers if h[0] not in _OF_THE_BODY), body=b"")


_OF_THE_BODY: Final = frozenset({"Content-Type", "Content-Length", "Content-Encoding"})


def _finish(asked: AskedTile, tileset: Tileset, rendered: Rendered, ground: Ground, *, is_immutable: bool) -> Answer:
    """The whole answer; it is kept where everybody may have it and it is true."""
    finished = Answer(
        200 if rendered.gzipped else 204,
        (*_caching(tileset, rendered, asked, is_immutable=is_immutable), *_content(rendered, asked)),
        rendered.gzipped if asked.is_gzip or not rendered.gzipped else gzip.decompress(rendered.gzipped),
        tileset.is_for_everybody,
        is_immutable,
        rendered.places,
    )
    if not rendered.is_true:
        return _marked(finished) if rendered.outcome == "outdated" else finished
    if tileset.is_public:
        kept = replace(finished, headers=_with(finished.headers, "Cache-Status", HIT))
        _finished.keep((asked.path, asked.is_gzip, asked.generation), kept, len(kept.body), ground)
        flushing.gathered(__name__, tell_hits)
    return finished


def _caching(tileset: Tileset, rendered: Rendered, asked: AskedTile, *, is_immutable: bool) -> Headers:
    tag = rendered.tag if asked.is_gzip or not rendered.gzipped else f"{rendered.tag}-plain"
    control = FOR_EVER if is_immutable else "no-cache"
    depends = "" if tileset.is_for_everybody else ", Cookie, Authorization"
    return (
        ("ETag", f'"{tag}"'),
        ("Cache-Control", control if tileset.is_public else "private, no-store"),
        ("Vary", f"Accept-Encoding{depends}"),
        ("Cache-Status", {"rendered": MISS, "awaited": AWAITED}.get(rendered.outcome, HIT)),
        *((("Access-Control-Allow-Origin", "*"),) if tileset.is_public else ()),
    )


HIT: Final = "machigis; hit"
AWAITED: Final = "machigis; fwd=miss; collapsed"
MISS: Final = "machigis; fwd=miss; stored"
"""How a cache tells what it did (RFC 9211)."""


def _content(rendered: Rendered, asked: AskedTile) -> Headers:
    if not rendered.gzipped:
        return ()
    encoding = (("Content-Encoding", "gzip"),) if asked.is_gzip else ()
    return (("Content-Type", MVT_MEDIA_TYPE), *encoding)


def _elsewhere(path: str, tileset: Tileset) -> Answer:
    """To the present revision. Nobody keeps this: it would be wrong after the next change."""
    shared = (("Access-Control-Allow-Origin", "*"),) if tileset.is_public else ()
    return Answer(307, (("Location", path), ("Cache-Control", "no-store"), *shared))


def _marked(finished: Answer) -> Answer:
    """The same, said to be possibly outdated (RFC 7234, 5.5.2, and RFC 9211)."""
    headers = _with(finished.headers, "Cache-Status", OUTDATED)
    return replace(finished, headers=(*headers, ("Warning", '111 machigis "Revalidation Failed"')))


def _with(headers: Headers, name: str, value: str) -> Headers:
    return tuple((known, value if known == name else old) for known, old in headers)
