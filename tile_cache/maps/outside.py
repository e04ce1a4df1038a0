"""Maps of other servers as sources of MapProxy, which fail softly.

A server that does not answer in time is not asked again for a while. Until then, and however long it is away, its
tiles come as they were last kept, or enlarged from a lower zoom, or as nothing; the answer is marked as makeshift, so
that no client keeps it. What is drawn by ourselves in the same picture is drawn all the same.
"""

from __future__ import annotations

import logging
import math
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextvars import ContextVar
from http.client import HTTPException
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from mapproxy.cache.file import FileCache
from mapproxy.cache.tile import Tile as CachedTile
from mapproxy.cache.tile_creator import TileCreator
from mapproxy.cache.tile_manager import TileManager
from mapproxy.extent import DefaultMapExtent
from mapproxy.image import ImageResult
from mapproxy.image.opts import ImageOptions
from mapproxy.layer import BlankImageError
from mapproxy.layer.map_layer import MapLayer
from mapproxy.query import MapQuery
from mapproxy.source import SourceError
from PIL import Image

from layers.outside_maps import OutsideMap
from tile_cache.grid import HALF_WORLD_M, Tile
from tile_cache.keeping.stored import fingerprint_of

SOURCE_TYPE: Final = "machigis-outside"
TIMEOUT_S: Final = 3.0
PAUSE_S: Final = 30.0
"""So long a server is left alone that has failed."""

PATIENCE_S: Final = 6.0
"""So long one picture waits for other servers altogether."""

TILE_PX: Final = 256
LARGEST_TILE: Final = 4_000_000
"""Bytes."""

ENLARGED_ZOOMS: Final = 4
TRIM_EVERY: Final = 200
"""After so many new tiles the size of what is kept is looked at."""

NOTHING_THERE: Final = frozenset({204, 404, 410})
MAKESHIFT: Final[ContextVar[list[str] | None]] = ContextVar("makeshift maps of the answer", default=None)
log = logging.getLogger(__name__)


class AwayError(SourceError):
    """The server cannot be asked now."""


class Health:
    """Whether a server is to be asked. After a pause one request tries, while the others still do without."""

    def __init__(self, now: Callable[[], float] = lambda: time.monotonic()) -> None:
        self._now = now
        self._until = 0.0
        self._lock = threading.Lock()

    def may_ask(self) -> bool:
        with self._lock:
            if self._until == 0.0:
                return True
            if self._now() < self._until:
                return False
            self._until = self._now() + PAUSE_S
            return True

    def answered(self) -> None:
        self._until = 0.0

    def failed(self) -> None:
        with self._lock:
            self._until = self._now() + PAUSE_S


class OutsideSource(MapLayer):
    """One map of another server, tile by tile."""

    supports_meta_tiles = False

    def __init__(self, outside: OutsideMap) -> None:
        form = "image/jpeg" if outside.is_photo else "image/png"
        super().__init__(ImageOptions(transparent=True, format=form))
        self.extent = DefaultMapExtent()
        self.outside = outside
        self.health = Health()
        self.waiting = _Waiting()

    def get_map(self, query: MapQuery) -> ImageResult:
        tile = tile_of(query)
        first, last = self.outside.zooms
        if not first <= tile.z <= last:
            raise BlankImageError
        if self.waiting.is_over() or not self.health.may_ask():
            self.waiting.is_makeshift = True
            raise AwayError(f"{self.outside.name} is not asked at present")
        try:
            content = fetch(address_of(self.outside, tile), TIMEOUT_S)
            picture = None if content is None else self._picture(content)
        except (OSError, HTTPException, ValueError, SyntaxError) as error:
            self.health.failed()
            self.waiting.is_makeshift = True
            log.warning("%s does not answer and is left alone for %g s: %s", self.outside.name, PAUSE_S, error)
            raise AwayError(f"{self.outside.name} does not answer") from error
        self.health.answered()
        if picture is None:
            raise BlankImageError
        return picture

    def _picture(self, content: bytes) -> ImageResult:
        """The tile, its bytes as they came where they are of the declared form.

        Raises:
            ValueError: where it is no picture of a tile's size.
        """
        image = Image.open(BytesIO(content))
        if image.size != (TILE_PX, TILE_PX):
            raise ValueError(f"a tile of {image.width} × {image.height} pixels")
        image.load()
        if image.format == ("JPEG" if self.outside.is_photo else "PNG"):
            return ImageResult(BytesIO(content), size=image.size, image_opts=self.image_opts)
        return ImageResult(image.convert("RGB" if self.outside.is_photo else "RGBA"), image_opts=self.image_opts)


class _Waiting(threading.local):
    """How long the picture that this thread makes may still wait, and whether something in it is makeshift."""

    until: float = math.inf
    is_makeshift: bool = False

    def begin(self) -> None:
        self.until, self.is_makeshift = time.monotonic() + PATIENCE_S, False

    def is_over(self) -> bool:
        return time.monotonic() > self.until


def tile_of(query: MapQuery) -> Tile:
    """The tile that a query of MapProxy's cache is for."""
    west, _, east, north = query.bbox
    zoom = round(math.log2(2 * HALF_WORLD_M / (east - west)))
    edge = 2 * HALF_WORLD_M / 2**zoom
    return Tile(zoom, round((west + HALF_WORLD_M) / edge), round((HALF_WORLD_M - north) / edge))


def address_of(outside: OutsideMap, tile: Tile) -> str:
    """Where a tile is asked for."""
    if outside.layers is None:
        address = outside.url.replace("{z}", str(tile.z)).replace("{x}", str(tile.x))
        return address.replace("{y}", str(tile.y)).replace("{-y}", str(2**tile.z - 1 - tile.y))
    asked = {
        "SERVICE": "WMS",
        "VERSION": "1.1.1",
        "REQUEST": "GetMap",
        "LAYERS": outside.layers,
        "STYLES": "",
        "SRS": "EPSG:3857",
        "BBOX": ",".join(repr(side) for side in tile.bounds_m),
        "WIDTH": TILE_PX,
        "HEIGHT": TILE_PX,
        "FORMAT": "image/jpeg" if outside.is_photo else "image/png",
        "TRANSPARENT": "FALSE" if outside.is_photo else "TRUE",
    }
    return outside.url + ("&" if "?" in outside.url else "?") + urlencode(asked)


def fetch(address: str, timeout_s: float) -> bytes | None:
    """The bytes at an address; None where the server says that nothing is there.

    Raises:
        OSError, HTTPException: where it fails, or takes longer than the time.
        ValueError: where there are too many bytes.
    """
    end = time.monotonic() + timeout_s
    request = urllib.request.Request(address, headers={"User-Agent": "machigis"})  # noqa: S310 - the city's own choice
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310
            parts = bytearray()
            while part := answer.read1(65_536):
                parts += part
                if len(parts) > LARGEST_TILE:
                    raise ValueError(f"more than {LARGEST_TILE} bytes")
                if time.monotonic() > end:
                    raise TimeoutError("too slow")
            return bytes(parts) if answer.status not in NOTHING_THERE else None
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in NOTHING_THERE:
            return None
        raise


class SoftCreator(TileCreator):
    """Where a server is away, what is kept is given however old it is, and else nothing."""

    def _create_single_tile(self, tile: CachedTile, dimensions: Any = None) -> list[CachedTile]:
        try:
            created: list[CachedTile] = super()._create_single_tile(tile, dimensions)
        except AwayError:
            created = []
        return created or ([] if tile.is_missing() else [tile])


class BoundedFiles(FileCache):
    """Kept tiles of another server: never more than so many bytes for long; the oldest go first."""

    def __init__(self, folder: Path, suffix: str, most_bytes: int) -> None:
        super().__init__(str(folder), suffix, directory_layout="tms")
        self._folder, self._most_bytes = folder, most_bytes
        self._new = 0

    def store_tile(self, tile: CachedTile, dimensions: Any = None) -> Any:
        stored = super().store_tile(tile, dimensions)
        self._new += 1
        if self._new >= TRIM_EVERY:
            self._new = 0
            trim(self._folder, self._most_bytes)
        return stored


def trim(folder: Path, most_bytes: int) -> None:
    """Remove the oldest files until nine tenths of what may be kept are left."""
    files = []
    for path in folder.rglob("*.*"):
        try:
            facts = path.stat()
        except FileNotFoundError:
            continue
        if path.is_file():
            files.append((facts.st_mtime, facts.st_size, path))
    total = sum(size for _, size, _ in files)
    if total <= most_bytes:
        return
    for _, size, path in sorted(files):
        path.unlink(missing_ok=True)
        total -= size
        if total <= 0.9 * most_bytes:
            return


def folder_of(outside: OutsideMap, folder: Path) -> Path:
    """Where its tiles are kept: another place for another address, so that none is mistaken."""
    state = fingerprint_of(outside.url, outside.layers, outside.is_photo)
    return folder / f"{outside.name}-{state}"


def soften(manager: TileManager, folder: Path) -> None:
    """Put a manager's tiles under the rule of maps of other servers."""
    source: OutsideSource = manager.sources[0]
    outside = source.outside
    suffix = "jpeg" if outside.is_photo else "png"
    manager.cache = BoundedFiles(folder_of(outside, folder), suffix, outside.most_mb * 1_000_000)
    manager.tile_creator_class = SoftCreator
    source.image_opts = manager.image_opts
    load = manager.load_tile_coords

    def load_softly(*args: Any, **options: Any) -> Any:
        source.waiting.begin()
        tiles = load(*args, **options)
        marks = MAKESHIFT.get()
        if source.waiting.is_makeshift and marks is not None:
            marks.append(outside.name)
        return tiles

    manager.load_tile_coords = load_softly
