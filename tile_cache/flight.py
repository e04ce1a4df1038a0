"""One renderer a tile at a time, over all processes and hosts of one database.

Within a process the others wait for the first; between processes the database's advisory locks decide. Such a lock ends
with its transaction, so whoever is killed leaves none behind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import Final

from django.db import connection, transaction

LOCK_TIMEOUT_MS: Final = 30_000
"""How long one waits for a renderer in another process."""
STATEMENT_TIMEOUT_MS: Final = 20_000
"""How long one rendering may take the database."""


class _Flight[V]:
    def __init__(self) -> None:
        self.is_over, self.result, self.error = Event(), None, None
        self.result: V | None
        self.error: BaseException | None


class Flights[K: Hashable, V]:
    """What is being made now, by key. May be used by several threads."""

    def __init__(self) -> None:
        self._flights: dict[K, _Flight[V]] = {}
        self._lock = Lock()

    def run(self, key: K, make: Callable[[], V], instead: Callable[[], V | None] = lambda: None) -> tuple[V, bool]:
        """What `make` makes, and False; where another thread is at it already, what that one makes, and True.

        Args:
            instead: asked by a thread that would have to wait; what it gives is taken, unless it is None.

        Raises:
            whatever `make` raises, in all threads that wait for it.
        """
        with self._lock:
            flight = self._flights.get(key)
            is_first = flight is None
            if flight is None:
                flight = self._flights[key] = _Flight()
        if is_first:
            return self._fly(key, flight, make), False
        found = instead()
        if found is not None:
            return found, False
        flight.is_over.wait()
        if flight.error is not None:
            raise flight.error
        return flight.result, True  # type: ignore[return-value]  # it is over, without an error

    def _fly(self, key: K, flight: _Flight[V], make: Callable[[], V]) -> V:
        try:
            flight.result = make()
        except BaseException as error:
            flight.error = error
            raise
        else:
            return flight.result
        finally:
            with self._lock:
                del self._flights[key]
            flight.is_over.set()


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """The only one in this block with this name, of all processes of the database; True where one had to wait.

    What is read within the block is as new as the block. Statements in it may not take longer than the timeout.

    Raises:
        django.db.OperationalError: the one before did not come to an end in time.
    """
    key = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TRY, [key, str(STATEMENT_TIMEOUT_MS), str(LOCK_TIMEOUT_MS), str(CLIENT_CHECK_MS)])
        has_lock = cursor.fetchone()[0]
        if not has_lock:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
        yield not has_lock


CLIENT_CHECK_MS: Final = 1_000
"""How long the database goes on with a statement, and keeps its lock, after the process that asked has been killed."""
_TRY: Final = (
    "SELECT pg_try_advisory_xact_lock(%s),"
    " set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true),"
    " set_config('client_connection_check_interval', %s, true)"
)
