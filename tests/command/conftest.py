"""Homes of their own for tests of the set-up, with real clusters in them, gone afterwards."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gis_server.command.cluster_place import remove_place
from gis_server.command.console import Console
from gis_server.command.database import own_database
from gis_server.command.places import Checkout, Home, build_tool_environment, claim
from tests.command.asking import CHECKOUT, RunningDatabase


@pytest.fixture(scope="session")
def env() -> dict[str, str]:
    """The environment of a person who has set nothing of ours."""
    theirs = {name: value for name, value in os.environ.items() if not name.startswith(("GIS_", "DATABASE_", "PG"))}
    return build_tool_environment(theirs, Checkout(CHECKOUT))


@pytest.fixture(scope="session")
def console() -> Console:
    return Console(sys.stdout)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home in a folder that only we can enter, as pytest's are."""
    yield (home := claim(tmp_path / "home"))
    remove_place(home)


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that every user can enter, unlike pytest's."""
    folder = Path(tempfile.mkdtemp(prefix="gis-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def database(open_folder: Path, env: dict[str, str], console: Console) -> Iterator[RunningDatabase]:
    """A private database that runs as long as the tests that only look at it."""
    home = claim(open_folder / "looked-at")
    with own_database(home, env, console, is_durable=False) as running:
        yield RunningDatabase(home, running.url, running.server)
