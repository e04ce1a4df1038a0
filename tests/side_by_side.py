"""Two pytest workers side by side: a home for each, which tests go together, and who has the machine to himself.

`./gis test` loads this (`-p tests.side_by_side`) when it runs everything. Each worker has a test database of its own
(pytest-django gives it a suffix), cities of its own (tests/running.py) and a home of its own (here).
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
LOCKS = Path(os.environ.get("GIS_HOME", "var/test")).absolute()

if WORKER:  # before Django reads it: what is stored by revision must not be another database's
    os.environ["GIS_HOME"] = str(LOCKS / WORKER)

BUSY = "tests/ogc_api/contract/"
"""Keeps both processors busy, in the background too: with the running city's tests, so never beside a test of time."""
ORDER = ("tests/browser/test_promise.py", BUSY, "tests/browser/")
"""The product's heart, then what takes longest: the short ones fill what is left at the end."""
TOGETHER = LOCKS / "together.json"
"""The names of the tests that stay with one worker, for the scheduler, which does not see fixtures."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what takes long."""
    items.sort(key=lambda item: _rank(item.nodeid))


def _rank(nodeid: str) -> int:
    return next((rank for rank, beginning in enumerate(ORDER) if nodeid.startswith(beginning)), len(ORDER))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Tell the scheduler what needs the one running city, before it hears that all is collected."""
    if WORKER == "gw0":
        names = [item.nodeid for item in session.items if item.nodeid.startswith(BUSY) or _shares_the_city(item)]
        TOGETHER.write_text(json.dumps(names), encoding="utf-8")


def _shares_the_city(item: pytest.Item) -> bool:
    found = getattr(item, "_fixtureinfo", None)
    cities = found.name2fixturedefs.get("city", ()) if found else ()
    return bool(cities) and cities[-1].scope == "session"


class ByFile(LoadScopeScheduling):
    """A file stays with one worker, as its fixtures do; so do the tests of the running city, from whatever file."""

    @cached_property
    def together(self) -> frozenset[str]:
        """The names that the workers have told."""
        return frozenset(json.loads(TOGETHER.read_text(encoding="utf-8")))

    def _split_scope(self, nodeid: str) -> str:
        return "the running city" if nodeid in self.together else nodeid.split("::", 1)[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFile:
    """Files in the order of collection, to whichever worker is free."""
    config.option.loadscopereorder = False
    return ByFile(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Wait while another worker's test has the machine to itself."""
    with _machine(alone=False):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """The same; a test marked `alone` waits until no other test runs."""
    with _machine(alone=item.get_closest_marker("alone") is not None):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """As for its setup."""
    with _machine(alone=False):
        return (yield)


@contextmanager
def _machine(*, alone: bool) -> Iterator[None]:
    """The machine, with others or alone. Who waits for it alone holds the door, so that nobody slips in before."""
    LOCKS.mkdir(parents=True, exist_ok=True)
    with (LOCKS / "door.lock").open("w") as door, (LOCKS / "machine.lock").open("w") as machine:
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(machine, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(machine, fcntl.LOCK_UN)  # closing is not enough where a child of ours still has it open
