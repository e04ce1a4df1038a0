"""How a tile is kept within 500,000 bytes: less of its largest layers, in the order that they declare. Pure.

The same rows always give the same tile: what is left out follows from the bytes of the rendering before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from layers import tiling
from layers.reading import Query
from layers.spec import Audience, LayerSpec
from tile_cache.content.tile_sql import Few, is_point
from tile_cache.content.vector import tile_query
from tile_cache.grid import Tile

MAX_BYTES: Final = 500_000
"""No tile is larger than this, uncompressed."""

RENDERINGS: Final = 8
"""A tile is rendered at most so many times; most fit at once, nearly all others at the second."""

MARGIN: Final = 0.96
"""Of the bytes that are left to a layer so many are aimed at, since features differ in size."""

HEAVY_BYTES: Final = 1_000
"""Where features are on average larger than this, their shapes are drawn coarser before any is left out."""

COARSER: Final = 8
COARSEST: Final = 64
"""Times the usual tolerance: shapes are then as fine as a sixteenth of the tile."""

RULES: Final = (MAX_BYTES, RENDERINGS, MARGIN, HEAVY_BYTES, COARSER, COARSEST)
"""What a tile depends on beside its rows and its first query."""


@dataclass(frozen=True, slots=True)
class LayerSize:
    """What one layer takes within a tile."""

    name: str
    size_bytes: int
    features: int


def render_within(
    layers: Sequence[LayerSpec],
    tile: Tile,
    audience: Audience,
    execute: Callable[[Query], bytes],
    limit_bytes: int | None = None,
    whole: Query | None = None,
) -> bytes:
    """The bytes of a tile, never more than the limit.

    Args:
        execute: runs a query of one row with one value and gives the value.
        limit_bytes: instead of `MAX_BYTES`.
        whole: the query of the whole tile, where that is at hand.
    """
    limit_bytes = limit_bytes or MAX_BYTES
    few: Mapping[str, Few] = {}
    points = {layer.name for layer in layers if is_point(layer)}
    content = execute(whole or tile_query(layers, tile, audience))
    for _ in range(RENDERINGS - 1):
        if len(content) <= limit_bytes:
            return content
        few = lessened(few, list(layer_sizes(content)), limit_bytes, points)
        content = execute(tile_query(layers, tile, audience, few))
    return content if len(content) <= limit_bytes else _smallest_layers(content, limit_bytes)


def lessened(
    few: Mapping[str, Few], sizes: Sequence[LayerSize], limit_bytes: int, points: Collection[str] = ()
) -> dict[str, Few]:
    """How much of each layer to take next, where so much of each was too large altogether.

    Args:
        points: the layers whose shapes cannot be coarser.
    """
    shares = _shares(sizes, limit_bytes)
    lessened = dict(few)
    for size in sizes:
        if size.size_bytes > shares[size.name]:
            has_shapes = size.name not in points and not size.name.endswith(tiling.LABELS_SUFFIX)
            lessened[size.name] = _less(few.get(size.name, Few()), size, shares[size.name], has_shapes=has_shapes)
    return lessened


def _less(few: Few, size: LayerSize, share_bytes: float, *, has_shapes: bool) -> Few:
    if has_shapes and size.size_bytes > HEAVY_BYTES * size.features and few.coarser < COARSEST:
        return Few(few.kept, few.coarser * COARSER)
    ratio = share_bytes * MARGIN / size.size_bytes
    # Where a first choice was still too large, what comes first is larger than the average: choose more strictly.
    return Few(max(1, int(size.features * (ratio if few.kept is None else ratio**1.5))), few.coarser)


def _shares(sizes: Sequence[LayerSize], limit_bytes: int) -> dict[str, float]:
    """The bytes that each layer may have: small layers are left whole, the others share what remains evenly."""
    shares: dict[str, float] = {}
    left, waiting = float(limit_bytes), len(sizes)
    for size in sorted(sizes, key=lambda size: (size.size_bytes, size.name)):
        shares[size.name] = min(float(size.size_bytes), left / waiting)
        left, waiting = left - shares[size.name], waiting - 1
    return shares


def _smallest_layers(content: bytes, limit_bytes: int) -> bytes:
    """The last resort: whole layers, the smallest first, as long as there is room; in their order."""
    spans = [(end - start, start, end) for number, start, _, end in _members(content, 0, len(content)) if number == 3]
    kept, left = [], limit_bytes
    for length, start, end in sorted(spans):
        if length <= left:
            kept.append((start, end))
            left -= length
    return b"".join(content[start:end] for start, end in sorted(kept))


def layer_sizes(content: bytes) -> Iterator[LayerSize]:
    """The layers of a tile, and how large they are (MVT 2.1, 4: layers are field 3, their features field 2)."""
    for number, start, body, end in _members(content, 0, len(content)):
        if number == 3:
            members = list(_members(content, body, end))
            name = next(content[at:stop].decode() for field, _, at, stop in members if field == 1)
            yield LayerSize(name, end - start, sum(field == 2 for field, *_ in members))


def _members(content: bytes, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Members of a protobuf message: their number, where they begin, where their value begins, where they end."""
    while at < end:
        start = at
        key, at = _varint(content, at)
        if key & 7 == 2:
            length, at = _varint(content, at)
            body, at = at, at + length
        else:  # a number, which ends itself
            body = at
            _, at = _varint(content, at)
        yield key >> 3, start, body, at


def _varint(content: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = content[at]
        number |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return number, at
