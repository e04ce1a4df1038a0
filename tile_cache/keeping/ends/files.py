"""Tiles as files below a folder, one a tile: ``{tileset}/{grid}/{z}/{x}/{y}.{suffix}``."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mapproxy.cache.file import FileCache

from tile_cache.keeping.ends import frame
from tile_cache.keeping.ends.end import End
from tile_cache.keeping.ends.place import Kept, Place, find_place

UNFINISHED_S: Final = 3600.0
"""MapProxy writes beside a tile and renames; a file still there after so long is of a process that was killed."""

_UNFINISHED = re.compile(r".*\.tmp-\d+")


class FileEnd(End):
    """A folder, also one that several hosts share."""

    kind = "file"
    faults = (OSError,)
    block_bytes = 4096

    def __init__(self, folder: Path) -> None:
        super().__init__(rest_s=0.0)  # a file system answers at once
        self._folder = folder

    def tidy(self, now_s: float) -> None:
        for entry in _files(self._folder):
            if _UNFINISHED.fullmatch(entry.name) and now_s - entry.stat().st_mtime > UNFINISHED_S:
                Path(entry.path).unlink(missing_ok=True)

    def _open(self, tileset: str, grid: str, suffix: str) -> FileCache:
        return FileCache(os.fspath(self._folder / tileset / grid), suffix, directory_layout="tms")

    def _load(self, place: Place) -> bytes | None:
        try:
            return super()._load(place)
        except FileNotFoundError:  # removed between being found and being read
            return None

    def _walk(self, tileset: str | None) -> Iterator[Kept]:
        for entry in _files(self._folder / tileset if tileset else self._folder):
            place = find_place(os.path.relpath(entry.path, self._folder))
            if place is not None:
                try:
                    state = entry.stat()
                except FileNotFoundError:
                    continue
                yield Kept(place, max(0, state.st_size - frame.HEAD_BYTES), state.st_mtime)


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    """All files below a folder, which may be changed meanwhile."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _files(Path(entry.path))
                else:
                    yield entry
    except FileNotFoundError:
        return
