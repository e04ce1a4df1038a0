"""What the operating system has to bring: PostGIS, Japanese fonts, and for the tests a browser and GDAL's tools."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from gis_server.command import os_user, postgres
from gis_server.command.console import Console, Failure
from gis_server.command.processes import Program, output_of, run

FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts")
JAPANESE_FONTS = ("*NotoSansCJK*", "*NotoSansJP*", "*IPA*Gothic*", "ipag*.ttf", "*ヒラギノ*", "*Hiragino*")
CLUSTER_SETTINGS = Path("/etc/postgresql-common/createcluster.d")
START_POLICY = Path("/usr/sbin/policy-rc.d")
QGIS_PYTHON = "/usr/bin/python3"
QGIS_FOLDERS = ("/usr/lib/python3/dist-packages", "/usr/share/qgis/python")
POSTGRESQL_VERSIONS = range(30, 12, -1)


@dataclass(frozen=True, slots=True)
class Need:
    """Something that the operating system has to bring.

    Args:
        name: what it is, for a person.
        is_there: whether this machine has it.
        debian: names of Debian's or Ubuntu's packages, the first that the machine knows is taken.
        homebrew: what Homebrew calls it.
    """

    name: str
    is_there: Callable[[], bool]
    debian: tuple[str, ...]
    homebrew: str


def needs_of_server(*, private_database: bool, has_uv: Callable[[], bool]) -> tuple[Need, ...]:
    """What ``up`` needs."""
    fonts = Need("Japanese fonts", has_japanese_font, ("fonts-noto-cjk",), "font-noto-sans-cjk-jp")
    # Debian and Ubuntu cut this part of Python's own library off; uv is brought with it.
    venv = Need(
        "Python's ensurepip", lambda: find_spec("ensurepip") is not None or has_uv(), ("python3-venv",), "python"
    )
    return (venv, *([_postgis()] if private_database else []), fonts)


def needs_of_tests(*, private_database: bool, has_uv: Callable[[], bool]) -> tuple[Need, ...]:
    """What ``test`` needs beyond that."""
    return (
        *needs_of_server(private_database=private_database, has_uv=has_uv),
        Need("Chromium", lambda: _is_ubuntu() or find_chromium() is not None, ("chromium",), "chromium"),
        Need("libatomic", _has_libatomic, ("libatomic1",), "gcc"),
        _program("GDAL's ogrinfo", "ogrinfo", ("gdal-bin",), "gdal"),
        Need("docker-compose", has_compose, ("docker-compose", "docker-compose-v2"), "docker-compose"),
        Need("QGIS for Python", lambda: sys.platform == "darwin" or has_qgis(), ("python3-qgis",), "qgis"),
        _program("curl", "curl", ("curl",), "curl"),
        _program("xmllint", "xmllint", ("libxml2-utils",), "libxml2"),
        _program("Redis", "redis-server", ("redis-server",), "redis"),
    )


def needs_of_bench() -> tuple[Need, ...]:
    """The programs that ``bench`` measures us against, and the one that makes the load."""
    return (
        _program("GDAL's ogr2ogr", "ogr2ogr", ("gdal-bin",), "gdal"),
        _program("osm2pgsql", "osm2pgsql", ("osm2pgsql",), "osm2pgsql"),
        _program("wrk", "wrk", ("wrk",), "wrk"),
        Need("nginx", lambda: find_nginx() is not None, ("nginx",), "nginx"),
    )


def has_japanese_font() -> bool:
    """Whether a font that Mapnik can draw 三鷹 with is installed."""
    folders = (Path(folder) for folder in FONT_FOLDERS if Path(folder).is_dir())
    return any(next(folder.rglob(pattern), None) for folder in folders for pattern in JAPANESE_FONTS)


def _has_libatomic() -> bool:
    """The Node.js inside Playwright is linked against it."""
    if sys.platform != "linux":
        return True
    try:
        ctypes.CDLL("libatomic.so.1")
    except OSError:
        return False
    return True


def has_qgis() -> bool:
    """Whether the system's own Python, for which Debian and Ubuntu build QGIS, can load it."""
    return any(Path(folder, "qgis", "core").is_dir() for folder in QGIS_FOLDERS) and Path(QGIS_PYTHON).exists()


def find_chromium() -> str | None:
    """The browser of the tests. Ubuntu's ``chromium-browser`` may be a stub that only asks for a snap."""
    for name in ("chromium", "google-chrome", "chromium-browser"):
        path = shutil.which(name)
        if path and not _is_snap_stub(Path(path)):
            return path
    return None


def find_nginx() -> str | None:
    """nginx, which Debian puts where only the administrator's path leads."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def has_compose() -> bool:
    """Whether a compose file can be checked here."""
    env = {"PATH": os.defpath + ":/usr/local/bin", "HOME": "/"}
    commands = (["docker-compose", "version"], ["docker", "compose", "version"])
    return any(shutil.which(c[0]) and output_of(Program(c, env)).returncode == 0 for c in commands)


def ensure(needs: Sequence[Need], env: Mapping[str, str], log: Path, console: Console) -> None:
    """Install what is missing, once, with the system's package manager.

    Raises:
        Failure: this machine or this user cannot; the line says what to run.
    """
    missing = [need for need in needs if not need.is_there()]
    if not missing:
        return
    names = ", ".join(need.name for need in missing)
    if sys.platform == "darwin":
        raise Failure(f"missing: {names}; run: brew install {' '.join(need.homebrew for need in missing)}")
    if not shutil.which("apt-get"):
        raise Failure(f"missing: {names}; install them with this system's package manager and start again")
    _install(missing, names, env, log, console)
    still = [need.name for need in missing if not need.is_there()]
    if still:
        raise Failure(f"installed, but still not there: {', '.join(still)} (details: {log})")


def packages_of(missing: Sequence[Need], env: Mapping[str, str]) -> list[str]:
    """Of each need the first package name that this machine's package lists know."""
    known = [[name for name in need.debian if _is_known(name, env)] for need in missing]
    return [names[0] for names in known if names]


def _install(missing: Sequence[Need], names: str, env: Mapping[str, str], log: Path, console: Console) -> None:
    as_root = _as_root(missing, env)
    apt = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300"]
    packages = packages_of(missing, env)
    if len(packages) < len(missing):
        console.step("fetching the lists of system packages")
        run(Program([*apt, "update"], env), "fetching the package lists", log, console)
        packages = packages_of(missing, env)
    if len(packages) < len(missing):
        raise Failure(f"this system offers no package for one of: {names}; install it and start again")
    console.step(f"installing system packages: {' '.join(packages)}")
    install = Program([*apt, "install", "-y", "--no-install-recommends", *packages], env)
    with _no_cluster_of_its_own(as_root, env), _no_nginx_started(packages, as_root, env):
        try:
            run(install, "installing system packages", log, console)
        except Failure:  # lists that have grown old name files that are gone
            run(Program([*apt, "update"], env), "fetching the package lists", log, console)
            run(install, "installing system packages", log, console)


def _as_root(missing: Sequence[Need], env: Mapping[str, str]) -> list[str]:
    if os_user.is_root():
        return []
    if shutil.which("sudo") and output_of(Program(["sudo", "-n", "true"], env)).returncode == 0:
        return ["sudo", "-n"]
    line = " ".join(packages_of(missing, env) or [need.debian[0] for need in missing])
    raise Failure(f"missing: {', '.join(n.name for n in missing)}; run: sudo apt-get install {line}")


@contextmanager
def _no_cluster_of_its_own(as_root: Sequence[str], env: Mapping[str, str]) -> Iterator[None]:
    """Debian's first PostgreSQL package makes and starts a cluster ``main`` on port 5432; nobody asked for one here.

    On a machine that has PostgreSQL already, its owner's settings stay untouched.
    """
    if Path("/usr/share/postgresql-common").exists():
        yield
        return
    settings = CLUSTER_SETTINGS / "machi-gis.conf"
    output_of(Program([*as_root, "mkdir", "-p", CLUSTER_SETTINGS], env))
    output_of(Program([*as_root, "tee", settings], env), given="create_main_cluster = false\n")
    try:
        yield
    finally:
        output_of(Program([*as_root, "rm", "-f", settings], env))


@contextmanager
def _no_nginx_started(packages: Sequence[str], as_root: Sequence[str], env: Mapping[str, str]) -> Iterator[None]:
    """Debian's nginx starts on port 80 as soon as it is installed, and at each boot; only its program is wanted here.

    On a machine that has a policy of its own for what is started (invoke-rc.d(8)), it stays untouched.
    """
    if "nginx" not in packages or START_POLICY.exists():
        yield
        return
    output_of(Program([*as_root, "tee", START_POLICY], env), given="#!/bin/sh\nexit 101\n")  # 101: not allowed
    output_of(Program([*as_root, "chmod", "755", START_POLICY], env))
    try:
        yield
    finally:
        output_of(Program([*as_root, "rm", "-f", START_POLICY], env))
        disable = "command -v systemctl >/dev/null && systemctl disable nginx"
        output_of(Program([*as_root, "sh", "-c", disable], env))


def _is_known(package: str, env: Mapping[str, str]) -> bool:
    answer = output_of(Program(["apt-cache", "policy", package], dict(env) | {"LC_ALL": "C"}))
    candidate = [line for line in answer.stdout.splitlines() if line.strip().startswith("Candidate:")]
    return bool(candidate) and "(none)" not in candidate[0]


def _program(name: str, program: str, debian: tuple[str, ...], homebrew: str) -> Need:
    return Need(name, lambda: shutil.which(program) is not None, debian, homebrew)


def _postgis() -> Need:
    packages = tuple(f"postgresql-{version}-postgis-3" for version in POSTGRESQL_VERSIONS)
    return Need("PostGIS", lambda: bool(postgres.installations()), packages, "postgis")


def _is_ubuntu() -> bool:
    """Ubuntu's Chromium is a snap, which no container can run; gis_server/command/browser.py brings another there."""
    release = Path("/etc/os-release")
    return release.exists() and "\nid=ubuntu\n" in "\n" + release.read_text(encoding="utf-8").lower()


def _is_snap_stub(program: Path) -> bool:
    with program.open("rb") as file:
        return b"snap" in file.read(2000) and file.tell() < 20_000
