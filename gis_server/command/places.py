"""Where things lie: the checkout with its environment, and the home with everything that a city creates."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from gis_server.command import os_user
from gis_server.command.console import Failure

MEGABYTE = 1024 * 1024
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
LEAST_FREE_BYTES = 300 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Checkout:
    """The folder of the source: what is installed into it belongs to it, not to a home."""

    root: Path

    @property
    def venv(self) -> Path:
        """The locked Python environment."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The Python of the locked environment."""
        return self.venv / "bin" / "python"

    @property
    def cache(self) -> Path:
        """Downloads of package managers, where the user's own cache cannot be used."""
        return self.root / "var" / "cache"

    @property
    def tools(self) -> Path:
        """Tools that only the set-up needs: uv, and Node where the system has none."""
        return self.root / "var" / "tools"

    @property
    def setup_log(self) -> Path:
        """What the package managers said."""
        return self.root / "var" / "setup.log"


@dataclass(frozen=True, slots=True)
class Home:
    """A city's folder: database, tiles, uploads, logs, secrets."""

    root: Path

    @property
    def logs(self) -> Path:
        """One file per program."""
        return self.root / "logs"

    @property
    def static(self) -> Path:
        """Collected styles and scripts."""
        return self.root / "static"

    def log(self, name: str) -> Path:
        """A log file, begun anew (the old one kept beside it) when it has grown past ten megabytes."""
        path = self.logs / f"{name}.log"
        if path.exists() and path.stat().st_size > 10 * MEGABYTE:
            path.replace(path.with_suffix(".log.1"))
        return path


def claim(root: Path) -> Home:
    """The home, made if it is not there yet, once it is sure that it is ours and that there is room in it.

    Raises:
        Failure: it belongs to somebody else, cannot be written, or its disk is full.
    """
    home = Home(root.absolute())
    try:
        # Through root's home the database's user has to pass; nobody but us reads it.
        home.root.mkdir(parents=True, exist_ok=True, mode=0o711 if os_user.is_root() else 0o700)
        _check_owner(home.root)
        check_room(home.root)
        home.logs.mkdir(exist_ok=True, mode=0o700)
    except (NotADirectoryError, FileExistsError) as error:
        raise Failure(f"the home {root} is not a folder; choose another with --home DIR") from error
    except OSError as error:
        raise Failure(f"cannot write to the home {root}: {error.strerror}; choose another with --home DIR") from error
    return home


def check_room(folder: Path) -> None:
    """Say early that a disk is full: a database that finds out itself stops in the middle of its work."""
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise Failure(
            f"the disk of {folder} is full: {free // MEGABYTE} MB left, {LEAST_FREE_BYTES // MEGABYTE} MB needed"
        )


def _check_owner(folder: Path) -> None:
    owner = folder.stat().st_uid
    if owner != os.geteuid():
        raise Failure(
            f"the home {folder} belongs to {os_user.name_of(owner)}, not to {os_user.our_name()};"
            " choose another with --home DIR"
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Failure(f"the home {folder} cannot be written to; choose another with --home DIR")


def build_tool_environment(surroundings: Mapping[str, str], checkout: Checkout) -> dict[str, str]:
    """What every program we start finds around it. A user without a usable home folder gets caches in the checkout."""
    env = {name: value for name, value in surroundings.items() if not name.startswith("PYTHON")}
    env["PYTHONPATH"] = os.fspath(checkout.root)
    env["PYTHONUNBUFFERED"] = "1"
    env["PYTHONUTF8"] = "1"
    if SYSTEM_CERTIFICATES.exists():  # where an office's proxy signs for the world, only the system knows its name
        env = {"UV_SYSTEM_CERTS": "1", "NODE_EXTRA_CA_CERTS": os.fspath(SYSTEM_CERTIFICATES)} | env
    home = surroundings.get("HOME", "")
    if not home or not os.access(home, os.W_OK | os.X_OK):
        env["HOME"] = os.fspath(checkout.cache / "home")
        for name in ("UV_CACHE_DIR", "PIP_CACHE_DIR", "NPM_CONFIG_CACHE", "XDG_CACHE_HOME"):
            env[name] = os.fspath(checkout.cache / name.split("_")[0].lower())
    return env


def build_server_environment(tools: Mapping[str, str], home: Home, database_url: str, city: str) -> dict[str, str]:
    """What Django and everything around it is told: gis_server/environment.py reads it."""
    env = dict(tools) | {
        "GIS_HOME": os.fspath(home.root),
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "gis_server.settings",
    }
    if city:
        env["GIS_CITY"] = city
    return env


def build_socket_url(folder: Path, role: str, database: str) -> str:
    """The libpq address of a database behind a Unix socket.

    >>> build_socket_url(Path("/var/三鷹 市"), "machigis", "machigis")
    'postgresql://machigis@/machigis?host=/var/%E4%B8%89%E9%B7%B9%20%E5%B8%82'
    """
    return f"postgresql://{role}@/{database}?host={quote(os.fspath(folder))}"
