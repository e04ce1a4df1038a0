"""Features beyond all measure in binary files, found from the lengths that stand before them, without loading any."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

import numpy as np

from etl.readers.ogr.geopackage import MAX_GEOMETRY_BYTES
from etl.record import UnreadableFileError

_SHAPEFILE_HEADER = 100
_NODE_BYTES = 40
_FEATURES_COUNT, _NODE_SIZE = 8, 9
"""Fields of FlatGeobuf's header by their number in its schema (header.fbs)."""

_DEFAULT_NODE_SIZE = 16


def check_shapes(path: Path, index: Path) -> None:
    """Refuse a Shapefile with a shape that is too large, by its .shx.

    Raises:
        UnreadableFileError: where there is one.
    """
    if path.stat().st_size <= MAX_GEOMETRY_BYTES:
        return
    words = np.fromfile(index, dtype=">i4", offset=_SHAPEFILE_HEADER)[1::2].astype(np.int64)
    for row in np.flatnonzero(words * 2 > MAX_GEOMETRY_BYTES)[:1].tolist():
        raise _too_large(row + 1, int(words[row]) * 2)


def check_features(path: Path) -> None:
    """Refuse a FlatGeobuf with a feature that is too large.

    Raises:
        UnreadableFileError: where there is one, or where the lengths lead out of the file.
    """
    if path.stat().st_size <= MAX_GEOMETRY_BYTES:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            place, row = _first_feature(data), 1
            while place < len(data):
                (length,) = struct.unpack_from("<I", data, place)
                if length > MAX_GEOMETRY_BYTES:
                    raise _too_large(row, length)
                place += 4 + length
                row += 1
        except struct.error as error:
            raise UnreadableFileError("broken FlatGeobuf: a length in it leads out of the file") from error


def _first_feature(data: mmap.mmap) -> int:
    """Where the first feature begins: after the magic bytes, the header, and the index of boxes, a packed R-tree."""
    (length,) = struct.unpack_from("<I", data, 8)
    root = 12 + struct.unpack_from("<I", data, 12)[0]
    table = root - struct.unpack_from("<i", data, root)[0]
    nodes = count = _field(data, root, table, _FEATURES_COUNT, "<Q", 0)
    size = _field(data, root, table, _NODE_SIZE, "<H", _DEFAULT_NODE_SIZE)
    if size < 2 or count == 0:
        return int(12 + length)
    while True:  # even a single feature has a node above it
        count = -(-count // size)
        nodes += count
        if count == 1:
            break
    return int(12 + length + nodes * _NODE_BYTES)


def _field(data: mmap.mmap, root: int, table: int, number: int, form: str, default: int) -> int:
    """A number of a FlatBuffers table; fields that have their default value are not there."""
    (vtable_bytes,) = struct.unpack_from("<H", data, table)
    at = 4 + 2 * number
    offset = struct.unpack_from("<H", data, table + at)[0] if at < vtable_bytes else 0
    return int(struct.unpack_from(form, data, root + offset)[0]) if offset else default


def _too_large(row: int, size: int) -> UnreadableFileError:
    most = MAX_GEOMETRY_BYTES // 2**20
    return UnreadableFileError(f"the geometry of row {row} has {size // 2**20} MB; at most {most} MB are read")
