"""``./gis doctor``: what is there, what is missing, and the line that mends it."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gis_server.command import node_modules, os_user, places, postgres, python_packages, server, system_packages
from gis_server.command.console import Failure
from gis_server.command.database import Database, shared_database
from gis_server.command.locks import Lock
from gis_server.command.places import Home, build_server_environment
from gis_server.command.processes import Program, output_of
from gis_server.command.setup import Setup


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Args:
        name: what.
        is_well: whether it is as it should be; None when it is only worth knowing.
        text: what was found, or what mends it.
    """

    name: str
    is_well: bool | None
    text: str


def doctor(options: argparse.Namespace, setup: Setup) -> int:
    """Print every finding; 0 when the city can be started, else 1. Nothing is installed or changed."""
    findings = []
    for finding in _findings(options, setup):
        findings.append(finding)
        mark = {True: "✓", False: "✗", None: "·"}[finding.is_well]
        setup.console.say(f"{mark} {finding.name:<20} {finding.text}")
    bad = sum(finding.is_well is False for finding in findings)
    setup.console.say()
    setup.console.say("all is well" if not bad else f"{bad} to mend; ./gis up mends what it can by itself")
    return 1 if bad else 0


def _findings(options: argparse.Namespace, setup: Setup) -> Iterator[Finding]:
    yield _python(setup)
    yield _modules(setup)
    yield _postgis(setup)
    yield _fonts()
    yield _chromium()
    home = options.home.absolute()
    yield _home(home)
    yield _disk(home)
    yield _port(options.port, home)
    yield from _data(home, setup)


def _python(setup: Setup) -> Finding:
    stamp = python_packages.find_stamp(setup.checkout.venv)
    is_current = bool(stamp) and stamp == python_packages.stamp_for(setup.checkout, stamp.lock) if stamp else False
    if is_current and stamp and python_packages.works(setup.checkout.python, setup.env):
        return Finding("Python", True, f"{platform.python_version()}, packages as in {stamp.lock}")
    return Finding(
        "Python", False, f"{platform.python_version()}, the locked packages are not installed; run: ./gis up"
    )


def _modules(setup: Setup) -> Finding:
    if node_modules.is_current(setup.checkout):
        return Finding("browser libraries", True, "as in package-lock.json")
    return Finding("browser libraries", False, "not installed; run: ./gis up")


def _postgis(setup: Setup) -> Finding:
    if setup.database_url:
        return Finding("PostGIS", None, "DATABASE_URL is set; no private one is needed")
    found = postgres.installations()
    if not found:
        return Finding("PostGIS", False, "not installed; run: ./gis up (or apt-get install postgresql-15-postgis-3)")
    return Finding("PostGIS", True, f"PostgreSQL {found[0].version} in {found[0].binaries}")


def _fonts() -> Finding:
    if system_packages.has_japanese_font():
        return Finding("Japanese fonts", True, "installed")
    return Finding("Japanese fonts", False, "none, labels stay empty; run: apt-get install fonts-noto-cjk")


def _chromium() -> Finding:
    browser = system_packages.find_chromium()
    return Finding("Chromium", True if browser else None, browser or "not installed; ./gis test brings it")


def _home(home: Path) -> Finding:
    if not home.exists():
        return Finding("home", True, f"{home} (made at the first start)")
    owner = home.stat().st_uid
    if owner != os.geteuid():
        text = f"{home} belongs to {os_user.name_of(owner)}; choose another with --home DIR"
        return Finding("home", False, text)
    if not os.access(home, os.W_OK | os.X_OK):
        return Finding("home", False, f"{home} cannot be written; run: chmod u+rwx {home}")
    return Finding("home", True, os.fspath(home))


def _disk(home: Path) -> Finding:
    folder = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(folder).free // places.MEGABYTE
    if free * places.MEGABYTE < places.LEAST_FREE_BYTES:
        return Finding("disk", False, f"{free} MB free for {folder}; make room, or choose another --home DIR")
    return Finding("disk", True, f"{free // 1024} GB free for {folder}")


def _port(port: int, home: Path) -> Finding:
    holder = _runner(home)
    if holder:
        return Finding("city", True, f"running on this home (process {holder})")
    try:
        server.check_address("127.0.0.1", port)
    except Failure as failure:
        return Finding("port", False, str(failure))
    return Finding("port", True, f"{port} is free")


def _runner(home: Path) -> str:
    """Process number of a ``./gis up`` on this home, or nothing."""
    path = home / "up.lock"
    if not path.exists():
        return ""
    lock = Lock(path)
    if not lock.take(shared=True):
        return lock.holder()
    lock.release()
    return ""


def _data(home: Path, setup: Setup) -> Iterator[Finding]:
    """Ask the database itself, if there is one already; a private one that stands still is started for that."""
    if not python_packages.works(setup.checkout.python, setup.env):
        return
    if setup.database_url:
        yield from _tables(Home(home), Database(setup.database_url, None), setup)
        return
    if not (home / "database" / "data").exists():
        yield Finding("database", None, "made at the first start")
        return
    try:
        with shared_database(Home(home), setup.env, setup.console) as database:
            yield from _tables(Home(home), database, setup)
    except Failure as failure:
        yield Finding("database", False, str(failure))


def _tables(home: Home, database: Database, setup: Setup) -> Iterator[Finding]:
    env = build_server_environment(setup.env, home, database.url, setup.city)
    questions: tuple[tuple[str, list[str], str, str], ...] = (
        ("database", ["inspectdb", "spatial_ref_sys"], "answers", "does not answer"),
        ("tables", ["migrate", "--check"], "of this version", "not of this version; run: ./gis up"),
        (
            "layers",
            ["check", "--database", "default"],
            "agree with their declarations",
            "run: ./gis manage check --database default",
        ),
    )
    for name, words, well, ill in questions:
        argv = [setup.checkout.python, "-m", "gis_server.manage", *words]
        answer = output_of(Program(argv, env, setup.checkout.root))
        reason = _last_line(answer.stderr)
        yield Finding(name, answer.returncode == 0, well if answer.returncode == 0 else f"{ill} ({reason})")
        if answer.returncode:
            return


def _last_line(text: str) -> str:
    lines: list[str] = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"
