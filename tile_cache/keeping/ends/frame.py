"""A frame around stored bytes, by which a tile that is not whole is known. Pure."""

from __future__ import annotations

import struct
import zlib
from typing import Final

_HEAD = struct.Struct(">4sdII")
_MARK: Final = b"mGT1"
HEAD_BYTES: Final = _HEAD.size


def framed(content: bytes, stored_at: float) -> bytes:
    """The bytes behind their time (seconds since 1970), length and CRC-32."""
    return _HEAD.pack(_MARK, stored_at, len(content), zlib.crc32(content)) + content


def content_of(stored: bytes) -> bytes | None:
    """What was framed; None where that was not stored whole, or by somebody else.

    >>> content_of(framed(b"tile", 0.0))
    b'tile'
    >>> content_of(framed(b"tile", 0.0)[:-1]) is None
    True
    """
    if len(stored) < HEAD_BYTES:
        return None
    mark, _, length, digest = _HEAD.unpack_from(stored)
    content = stored[HEAD_BYTES:]
    return content if (mark, length, digest) == (_MARK, len(content), zlib.crc32(content)) else None


def stored_at_of(head: bytes) -> float | None:
    """When a tile was stored, from the first `HEAD_BYTES` of what is stored; None for something else.

    >>> stored_at_of(framed(b"tile", 1.5))
    1.5
    """
    if len(head) < HEAD_BYTES:
        return None
    mark, stored_at, _, _ = _HEAD.unpack_from(head)
    return float(stored_at) if mark == _MARK else None
