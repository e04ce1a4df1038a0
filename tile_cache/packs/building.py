"""From what is wanted to finished files: read at one moment, made to fit, written beside, put in place whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from layers.problems import Problem
from tile_cache.packs import fitting
from tile_cache.packs.contents import Contents, collect, layers_of
from tile_cache.packs.metadata import build_metadata, centre
from tile_cache.packs.spool import Sizes, Spool, open_spool
from tile_cache.packs.writing import FORMATS, Frame, PackFormat
from tile_cache.seeding.wanted import Wanted

MOST_MB: Final = 50
"""Megabytes (10⁶ bytes) of a pack where nothing else is said: what a phone takes over a mobile network."""

ENDINGS: Final = ", ".join(f".{known.extension}" for known in FORMATS)
_MB: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Pack:
    """A finished file and what is in it.

    Args:
        first_zooms, last_zooms: of each layer in it.
        wanted_zooms: the last zoom of each layer as it was wanted: higher where the layer had to give way.
    """

    path: Path
    size: int
    tiles: int
    contents: Contents
    first_zooms: Mapping[str, int]
    last_zooms: Mapping[str, int]
    wanted_zooms: Mapping[str, int]

    @property
    def lowered(self) -> dict[str, tuple[int, int]]:
        """Layers that end earlier than wanted: their last zoom, and the wanted one."""
        pairs = {name: (last, self.wanted_zooms[name]) for name, last in self.last_zooms.items()}
        return {name: pair for name, pair in pairs.items() if pair[0] < pair[1]}


def find_format(path: Path) -> PackFormat | None:
    """The format that a file's name ends with."""
    return next((known for known in FORMATS if path.suffix.lower() == f".{known.extension}"), None)


def build_packs(
    wanted: Wanted,
    paths: Sequence[Path],
    most_mb: float = MOST_MB,
    *,
    on_done: Callable[[int, int], None] = lambda done, total: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> list[Pack]:
    """Write the same tiles into files of several formats, each whole or not at all.

    Args:
        paths: whose names end as those of known formats, all in one folder that is there.
        on_done: told how many tiles have been rendered, of how many.

    Raises:
        Problem: 400 where nothing is to be packed, or not even the first zooms fit.
        contents.Stopped: where `is_stopped` says so.
        OSError: where a file cannot be written.
    """
    names = tuple(layer.name for layer in layers_of(wanted))
    with open_spool(names, paths[0].parent) as spool:
        contents = collect(wanted, spool, on_done, is_stopped)
        return [_write_fitting(contents, spool, path, round(most_mb * _MB)) for path in paths]


def _write_fitting(contents: Contents, spool: Spool, path: Path, most_bytes: int) -> Pack:
    """The file in its place. The bound is that of the finished file, so it is written again where it is too large."""
    sizes = spool.sizes()
    if not sizes:
        raise Problem(400, "nothing to pack", "no layer has features in this area at these zooms", parameter="area")
    last: dict[str, int] | None = fitting.fit(sizes, most_bytes)
    part = spool.folder / path.name
    while last is not None:
        pack = _write(contents, spool, sizes, last, part)
        if pack.size <= most_bytes:
            os.replace(part, path)
            return replace(pack, path=path)
        part.unlink()
        last = fitting.lowered(sizes, last)
    detail = f"even the first zooms of these layers make more than {most_bytes / _MB:g} MB; ask for fewer layers"
    raise Problem(400, "too large", detail, parameter="most-mb")


def _write(contents: Contents, spool: Spool, sizes: Sizes, last: dict[str, int], part: Path) -> Pack:
    first = {name: min(zoom for known, zoom in sizes if known == name) for name in last}
    lowest, highest = min(first.values()), max(last.values())
    frame = Frame(contents.bounds, centre(contents, lowest, highest), lowest, highest)
    pack_format = find_format(part)
    if pack_format is None:
        raise Problem(400, "unknown format", f"{part.name} is none of {ENDINGS}", parameter="file")
    metadata = build_metadata(contents, first, last, pack_format.address(part.name))
    count = pack_format.write(part, spool.tiles(last), frame, metadata)
    return Pack(part, part.stat().st_size, count, contents, first, last, fitting.all_zooms(sizes))
