"""The database of a command: the one in ``DATABASE_URL``, the one that already runs, or a private one of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from gis_server.command import cluster as clusters
from gis_server.command import os_user, postgres
from gis_server.command.cluster import Cluster
from gis_server.command.cluster_place import prepare_place, reachable_socket
from gis_server.command.console import Console
from gis_server.command.locks import Lock
from gis_server.command.places import Home, build_socket_url, check_room
from gis_server.command.processes import Service


@dataclass(frozen=True, slots=True)
class Database:
    """A database that answers.

    Args:
        url: its libpq address.
        server: its process, when it is ours to stop.
    """

    url: str
    server: Service | None


@contextmanager
def own_database(
    home: Home, env: Mapping[str, str], console: Console, *, is_durable: bool = True
) -> Iterator[Database]:
    """The home's private database, started for as long as this lasts and stopped at its end."""
    owner = Lock(home.root / "database.lock")
    owner.wait(lambda: console.step(f"waiting for another ./gis (process {owner.holder()}) to leave the database"))
    try:
        with _served(home, env, console, is_durable=is_durable) as database:
            yield database
    finally:
        owner.release()


@contextmanager
def shared_database(home: Home, env: Mapping[str, str], console: Console) -> Iterator[Database]:
    """The home's private database for a short piece of work: used where it runs, else started and stopped around it.

    Two locks make that safe: the server's owner holds one; everybody else who uses it shares the other, which the
    owner waits for before the server is stopped.
    """
    owner, guests = Lock(home.root / "database.lock"), Lock(home.root / "database.guests.lock")
    if not owner.take():
        guests.wait(lambda: console.step("waiting for the database to be stopped"), shared=True)
        if not owner.take():
            try:
                yield from _joined(home, env, console)
            finally:
                guests.release()
            return
        guests.release()  # the owner left while we waited: the database is ours to start
    try:
        with _served(home, env, console, is_durable=True) as database:
            try:
                yield database
            finally:
                guests.wait(lambda: console.step("waiting for other commands that use the database"))
    finally:
        owner.release()
        guests.release()


def describe(home: Home, env: Mapping[str, str], console: Console, *, is_durable: bool = True) -> Cluster:
    """The home's cluster as it is to be run on this machine."""
    user = os_user.find_database_user()
    place = prepare_place(home, user, console)
    check_room(place)
    return Cluster(postgres.choose(place / "data"), place, user, env, is_durable)


def _joined(home: Home, env: Mapping[str, str], console: Console) -> Iterator[Database]:
    cluster = describe(home, env, console)
    with reachable_socket(cluster.socket) as socket:
        clusters.wait_until_prepared(cluster, socket)
        yield Database(build_socket_url(socket, clusters.ROLE, clusters.DATABASE), None)


@contextmanager
def _served(home: Home, env: Mapping[str, str], console: Console, *, is_durable: bool) -> Iterator[Database]:
    cluster = describe(home, env, console, is_durable=is_durable)
    clusters.create(cluster, console)
    server = clusters.start(cluster, home.log("database"), console)
    try:
        with reachable_socket(cluster.socket) as socket:
            clusters.ensure_database(cluster, socket)
            yield Database(build_socket_url(socket, clusters.ROLE, clusters.DATABASE), server)
    finally:
        server.stop()
