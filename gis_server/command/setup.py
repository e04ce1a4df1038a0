"""Brings what a command needs: system packages, the locked Python environment, the browser's libraries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from gis_server.command import node_modules, python_packages, system_packages
from gis_server.command.console import Console, Failure
from gis_server.command.locks import Lock
from gis_server.command.places import Checkout
from gis_server.command.system_packages import Need


@dataclass(frozen=True, slots=True)
class Setup:
    """The checkout, the environment of its programs, and where progress is told.

    Args:
        checkout: the source with its environment.
        env: environment variables of every program that is started.
        database_url: PostGIS to use instead of a private one; empty for none.
        city: settings file of the city; empty for the default.
        console: where progress is told.
    """

    checkout: Checkout
    env: Mapping[str, str]
    database_url: str
    city: str
    console: Console


def bring_everything(setup: Setup, *, for_developers: bool = False, besides: tuple[Need, ...] = ()) -> None:
    """Install whatever is missing; takes a moment when nothing is. ``besides``: what only one command needs."""
    private = not setup.database_url
    with _alone(setup):
        needs = system_packages.needs_of_tests if for_developers else system_packages.needs_of_server
        needed = needs(
            private_database=private, has_uv=lambda: python_packages.find_uv(setup.checkout, setup.env) is not None
        )
        system_packages.ensure((*needed, *besides), setup.env, setup.checkout.setup_log, setup.console)
        python_packages.ensure(setup.checkout, setup.env, setup.console, for_developers=for_developers)
        node_modules.ensure(setup.checkout, setup.env, setup.console, for_developers=for_developers)


@contextmanager
def _alone(setup: Setup) -> Iterator[None]:
    """Two set-ups of one checkout at a time would undo each other's work."""
    folder = setup.checkout.setup_log.parent
    try:
        folder.mkdir(exist_ok=True)
        setup.checkout.cache.joinpath("home").mkdir(parents=True, exist_ok=True)
        lock = Lock(folder / "setup.lock")
        lock.wait(lambda: setup.console.step(f"waiting for another set-up of this checkout (process {lock.holder()})"))
    except OSError as error:
        raise Failure(f"cannot write to {folder}: {error.strerror}") from error
    try:
        yield
    finally:
        lock.release()
