"""How far a long command is."""

from __future__ import annotations

import sys
import time

_BAR_WIDTH = 24


class Progress:
    """Features so far, on one line of a terminal, at most twice a second; silent where nobody watches.

    Args:
        total: how many there will be, where that is known; the line is then a bar.
    """

    def __init__(self, name: str, total: int | None = None) -> None:
        self.name, self.total, self.shown_at = name, total, time.monotonic()
        self.is_watched = sys.stderr.isatty()

    def __call__(self, rows: int) -> None:
        if self.is_watched and time.monotonic() - self.shown_at > 0.5:
            self.shown_at = time.monotonic()
            sys.stderr.write(f"\r  {line(self.name, rows, self.total)}")
            sys.stderr.flush()

    def done(self) -> None:
        if self.is_watched:
            sys.stderr.write("\r\x1b[K")


def line(name: str, rows: int, total: int | None) -> str:
    """The line of progress.

    >>> line("a.csv", 1500, None), line("a.csv", 500, 1000)
    ('a.csv: 1,500 …', 'a.csv: [############············] 50 % 500')
    """
    if not total:
        return f"{name}: {rows:,} …"
    share = min(rows / total, 1.0)
    filled = int(share * _BAR_WIDTH)
    return f"{name}: [{'#' * filled}{'·' * (_BAR_WIDTH - filled)}] {share:.0%} {rows:,}".replace("%", " %", 1)
