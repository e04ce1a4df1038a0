"""Writes down in the background what this process has gathered: once a second, and before it ends."""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections.abc import Callable

_log = logging.getLogger(__name__)
_lock = threading.Lock()
_writers: dict[str, Callable[[], object]] = {}
_running_in = 0


def gathered(name: str, write: Callable[[], object]) -> None:
    """Something is there that `write` writes down; begins doing so, once a process.

    Nothing happens where Django's settings are not read yet, or leave the writing to others (``TILE_FLUSH_S = 0``).
    """
    if _running_in == os.getpid() and name in _writers:
        return
    pause_s = _pause_s()
    if pause_s > 0:
        _start(name, write, pause_s)


def _start(name: str, write: Callable[[], object], pause_s: float) -> None:
    global _running_in
    with _lock:
        _writers[name] = write
        if _running_in == os.getpid():
            return
        _running_in = os.getpid()
        threading.Thread(target=_write_for_ever, args=(pause_s,), name="tile-counts", daemon=True).start()
    atexit.register(_write_all)


def _write_for_ever(pause_s: float) -> None:
    pause = threading.Event()
    while not pause.wait(pause_s):
        _write_all()


def _write_all() -> None:
    for write in list(_writers.values()):
        try:
            write()
        except Exception:  # noqa: BLE001 - a fault of one writer must not end the counting
            _log.exception("what was counted about tiles could not be written down")


def _pause_s() -> float:
    from django.conf import settings

    return float(settings.TILE_FLUSH_S) if settings.configured else 0.0
