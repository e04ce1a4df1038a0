"""``./gis test``: every check, then every test, against a private PostGIS of its own."""

from __future__ import annotations

import argparse
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

from gis_server.command import signals
from gis_server.command.browser import bring_browser
from gis_server.command.console import Failure
from gis_server.command.database import Database, own_database
from gis_server.command.places import Checkout, build_server_environment, claim
from gis_server.command.setup import Setup, bring_everything
from gis_server.command.up import only_one

Check = tuple[str, Sequence[object]]
WORKERS = 2
"""More would each start a city, and wait for one another's databases."""


def test_run(options: argparse.Namespace, setup: Setup) -> int:
    """Run the checks in order, stop at the first that fails, and end with pytest's own summary."""
    signals.stop_in_order()
    bring_everything(setup, for_developers=True)
    browser = bring_browser(setup)
    try:
        with database_of_its_own("test", options.home, setup, is_durable=False) as env:
            env["GIS_CHROMIUM"] = str(browser)
            return _run_all(checks(setup.checkout, options.pytest, heavy=options.all), env, setup)
    except signals.Stopped:
        setup.console.step("stopped")
        return 130


@contextmanager
def database_of_its_own(what: str, root: Path, setup: Setup, *, is_durable: bool) -> Iterator[dict[str, str]]:
    """The environment of programs that work in a home of their own, with a PostGIS that nobody else uses.

    Args:
        what: the command that asks; only one at a time runs on a home.
        root: the home.
        is_durable: whether the server keeps its promises through a power cut, as the city's does.
    """
    home = claim(root)
    with only_one(home, what):
        setup.console.step(f"starting the database of ./gis {what}")
        given = nullcontext(Database(setup.database_url, None))
        own = own_database(home, setup.env, setup.console, is_durable=is_durable)
        with given if setup.database_url else own as database:
            yield build_server_environment(setup.env, home, database.url, setup.city)


def checks(checkout: Checkout, pytest: Sequence[str], *, heavy: bool) -> list[Check]:
    """Headings and command lines. Who names tests wants these, and no style check before them."""
    python: list[object] = [checkout.python, "-m"]
    manage = [*python, "gis_server.manage"]
    marks = [] if heavy or any(word.startswith("-m") for word in pytest) else ["-m", "not heavy"]
    if pytest:
        return [("pytest", [*python, "pytest", *marks, *pytest])]
    workers = ["-p", "tests.side_by_side", "--dist", "loadscope", "-n", min(os.cpu_count() or 1, WORKERS)]
    return [
        ("ruff check", [*python, "ruff", "check", "--no-cache"]),
        ("ruff format", [*python, "ruff", "format", "--check", "--no-cache"]),
        ("mypy", [*python, "mypy"]),
        ("import-linter", [checkout.venv / "bin" / "lint-imports", "--no-cache"]),
        ("migrations", [*manage, "makemigrations", "--check", "--dry-run"]),
        ("system checks", [*manage, "check"]),
        ("pytest", [*python, "pytest", *workers, *marks]),
    ]


def _run_all(every: Sequence[Check], env: Mapping[str, str], setup: Setup) -> int:
    for heading, argv in every:
        setup.console.heading(heading)
        status = run_here(argv, env, setup.checkout.root)
        if status and argv is not every[-1][1]:
            raise Failure(f"{heading} failed")
        if status:
            return status  # pytest's own summary is the last thing to be read
    return 0


def run_here(argv: Sequence[object], env: Mapping[str, str], folder: Path | None = None) -> int:
    """In our process group, so that Ctrl-C reaches it; on any other request to stop we pass it on."""
    words = [str(word) for word in argv]
    process = subprocess.Popen(words, env=dict(env), cwd=folder)  # noqa: S603
    try:
        return process.wait()
    except signals.Stopped:
        process.terminate()
        process.wait()
        raise
