"""The locked Python environment, made and kept by uv: exactly what the lock file says, each file by its hash."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gis_server.command.console import Console, Failure
from gis_server.command.places import Checkout
from gis_server.command.processes import Program, output_of, run

CITY_LOCK = "requirements.lock"
DEVELOPER_LOCK = "requirements-dev.lock"
NODE_LOCK = "requirements-node.lock"
TOOLS_LOCK = "requirements-tools.lock"
STAMP = "machi-gis.json"


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which lock file an environment was made from, and its digest then."""

    lock: str
    digest: str


def ensure(checkout: Checkout, env: Mapping[str, str], console: Console, *, for_developers: bool) -> None:
    """Bring the environment to the lock file, if it is not there already.

    Developers' lock holds everything of the city's, so an environment made from it serves both.
    """
    present = find_stamp(checkout.venv)
    lock = DEVELOPER_LOCK if for_developers or (present and present.lock == DEVELOPER_LOCK) else CITY_LOCK
    wanted = stamp_for(checkout, lock)
    if present == wanted and works(checkout.python, env):
        return
    count = sum(1 for line in (checkout.root / lock).read_text().splitlines() if "==" in line)
    console.step(f"installing {count} Python packages ({lock})")
    synchronise(checkout, checkout.venv, lock, env, console)
    (checkout.venv / STAMP).write_text(json.dumps({"lock": wanted.lock, "digest": wanted.digest}))


def synchronise(checkout: Checkout, venv: Path, lock: str, env: Mapping[str, str], console: Console) -> None:
    """Make ``venv`` hold what ``lock`` says and nothing else."""
    uv = _get_uv(checkout, env, console)
    log = checkout.setup_log
    (venv / STAMP).unlink(missing_ok=True)
    if not works(venv / "bin" / "python", env):
        base = getattr(sys, "_base_executable", sys.executable)
        make = Program([uv, "venv", "--quiet", "--clear", "--no-project", "--python", base, venv], env)
        run(make, "making the Python environment", log, console)
    sync = [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", venv / "bin" / "python"]
    run(Program([*sync, checkout.root / lock], env), "installing Python packages", log, console)


def find_stamp(venv: Path) -> Stamp | None:
    """What an environment was made from; None for one that is unfinished or not there."""
    try:
        content = json.loads((venv / STAMP).read_text())
        return Stamp(content["lock"], content["digest"])
    except (OSError, ValueError, KeyError):
        return None


def stamp_for(checkout: Checkout, lock: str) -> Stamp:
    """The stamp of an environment that agrees with the lock file as it is now."""
    try:
        return Stamp(lock, hashlib.sha256((checkout.root / lock).read_bytes()).hexdigest())
    except FileNotFoundError as error:
        raise Failure(f"{lock} is missing: this checkout is not complete") from error


def works(python: Path, env: Mapping[str, str]) -> bool:
    """Whether an environment's Python still runs: the one it was made from may have been removed."""
    return python.exists() and output_of(Program([python, "-I", "-c", ""], env)).returncode == 0


def find_uv(checkout: Checkout, env: Mapping[str, str]) -> Path | None:
    """uv from PATH where it works there, or the one that an earlier set-up brought."""
    own = checkout.tools / "bin" / "uv"
    for candidate in (Path(shutil.which("uv", path=env.get("PATH")) or own), own):
        if candidate.exists() and output_of(Program([candidate, "--version"], env)).returncode == 0:
            return candidate
    return None


def _get_uv(checkout: Checkout, env: Mapping[str, str], console: Console) -> Path:
    """uv, brought from the Python package index by its locked hash where there is none."""
    found = find_uv(checkout, env)
    if found:
        return found
    console.step("installing uv")
    base = getattr(sys, "_base_executable", sys.executable)
    make = Program([base, "-m", "venv", "--clear", checkout.tools], env)
    run(make, "making the folder of tools", checkout.setup_log, console)
    pip = [checkout.tools / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check"]
    install = Program([*pip, "--require-hashes", "-r", checkout.root / TOOLS_LOCK], env)
    run(install, "installing uv", checkout.setup_log, console)
    return checkout.tools / "bin" / "uv"
