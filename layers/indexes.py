"""Indexes that cost more than they give: one that nobody needs, and the spatial one while many rows come in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection, transaction

from layers.reading import quoted

WORTH_IT_ROWS = 50_000
_PATIENCE_MS = 200


@contextmanager
def index_built_afterwards(cursor: Any, table: str, rows: int) -> Iterator[None]:
    """Inside a transaction: `table`, which is empty, has no spatial index within, and has it again behind.

    Readers of the table wait until the transaction ends, some seconds for a million rows; of an empty one there is
    nothing they could miss. Where the table is in use just now, or few rows come, the index stays where it is.
    """
    definitions = _take_down(cursor, table) if rows >= WORTH_IT_ROWS else []
    yield
    for definition in definitions:
        cursor.execute(definition)


def _take_down(cursor: Any, table: str) -> list[str]:
    """Drop the spatial indexes, and say how to make them again; nothing where the table cannot be had at once."""
    try:
        with transaction.atomic():
            cursor.execute(f"SET LOCAL lock_timeout = '{_PATIENCE_MS}ms'")
            cursor.execute(f"LOCK TABLE {quoted(table)} IN ACCESS EXCLUSIVE MODE")
            cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    except OperationalError:
        return []
    cursor.execute(
        "SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " JOIN pg_am a ON a.oid = c.relam WHERE i.indrelid = %s::regclass AND a.amname = 'gist'",
        [quoted(table)],
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f"DROP INDEX {quoted(name)}")
    return [definition for _, definition in found]


def drop_pattern_indexes(tables: Iterable[str]) -> None:
    """Drop Django's second index on ids, for prefixes: in the collation C the primary key's own serves them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " JOIN pg_opclass o ON o.oid = i.indclass[0]"
            " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
            " WHERE i.indrelid = ANY(%s::regclass[]) AND i.indnatts = 1 AND a.attname = 'id'"
            " AND o.opcname = 'varchar_pattern_ops'",
            [[quoted(table) for table in tables]],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {quoted(name)}")
