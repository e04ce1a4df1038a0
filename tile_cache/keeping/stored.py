"""A tile as it lies in the store: a line that says what it was made of, then its bytes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from tile_cache.keeping.truth import Stamp, Stamps


@dataclass(frozen=True, slots=True)
class Stored:
    """A tile as it lies in the store.

    Args:
        fingerprint: of everything but the data that the bytes depend on (fields, style, program).
        stamps: of its layers, of the moment at which it was rendered or before.
        body: the bytes.
    """

    fingerprint: str
    stamps: Stamps
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
