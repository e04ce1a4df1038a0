"""Finished answers, kept by each process while the layer that they rest on does not change. Bounded in bytes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Final

MOST_BYTES: Final = 32_000_000
"""Of all answers that one process keeps."""
LARGEST_BYTES: Final = 8_000_000
"""Of one body: a page of ten thousand features with some twenty fields."""

OVERHEAD_BYTES: Final = 4_000
"""What headers, key and bookkeeping of one answer take besides its body."""

Headers = list[tuple[str, str]]
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A good answer (200), and the revision of the layer that it shows."""

    layer: str
    revision: int
    headers: Headers
    body: bytes

    @property
    def size_bytes(self) -> int:
        return len(self.body) + OVERHEAD_BYTES

    def header(self, name: str) -> str:
        return next((value for known, value in self.headers if known == name), "")


class KeptAnswers:
    """The answers that were asked for last. May be used by several threads.

    >>> answers = KeptAnswers(most_bytes=5_000)
    >>> for name in ("a", "b"):
    ...     answers.keep((name,), Kept("towns", 1, [], b"abc"))
    >>> [answers.find((name,)) is not None for name in ("a", "b")]
    [False, True]
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes, self._bytes, self._lock = most_bytes, 0, Lock()
        self._answers: OrderedDict[Key, Kept] = OrderedDict()

    def find(self, key: Key) -> Kept | None:
        """What was kept; whether it is still true is the caller's to ask."""
        with self._lock:
            kept = self._answers.get(key)
            if kept is not None:
                self._answers.move_to_end(key)
            return kept

    def keep(self, key: Key, answer: Kept) -> None:
        """Keep an answer in the place of an older one; those that nobody asked for longest go."""
        with self._lock:
            self._drop(key)
            self._answers[key] = answer
            self._bytes += answer.size_bytes
            while self._bytes > self._most_bytes:
                self._drop(next(iter(self._answers)))

    def _drop(self, key: Key) -> None:
        gone = self._answers.pop(key, None)
        if gone is not None:
            self._bytes -= gone.size_bytes
