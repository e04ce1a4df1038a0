"""Ctrl-C and its kin: asked once, everything is stopped in order; asked again, that is not cut short."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked us to stop."""


def stop_in_order() -> None:
    """From now on the first request to stop raises `Stopped`; later ones change nothing."""
    for number in STOPPING:
        signal.signal(number, _stop)


@contextmanager
def left_to_the_child() -> Iterator[None]:
    """While an interactive program has the keyboard, Ctrl-C is its own."""
    # Not SIG_IGN, which the program would inherit.
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _stop(number: int, frame: FrameType | None) -> None:
    for one in STOPPING:
        signal.signal(one, signal.SIG_IGN)
    raise Stopped
