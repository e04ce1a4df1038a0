"""What a person at the keyboard sees: plain progress lines, and one line for what cannot be done."""

from __future__ import annotations

import io
import time
from typing import TextIO


class Failure(Exception):  # noqa: N818 - it is the outcome of a command, printed as one line
    """The command cannot be carried out.

    Args:
        message: one line for the person at the keyboard: what is wrong and what to do about it.
        status: exit status: 1 the work failed, 2 the command was used wrongly.
    """

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


class Console:
    """Progress in lines, each with the seconds since the command began."""

    def __init__(self, stream: TextIO) -> None:
        self._began = time.monotonic()
        self._stream = stream

    def say(self, text: str = "") -> None:
        """One line as it is. A reader that has gone away (``| head``) is no reason to stop a city."""
        try:
            print(text, file=self._stream, flush=True)
        except BrokenPipeError:
            self._stream = io.StringIO()

    def step(self, text: str) -> None:
        """What is being done from now on."""
        self.say(f"{time.monotonic() - self._began:6.1f} s  {text}")

    def detail(self, text: str) -> None:
        """A line that belongs to the step before it."""
        self.say(f"          {text}")

    def heading(self, text: str) -> None:
        """Begins a part of a longer report."""
        self.say(f"\n── {text} " + "─" * max(0, 76 - len(text)))
