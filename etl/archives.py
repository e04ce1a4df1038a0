"""ZIP archives from outside: looked through before anything is unpacked, unpacked within bounds, never into a folder
that the archive names itself. Pure but for the files."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from etl.record import UnreadableFileError

MAX_UNPACKED_BYTES = 4 * 1024**3
MAX_UNPACKED_RATIO = 200
"""A spreadsheet of empty cells packs well; what packs better than this was made to burst."""
_RATIO_COUNTS_FROM_BYTES = 100_000
MAX_MEMBERS = 10_000
MAX_NAME_CHARACTERS = 1_000
ARCHIVE_SUFFIXES = frozenset({".zip", ".kmz", ".gz", ".7z", ".rar", ".tar", ".bz2", ".xz", ".lzh"})
_CHUNK_BYTES = 1024 * 1024
_ENCRYPTED = 0x1
_UTF8 = 0x800
_DRIVE = re.compile(r"[A-Za-z]:")


def check_archive(path: Path) -> list[str]:
    """The names of the files inside a ZIP archive, as its maker wrote them.

    Raises:
        UnreadableFileError: where it is broken, encrypted, dangerous, or unpacks to far more than it is.
    """
    return list(_members(path))


def extract(path: Path, names: Iterable[str], folder: Path) -> dict[str, Path]:
    """Unpack some members of an archive, each under a name of ours, and answer where each lies.

    Args:
        names: of those that `check_archive` answers.
        folder: an empty one; the caller removes it.

    Raises:
        UnreadableFileError: as `check_archive`, or where a member is broken or longer than it says.
    """
    members = _members(path)
    places: dict[str, Path] = {}
    allowed = _allowed_bytes(path)
    with zipfile.ZipFile(path) as archive:
        for number, name in enumerate(names):
            places[name] = folder / f"member-{number}{PurePosixPath(name).suffix.lower()}"
            allowed -= _unpack(archive, members[name], places[name], allowed)
    return places


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: Path, allowed: int) -> int:
    """Bytes that were written; what the archive says of itself is not relied on."""
    written = 0
    try:
        with archive.open(member) as packed, place.open("wb") as file:
            while chunk := packed.read(_CHUNK_BYTES):
                written += len(chunk)
                if written > allowed:
                    raise UnreadableFileError("the ZIP archive unpacks to more than it says; that is refused")
                file.write(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as error:
        # zipfile says an unknown way of packing by NotImplementedError, encryption by RuntimeError.
        raise UnreadableFileError(f"broken ZIP archive: {str(error)[:200]}") from error
    return written


def _members(path: Path) -> dict[str, zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        # zipfile says a version of the format that it does not know by NotImplementedError, and a name that is no text
        # by UnicodeDecodeError, which is a ValueError.
        raise UnreadableFileError(f"broken ZIP archive: {str(error)[:200]}") from error
    if len(infos) > MAX_MEMBERS:
        raise UnreadableFileError(f"the ZIP archive has {len(infos):,} members; at most {MAX_MEMBERS:,} are read")
    unpacked = sum(info.file_size for info in infos)
    if unpacked > _allowed_bytes(path):
        raise UnreadableFileError(f"the ZIP archive would unpack to {unpacked:,} bytes; that is refused")
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = decoded_name(info)
        _check_member(info, name)
        if name in found:
            raise UnreadableFileError(f"the ZIP archive has two members called {name[:80]!r}")
        if not name.endswith("/"):
            found[name] = info
    return found


def _allowed_bytes(path: Path) -> int:
    return min(MAX_UNPACKED_BYTES, MAX_UNPACKED_RATIO * max(path.stat().st_size, _RATIO_COUNTS_FROM_BYTES))


def _check_member(info: zipfile.ZipInfo, name: str) -> None:
    shown = repr(name[:80])
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or _DRIVE.match(name) or "\x00" in name:
        raise UnreadableFileError(f"the ZIP archive has a member that points outside it: {shown}")
    if len(name) > MAX_NAME_CHARACTERS:
        raise UnreadableFileError(f"the ZIP archive has a member with a name of {len(name):,} characters")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise UnreadableFileError(f"the ZIP archive has a link among its members: {shown}")
    if info.flag_bits & _ENCRYPTED:
        raise UnreadableFileError(f"the ZIP archive is encrypted ({shown}); unpack it with its password first")


def decoded_name(info: zipfile.ZipInfo) -> str:
    """A member's name with ``/`` between folders: UTF-8 where it is marked or looks so, else CP932, as Windows writes.

    >>> decoded_name(zipfile.ZipInfo("避難所.shp".encode("cp932").decode("cp437")))
    '避難所.shp'
    """
    name = info.orig_filename
    if not info.flag_bits & _UTF8 and not name.isascii():
        raw = name.encode("cp437", errors="replace")
        for encoding in ("utf-8", "cp932"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def is_archive(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in ARCHIVE_SUFFIXES
