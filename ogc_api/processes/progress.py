"""How far a process has come: told by the process, kept for whoever asks, and the way to be told to stop.

A process that takes an argument `progress` is given one of these. It calls `report` between its pieces of work;
a call that raises means that nobody wants the result any more.
"""

from __future__ import annotations

import time
from typing import Protocol

from layers.problems import Problem

MOST_WAITING_S = 20.0
"""How long somebody is kept waiting for an answer."""


class DismissedError(Exception):
    """The job was dismissed, or another worker has taken it over; stop."""


class Progress(Protocol):
    """What a process is given."""

    def report(self, percent: float, message: str = "") -> None:
        """Say how far the work has come.

        Args:
            percent: 0 to 100.
            message: what is being done, for people.

        Raises:
            DismissedError: stop; nobody waits for the result.
            Problem: 422, it takes longer than a caller is kept waiting.
        """


class Waited:
    """The progress of a process whose caller waits for the answer: nothing is kept, but there is an end to it."""

    def __init__(self, most_s: float = MOST_WAITING_S) -> None:
        self._most_s = most_s
        self._end = time.monotonic() + most_s

    def report(self, percent: float, message: str = "") -> None:
        if time.monotonic() > self._end:
            detail = (
                f"this takes longer than {self._most_s:g} seconds ({percent:.0f} % were done); "
                "ask for it as a job, with the header Prefer: respond-async"
            )
            raise Problem(422, "takes too long to wait for", detail, parameter="Prefer")
