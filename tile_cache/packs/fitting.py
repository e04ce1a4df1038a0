"""Down to which zoom each layer goes into a pack, so that the pack stays within its bound. Pure.

Clients enlarge the last tiles that hold a layer, so a layer that ends earlier is coarser, not gone.
"""

from __future__ import annotations

from collections.abc import Mapping

from tile_cache.packs.spool import Sizes


def all_zooms(sizes: Sizes) -> dict[str, int]:
    """Every layer down to its last zoom that holds anything.

    >>> all_zooms({("roads", 13): 5, ("roads", 14): 9, ("shelters", 14): 1})
    {'roads': 14, 'shelters': 14}
    """
    last: dict[str, int] = {}
    for (layer, zoom), size in sorted(sizes.items()):
        if size:
            last[layer] = zoom
    return last


def fit(sizes: Sizes, most_bytes: int) -> dict[str, int]:
    """The last zoom of each layer within so many bytes; as few as possible are lowered, the heaviest first.

    >>> fit({("roads", 13): 5, ("roads", 14): 9, ("shelters", 14): 1}, 10)
    {'roads': 13, 'shelters': 14}
    """
    last: dict[str, int] | None = all_zooms(sizes)
    kept: dict[str, int] = {}
    while last is not None:
        kept = last
        if total(sizes, kept) <= most_bytes:
            break
        last = lowered(sizes, kept)
    return kept


def total(sizes: Sizes, last: Mapping[str, int]) -> int:
    """Bytes of all that is kept."""
    return sum(size for (layer, zoom), size in sizes.items() if zoom <= last[layer])


def lowered(sizes: Sizes, last: Mapping[str, int]) -> dict[str, int] | None:
    """The same without the last zoom of the layer that weighs most there; None where each has but one zoom left.

    >>> lowered({("roads", 14): 9}, {"roads": 14}) is None
    True
    """
    able = {name: zoom for name, zoom in last.items() if _zooms(sizes, name, zoom - 1)}
    if not able:
        return None
    heaviest = max(able, key=lambda name: (sizes.get((name, able[name]), 0), name))
    return dict(last) | {heaviest: max(_zooms(sizes, heaviest, able[heaviest] - 1))}


def _zooms(sizes: Sizes, layer: str, last: int) -> list[int]:
    return [zoom for (name, zoom), size in sizes.items() if name == layer and zoom <= last and size]
