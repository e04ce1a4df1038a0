"""Rows for a statement, by the shortest way there is: the thread's own connection, the database binding the values.

Django's cursors write the values into the statement and ask before each request whether the connection still lives,
which costs more than most of our statements take. Here a connection that turns out to be gone is opened again and asked
once more, where no transaction is open that would be lost with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import InterfaceError, NotSupportedError, OperationalError, connection


def fetch(
    sql: str, params: Sequence[Any] = (), *, is_frequent: bool = False, is_binary: bool = False
) -> list[tuple[Any, ...]]:
    """The rows of a statement that only reads.

    Args:
        is_frequent: asked so often that the database should keep it prepared. Its plan must not depend on the values.
        is_binary: values come as the database holds them: bytes are then half as long on their way.

    Raises:
        django.db.Error: as Django's own cursors do.
    """
    try:
        return _fetch(sql, params, is_frequent, is_binary)
    except NotSupportedError:
        if not is_frequent or connection.in_atomic_block:
            raise
        return _fetch(sql, params, False, is_binary)  # a column has another type since the statement was prepared
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or not _is_lost():
            raise
        connection.close()
        return _fetch(sql, params, is_frequent, is_binary)


def _fetch(sql: str, params: Sequence[Any], is_frequent: bool, is_binary: bool) -> list[tuple[Any, ...]]:
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(sql, params, prepare=is_frequent, binary=is_binary).fetchall()


def _is_lost() -> bool:
    """Whether the connection itself has ended, rather than the statement."""
    return connection.connection is not None and bool(connection.connection.closed)
