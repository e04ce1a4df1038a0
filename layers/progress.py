"""How far a long command is."""

from __future__ import annotations

import math
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
            sys.stderr.write(f"\r  {self.words(rows)}\x1b[K")
            sys.stderr.flush()

    def words(self, rows: int) -> str:
        return line(self.name, rows, self.total)

    def done(self) -> None:
        if self.is_watched:
            sys.stderr.write("\r\x1b[K")


class Countdown(Progress):
    """Progress that says how long the rest will take."""

    def __init__(self, name: str, total: int | None = None) -> None:
        super().__init__(name, total)
        self.began_at = time.monotonic()

    def words(self, rows: int) -> str:
        left = seconds_left(rows, self.total, time.monotonic() - self.began_at)
        return super().words(rows) + ("" if left is None else f", {spell_seconds(left)} left")


def seconds_left(done: int, total: int | None, seconds: float) -> float | None:
    """How long the rest takes if it goes on as it went; None while that cannot be said.

    >>> seconds_left(250, 1000, 10.0), seconds_left(0, 1000, 10.0)
    (30.0, None)
    """
    if not total or not done:
        return None
    return seconds * max(total - done, 0) / done


def spell_seconds(seconds: float) -> str:
    """A length of time, as roughly as it is known.

    >>> spell_seconds(8.2), spell_seconds(150), spell_seconds(7300)
    ('9 s', '3 min', '2 h 2 min')
    """
    if seconds < 100:
        return f"{math.ceil(seconds)} s"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


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
