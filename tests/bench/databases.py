"""Databases on the one server that both sides of a measurement use, new for each run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg

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
    drop_database(os.environ["DATABASE_URL"], name)
    copy = f' TEMPLATE "{template}"' if template else ""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"{copy}')
    try:
        if not template:
            with psycopg.connect(url_of(name), autocommit=True) as connection:
                connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        yield url_of(name)
    finally:
        drop_database(os.environ["DATABASE_URL"], name)


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
