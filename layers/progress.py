"""How far a long command is."""

from __future__ import annotations

import sys
import time


class Progress:
    """Features so far, on one line of a terminal, at most twice a second; silent where nobody watches."""

    def __init__(self, name: str) -> None:
        self.name, self.shown_at = name, time.monotonic()
        self.is_watched = sys.stderr.isatty()

    def __call__(self, rows: int) -> None:
        if self.is_watched and time.monotonic() - self.shown_at > 0.5:
            self.shown_at = time.monotonic()
            sys.stderr.write(f"\r  {self.name}: {rows:,} …")
            sys.stderr.flush()

    def done(self) -> None:
        if self.is_watched:
            sys.stderr.write("\r\x1b[K")
