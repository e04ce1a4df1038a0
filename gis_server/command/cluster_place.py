"""Where a home's private database lies, and how its socket is reached.

The database server refuses to run as root, so root's database belongs to another user, who has to be able to enter
its folder: below a checkout in ``/root`` that user cannot. And the path of a Unix socket has about a hundred bytes.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gis_server.command.console import Console, Failure
from gis_server.command.os_user import OsUser
from gis_server.command.places import Home

# Where root's databases go whose user cannot enter the home.
SHARED_FOLDER = Path("/var/lib/machi-gis")
# sockaddr_un holds 108 bytes on Linux and 104 on macOS, the closing zero among them.
LONGEST_SOCKET_BYTES = 103
SOCKET_FILE = ".s.PGSQL.5432"


def prepare_place(home: Home, user: OsUser | None, console: Console) -> Path:
    """The folder of the home's database, made on the first start.

    Args:
        home: whose database.
        user: whom the server runs as; None means ourselves.
        console: told when the database has to lie outside the home.
    """
    link = home.root / "database"
    if not os.path.lexists(link):
        _make(link, user, console)
    place = link.resolve()
    if not place.is_dir():
        raise Failure(f"this home's database was in {place}, which is gone; bring it back or choose another --home DIR")
    if user is not None and not user.can_enter(place):
        raise Failure(f"the database in {place} cannot be entered by the user {user.name} that PostgreSQL runs as")
    return place


def remove_place(home: Home) -> None:
    """Delete a home's database for good, wherever it lies."""
    link = home.root / "database"
    place = link.resolve()
    if link.is_symlink():
        link.unlink()
    shutil.rmtree(place, ignore_errors=True)


@contextmanager
def reachable_socket(folder: Path) -> Iterator[Path]:
    """A path to the socket's folder that is short enough to connect through.

    A long one is reached through a link in a fresh folder of the temporary directory that only we can enter. A lock
    is held on that folder, so that ``systemd-tmpfiles`` leaves it alone however long the city runs.
    """
    if len(os.fsencode(folder / SOCKET_FILE)) <= LONGEST_SOCKET_BYTES:
        yield folder
        return
    short = Path(tempfile.mkdtemp(prefix="machi-gis-", dir=_short_temporary_folder()))
    handle = os.open(short, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        (short / "s").symlink_to(folder)
        yield short / "s"
    finally:
        os.close(handle)
        shutil.rmtree(short, ignore_errors=True)


def _make(link: Path, user: OsUser | None, console: Console) -> None:
    if user is None:
        link.mkdir(mode=0o700)
        return
    if user.can_enter(link.parent):
        link.mkdir(mode=0o700)
        os.chown(link, user.uid, user.gid)
        return
    SHARED_FOLDER.mkdir(mode=0o711, parents=True, exist_ok=True)
    place = SHARED_FOLDER / secrets.token_hex(8)
    place.mkdir(mode=0o700)
    os.chown(place, user.uid, user.gid)
    link.symlink_to(place)
    console.detail(f"the user {user.name} cannot enter {link.parent}: the database lies in {place}")


def _short_temporary_folder() -> str:
    temporary = tempfile.gettempdir()
    return temporary if len(os.fsencode(temporary)) < LONGEST_SOCKET_BYTES - 40 else "/tmp"  # noqa: S108 - mkdtemp is safe there
