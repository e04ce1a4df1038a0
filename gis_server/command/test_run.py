"""``./gis test``: every check, then every test, against a private PostGIS of its own."""

from __future__ import annotations

import argparse
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import nullcontext

from gis_server.command import signals
from gis_server.command.browser import bring_browser
from gis_server.command.console import Failure
from gis_server.command.database import Database, own_database
from gis_server.command.places import Checkout, build_server_environment, claim
from gis_server.command.setup import Setup, bring_everything
from gis_server.command.up import only_one

Check = tuple[str, Sequence[object]]


def test_run(options: argparse.Namespace, setup: Setup) -> int:
    """Run the checks in order, stop at the first that fails, and end with pytest's own summary."""
    signals.stop_in_order()
    bring_everything(setup, for_developers=True)
    browser = bring_browser(setup)
    home = claim(options.home)
    try:
        with only_one(home, "test"):
            setup.console.step("starting the database of the tests")
            given = nullcontext(Database(setup.database_url, None))
            own = own_database(home, setup.env, setup.console, is_durable=False)
            with given if setup.database_url else own as database:
                env = build_server_environment(setup.env, home, database.url, setup.city)
                env["GIS_CHROMIUM"] = str(browser)
                return _run_all(checks(setup.checkout, options.pytest, heavy=options.all), env, setup)
    except signals.Stopped:
        setup.console.step("stopped")
        return 130


def checks(checkout: Checkout, pytest: Sequence[str], *, heavy: bool) -> list[Check]:
    """Headings and command lines. Who names tests wants these, and no style check before them."""
    python: list[object] = [checkout.python, "-m"]
    manage = [*python, "gis_server.manage"]
    marks = [] if heavy or any(word.startswith("-m") for word in pytest) else ["-m", "not heavy"]
    tests: Check = ("pytest", [*python, "pytest", *marks, *pytest])
    if pytest:
        return [tests]
    return [
        ("ruff check", [*python, "ruff", "check", "--no-cache"]),
        ("ruff format", [*python, "ruff", "format", "--check", "--no-cache"]),
        ("mypy", [*python, "mypy"]),
        ("import-linter", [checkout.venv / "bin" / "lint-imports", "--no-cache"]),
        ("migrations", [*manage, "makemigrations", "--check", "--dry-run"]),
        ("system checks", [*manage, "check"]),
        tests,
    ]


def _run_all(every: Sequence[Check], env: Mapping[str, str], setup: Setup) -> int:
    for heading, argv in every:
        setup.console.heading(heading)
        status = _run(argv, env, setup)
        if status and argv is not every[-1][1]:
            raise Failure(f"{heading} failed")
        if status:
            return status  # pytest's own summary is the last thing to be read
    return 0


def _run(argv: Sequence[object], env: Mapping[str, str], setup: Setup) -> int:
    """In our process group, so that Ctrl-C reaches it; on any other request to stop we pass it on."""
    words = [str(word) for word in argv]
    process = subprocess.Popen(words, env=dict(env), cwd=setup.checkout.root)  # noqa: S603
    try:
        return process.wait()
    except signals.Stopped:
        process.terminate()
        process.wait()
        raise
