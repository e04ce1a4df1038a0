"""``./gis up``: the city, from nothing to the addresses, in the foreground until it is stopped."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext

from gis_server.command import server, signals
from gis_server.command.console import Failure
from gis_server.command.database import Database, own_database
from gis_server.command.leftovers import forget, remember, stop_leftovers
from gis_server.command.locks import Lock
from gis_server.command.places import Home, build_server_environment, claim
from gis_server.command.prepare import prepare
from gis_server.command.processes import Service
from gis_server.command.setup import Setup, bring_everything

INTERRUPTED = 130


def up(options: argparse.Namespace, setup: Setup) -> int:
    """Serve until Ctrl-C; the exit status."""
    signals.stop_in_order()
    is_ready = False
    try:
        home = claim(options.home)
        with only_one(home, "up"):
            stop_leftovers(home, setup.console)
            server.check_address(options.host, options.port)
            bring_everything(setup)
            with _database(home, setup) as database, _site(home, database, options, setup) as services:
                is_ready = True
                _watch(services)
    except signals.Stopped:
        setup.console.say()
        setup.console.step("stopped")
    return 0 if is_ready else INTERRUPTED


@contextmanager
def only_one(home: Home, what: str) -> Iterator[None]:
    """Refuse to run twice on one home."""
    lock = Lock(home.root / "up.lock")
    if not lock.take():
        raise Failure(f"another ./gis {what} (process {lock.holder()}) is running on the home {home.root}")
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _database(home: Home, setup: Setup) -> Iterator[Database]:
    given = nullcontext(Database(setup.database_url, None))
    if not setup.database_url:
        setup.console.step("starting the database")
    with given if setup.database_url else own_database(home, setup.env, setup.console) as database:
        yield database


@contextmanager
def _site(home: Home, database: Database, options: argparse.Namespace, setup: Setup) -> Iterator[list[Service]]:
    city = os.fspath(options.city) if options.city else setup.city
    env = build_server_environment(setup.env, home, database.url, city)
    if "GIS_HOSTS" not in env:
        env["GIS_HOSTS"] = ",".join(server.names_of_this_machine(options.host))
    setup.console.step("preparing tables and data")
    prepare(home, env, setup, *(["--data", os.fspath(options.data)] if options.data else []))
    setup.console.step("starting the web server and the worker")
    web = server.start(setup.checkout, home, env, options.host, options.port, options.workers)
    worker = server.start_worker(setup.checkout, home, env)
    others = [worker, *([database.server] if database.server else [])]
    try:
        remember(home, [web, *others])
        server.wait_until_ready(web, others, options.host, options.port, setup.console)
        _announce(options, setup)
        yield [web, *others]
    finally:
        worker.stop(patience_s=15)
        web.stop(patience_s=15)
        forget(home)


def _announce(options: argparse.Namespace, setup: Setup) -> None:
    setup.console.step("ready")
    setup.console.say()
    for line in server.addresses(options.host, options.port):
        setup.console.say(f"  {line}")
    setup.console.say()
    setup.console.say("  Ctrl-C stops the city.")


def _watch(services: Sequence[Service]) -> None:
    """Wait for somebody to stop us, or for something to end that should not."""
    while True:
        for service in services:
            if not service.is_running():
                raise Failure(f"the {service.name} stopped: {service.reason()} (details: {service.log})")
        time.sleep(0.5)
