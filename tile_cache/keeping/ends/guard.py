"""What keeps a back end that is broken or away from failing or slowing down a request."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Final, TypeVar

from tile_cache.measuring import measures

Answer = TypeVar("Answer")
LINE_EVERY_S: Final = 30.0
_log = logging.getLogger(__name__)


class Guard:
    """Does what may fail; where it fails, the caller gets another answer, and the log a line now and then.

    Args:
        kind: of the back end, as the log and the measures name it.
        faults: exceptions that mean the back end, not the program, is at fault.
        rest_s: after a failure the same operation is left out for so long, then tried by one caller alone.
    """

    def __init__(
        self,
        kind: str,
        faults: tuple[type[Exception], ...],
        rest_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kind, self._faults, self._rest_s, self._clock = kind, faults, rest_s, clock
        self._lock = threading.Lock()
        self._resting_until: dict[str, float] = {}
        self._next_line = float("-inf")
        self._unsaid: Counter[str] = Counter()

    def run(self, operation: str, act: Callable[[], Answer], otherwise: Answer) -> Answer:
        """What `act` answers, or `otherwise` where the back end fails or rests."""
        if not self._may_ask(operation):
            return otherwise
        try:
            answer = act()
        except self._faults as error:
            self._note(operation, error)
            return otherwise
        if operation in self._resting_until:
            with self._lock:
                self._resting_until.pop(operation, None)
        return answer

    def _may_ask(self, operation: str) -> bool:
        if operation not in self._resting_until:
            return True
        with self._lock:
            now = self._clock()
            if now < self._resting_until.get(operation, now):
                return False
            self._resting_until[operation] = now + self._rest_s  # while this caller tries, the others go on resting
            return True

    def _note(self, operation: str, error: Exception) -> None:
        measures.count_store_error(self._kind, operation)
        with self._lock:
            now = self._clock()
            self._resting_until[operation] = now + self._rest_s
            self._unsaid[operation] += 1
            if now < self._next_line:
                return
            self._next_line = now + LINE_EVERY_S
            failed = ", ".join(f"{name} {count} times" for name, count in sorted(self._unsaid.items()))
            self._unsaid.clear()
        said = " ".join(str(error).split())[:300] or type(error).__name__
        _log.warning(
            "the tile store (%s) does not work: %s (failed since the last such line: %s)", self._kind, said, failed
        )
