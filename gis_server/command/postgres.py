"""PostgreSQL installations with PostGIS on this machine."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from gis_server.command.console import Failure

# Debian and Ubuntu, Red Hat, Homebrew on Apple's and on Intel's processors, from source.
FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/usr/local/pgsql/bin",
)


@dataclass(frozen=True, slots=True)
class Installation:
    """One PostgreSQL with PostGIS.

    Args:
        binaries: folder of ``postgres``, ``initdb`` and ``psql``.
        version: its major version; a database can be opened by the version that made it only.
    """

    binaries: Path
    version: int

    def program(self, name: str) -> Path:
        """One of its programs."""
        return self.binaries / name


def installations() -> list[Installation]:
    """Every PostgreSQL that has PostGIS, the newest first."""
    folders = [Path(found) for pattern in FOLDERS for found in sorted(Path("/").glob(pattern.lstrip("/")))]
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(os.path.realpath(on_path)).parent)
    found = {path.resolve(): _version_of(path) for path in folders if (path / "initdb").exists()}
    complete = [Installation(path, version) for path, version in found.items() if version and _has_postgis(path)]
    return sorted(complete, key=lambda one: one.version, reverse=True)


def choose(data: Path) -> Installation:
    """The installation for a data folder: the one that made it, or the newest for a new one.

    Raises:
        Failure: that version, or PostGIS altogether, is not installed.
    """
    available = installations()
    version_file = data / "PG_VERSION"
    if version_file.exists():
        version = int(version_file.read_text().strip())
        available = [one for one in available if one.version == version]
        if not available:
            raise Failure(
                f"this home's database was made by PostgreSQL {version}, which is not installed;"
                f" run: apt-get install postgresql-{version}-postgis-3"
            )
    if not available:
        raise Failure("PostGIS is not installed; ./gis up installs it, ./gis doctor says what is missing")
    return available[0]


def _version_of(binaries: Path) -> int | None:
    """The major version, from the folder's name or from the library folder beside it."""
    named = re.search(r"(?:postgresql[@/]|pgsql-)(\d+)", os.fspath(binaries.resolve()))
    return int(named.group(1)) if named else None


def _has_postgis(binaries: Path) -> bool:
    version = _version_of(binaries)
    prefix = binaries.parent
    shares = (
        Path(f"/usr/share/postgresql/{version}"),
        prefix / "share",
        prefix / "share" / "postgresql",
        prefix / "share" / f"postgresql@{version}",
        Path(f"/opt/homebrew/share/postgresql@{version}"),
        Path(f"/usr/local/share/postgresql@{version}"),
    )
    return any((share / "extension" / "postgis.control").exists() for share in shares)
