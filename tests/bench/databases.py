"""Databases on the one server that both sides of a measurement use, new for each run."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.bench.running import measured
from tests.running import drop_database

TABLES, OURS, PEERS = "machigis_bench_tables", "machigis_bench_ours", "machigis_bench_peer"


def url_of(name: str) -> str:
    """The server's address (``DATABASE_URL``) with another database."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + name))


@contextmanager
def new(name: str, template: str = "") -> Iterator[str]:
    """A new database with PostGIS, or a copy of another; its address. It is gone afterwards.

    Dropping one makes the server write down all that it holds (a checkpoint), so no run pays for the one before it.
    """
    try:
        yield make(name, template)
    finally:
        drop_database(os.environ["DATABASE_URL"], name)


def make(name: str, template: str = "") -> str:
    """A database that stays, in the place of one of that name; its address."""
    drop_database(os.environ["DATABASE_URL"], name)
    copy = f' TEMPLATE "{template}"' if template else ""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"{copy}')
    if not template:
        with psycopg.connect(url_of(name), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    return url_of(name)


def note(name: str, text: str) -> None:
    """Write a note at a database, which stays as long as it."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        words = sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(text))
        connection.execute(words)


def find_note(name: str) -> str | None:
    """The note at a database; None where there is no note, or no such database."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        words = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        row = connection.execute(words, [name]).fetchone()
    return row[0] if row else None


def end_statements(url: str) -> None:
    """End what others still do in a database: a server that has gone may have left statements running."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_END_OTHERS)


_END_OTHERS = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def wait_until_idle(url: str, patience_s: float = 30) -> None:
    """Wait for the statements of requests whose asker has gone already; what takes longer is ended."""
    deadline = time.monotonic() + patience_s
    busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'"
    with psycopg.connect(url, autocommit=True) as connection:
        while (row := connection.execute(busy).fetchone()) and row[0] > 1:
            if time.monotonic() > deadline:
                connection.execute(_END_OTHERS)
            time.sleep(0.1)


def make_tables(url: str) -> None:
    """The product's empty tables."""
    measured([sys.executable, "-m", "gis_server.manage", "prepare", "--tables-only"], in_database(url))


def count(url: str, table: str) -> int:
    """Rows of a table."""
    with psycopg.connect(url) as connection:
        row = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()
    return int(row[0]) if row else 0


def in_database(url: str) -> Mapping[str, str]:
    """The environment of a program of ours that works in that database."""
    return os.environ | {"DATABASE_URL": url}
