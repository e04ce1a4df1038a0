"""Who is at work on a home: locks that the operating system lets go by itself when their holder dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path


class Lock:
    """A lock file, holding the process number of who has it to itself."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def take(self, *, shared: bool = False) -> bool:
        """Take it if it is free; says whether that worked."""
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._handle = handle
        if not shared:
            os.ftruncate(handle, 0)
            os.pwrite(handle, str(os.getpid()).encode(), 0)
        return True

    def wait(self, on_waiting: Callable[[], None], *, shared: bool = False) -> None:
        """Take it as soon as it is free; ``on_waiting`` is called once if that is not at once."""
        began, told = time.monotonic(), False
        while not self.take(shared=shared):
            if not told and time.monotonic() - began > 1:
                on_waiting()
                told = True
            time.sleep(0.05)

    def holder(self) -> str:
        """Process number of who has it, as far as known."""
        try:
            return self.path.read_text() or "?"
        except OSError:
            return "?"

    def release(self) -> None:
        """Let it go."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
