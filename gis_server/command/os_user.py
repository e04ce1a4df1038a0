"""Users of the operating system: who we are, and whom PostgreSQL runs as, since it refuses to run as root."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from gis_server.command.console import Failure

# Debian's and Red Hat's packages bring a user for PostgreSQL; any other without rights serves as well.
UNPRIVILEGED_NAMES = ("postgres", "_postgres", "nobody")


@dataclass(frozen=True, slots=True)
class OsUser:
    """A user of this machine."""

    name: str
    uid: int
    gid: int

    def can_enter(self, folder: Path) -> bool:
        """Whether this user may pass through every folder down to this one."""
        answer = subprocess.run(  # noqa: S603
            ["/bin/sh", "-c", 'cd -P -- "$1"', "sh", os.fspath(folder)],
            user=self.uid,
            group=self.gid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            check=False,
        )
        return answer.returncode == 0


def is_root() -> bool:
    """Whether we may do anything."""
    return os.geteuid() == 0


def our_name() -> str:
    """The name under which PostgreSQL's peer authentication knows us."""
    return name_of(os.geteuid())


def name_of(uid: int) -> str:
    """A user's name, or the number where the machine has no name for it."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def find_database_user() -> OsUser | None:
    """Whom the database server runs as; None means ourselves."""
    if not is_root():
        return None
    for name in UNPRIVILEGED_NAMES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return OsUser(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise Failure("PostgreSQL refuses to run as root and there is no user to run it as; run: useradd --system postgres")
