"""One renderer a tile at a time, over all processes and hosts of one database.

Within a process the others wait for the first; between processes the database's advisory locks decide. Such a lock ends
with its transaction, so whoever is killed leaves none behind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Lock
from typing import Any, Final

import psycopg
from django.db import connection

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


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is to make the thing of a name, of all processes of the database."""

    key: int
    is_mine: bool

    def wait(self) -> None:
        """Until the one before is ready.

        Raises:
            django.db.OperationalError: it did not come to an end in time.
        """
        if not self.is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [self.key])


@contextmanager
def turn(name: str) -> Iterator[Turn]:
    """Take one's turn, if nobody else has it; it ends with the block, which is a transaction.

    What is read within the block is as new as its statement. None of them may take longer than the timeout.
    """
    key = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
    if connection.in_atomic_block:
        yield Turn(key, _is_mine(key, ""))
        return
    is_mine = _is_mine(key, "BEGIN;")
    begun = connection.connection
    try:
        yield Turn(key, is_mine)
    except BaseException:
        _end(begun, "ROLLBACK")
        raise
    _end(begun, "COMMIT")


def _is_mine(key: int, before: str) -> bool:
    """In one message to the database, which therefore holds no parameters but numbers of our own."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(f"{before} SELECT pg_try_advisory_xact_lock({key:d}), {_SETTINGS}".encode())
        while cursor.nextset():
            pass
        return bool(cursor.fetchall()[0][0])


def _end(begun: psycopg.Connection[Any], how: str) -> None:
    """A connection that was lost has ended its transaction by itself."""
    if not begun.closed:
        with connection.wrap_database_errors:
            begun.execute(how)


CLIENT_CHECK_MS: Final = 1_000
"""How long the database goes on with a statement, and keeps its lock, after the process that asked has been killed."""
_SETTINGS: Final = ", ".join(
    f"set_config('{name}', '{value}', true)"
    for name, value in {
        "statement_timeout": STATEMENT_TIMEOUT_MS,
        "lock_timeout": LOCK_TIMEOUT_MS,
        "client_connection_check_interval": CLIENT_CHECK_MS,
        "max_parallel_workers_per_gather": 0,  # starting a helper takes longer than a tile
    }.items()
)
