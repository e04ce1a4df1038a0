"""The whole product, started as a user starts it: `./gis up` in a home of its own, with the sample city."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

CHECKOUT = Path(__file__).resolve().parent.parent
START_SECONDS = 300


@dataclass(frozen=True, slots=True)
class RunningCity:
    """A city that is up: its address, its home, its database."""

    url: str
    home: Path
    database_url: str

    def gis(self, *arguments: str) -> str:
        """What `./gis …` prints for this city; fails where it fails."""
        result = subprocess.run(
            [CHECKOUT / "gis", *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    def sql(self, statement: str, *parameters: object) -> None:
        """Execute a statement as psql or QGIS would: past the application."""
        with psycopg.connect(self.database_url) as connection:
            connection.execute(statement, parameters)

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What a query finds, past the application."""
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(query, parameters).fetchall()

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"GIS_HOME": str(self.home), "DATABASE_URL": self.database_url}


@contextmanager
def running_city(home: Path, *options: str, database: str = "running_city") -> Iterator[RunningCity]:
    """A city of its own beside the tests' database, in the same cluster; gone afterwards."""
    database += os.environ.get("PYTEST_XDIST_WORKER", "")  # another worker's city has another
    maintenance = os.environ["DATABASE_URL"]
    database_url = beside(maintenance, database)
    _recreate(maintenance, database)
    city = RunningCity(f"http://127.0.0.1:{_free_port()}", home, database_url)
    command = [CHECKOUT / "gis", "up", "--home", home, "--port", city.url.rsplit(":", 1)[1], *options]
    log = home / "up.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, env=city.environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL
        )
        try:
            _wait_until_ready(process, city, log)
            yield city
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
    drop_database(maintenance, database)


def _wait_until_ready(process: subprocess.Popen[bytes], city: RunningCity, log: Path) -> None:
    import time

    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(city.url + "/readyz", timeout=5) as answer:  # noqa: S310 - loopback
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)  # it is not there yet; the deadline above decides
    raise AssertionError(f"not ready after {START_SECONDS} s:\n{log.read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def beside(url: str, name: str) -> str:
    """The same server's URL with another database."""
    from urllib.parse import urlsplit, urlunsplit

    return urlunsplit(urlsplit(url)._replace(path="/" + name))


def _recreate(maintenance: str, name: str) -> None:
    drop_database(maintenance, name)
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')


def drop_database(maintenance: str, name: str) -> None:
    """Drop a database, ending our own sessions in it. The server's own (autovacuum) may not be ended, but make way."""
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user",
            [name],
        )
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
