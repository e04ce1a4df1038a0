"""A shapefile and what lies beside it: the index, the table, its encoding, its reference system."""

from __future__ import annotations

import codecs
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from etl.readers.ogr.sizes import check_shapes
from etl.readers.ogr.workspace import Workspace
from etl.record import UnreadableFileError

SIBLINGS = (".shx", ".dbf", ".prj", ".cpg")
_HEADER_BYTES = 100
_SHIFT_JIS_DRIVERS = {0x13, 0x7B}
"""Language driver ids of a DBF that mean Shift_JIS: Japan MS-DOS and Windows."""

_SAMPLE_BYTES = 4 * 1024 * 1024
_NAMES = {
    "932": "CP932",
    "SJIS": "CP932",
    "SHIFT_JIS": "CP932",
    "SHIFT-JIS": "CP932",
    "65001": "UTF-8",
    "UTF8": "UTF-8",
}


@dataclass(frozen=True, slots=True)
class Staged:
    """A shapefile in a folder of its own, the encoding of its table, and what to tell its owner."""

    place: Path
    encoding: str
    reasons: tuple[str, ...]
    notices: tuple[str, ...]


def siblings_on_disk(path: Path) -> dict[str, Path]:
    """The files that belong to a .shp, by suffix, whatever the case of their letters."""
    try:
        around = list(path.parent.iterdir())
    except OSError:
        around = []
    return {file.suffix.lower(): file for file in around if file.stem == path.stem and file.suffix.lower() in SIBLINGS}


def siblings_in_archive(name: str, places: Mapping[str, Path]) -> dict[str, Path]:
    """The unpacked members that belong to the member `name`."""
    stem = str(PurePosixPath(name).with_suffix("")).lower()
    return {
        PurePosixPath(other).suffix.lower(): place
        for other, place in places.items()
        if str(PurePosixPath(other).with_suffix("")).lower() == stem and PurePosixPath(other).suffix.lower() in SIBLINGS
    }


def staged(path: Path, siblings: Mapping[str, Path], workspace: Workspace, encoding: str, stem: str = "data") -> Staged:
    """The files under names of ours, so that GDAL sees these alone.

    Raises:
        UnreadableFileError: where the .dbf is missing, the .shp is cut off, or a shape of it is too large.
    """
    _check_length(path)
    if ".dbf" not in siblings:
        raise UnreadableFileError("the .dbf that belongs to the .shp is missing, and with it all columns")
    notices = []
    for suffix in SIBLINGS:
        if suffix in siblings:
            workspace.link(siblings[suffix], stem + suffix)
    if ".shx" not in siblings:
        _write_index(path, workspace.folder / f"{stem}.shx")
        notices.append("the .shx that belongs to the .shp is missing; it was made anew for this import")
    check_shapes(path, workspace.folder / f"{stem}.shx")
    chosen, reason = _encoding_of(siblings, encoding)
    _mend_names(workspace, stem + ".dbf", siblings[".dbf"], chosen)
    return Staged(workspace.link(path, f"{stem}.shp"), chosen, (reason,), tuple(notices))


def _check_length(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(_HEADER_BYTES)
    if len(head) < _HEADER_BYTES:
        raise UnreadableFileError("the shapefile is cut off: it has not even its whole header")
    said, there = struct.unpack(">i", head[24:28])[0] * 2, path.stat().st_size
    if there < said:
        raise UnreadableFileError(f"the shapefile is cut off: {there:,} bytes of the {said:,} that it says it has")


def _mend_names(workspace: Workspace, name: str, table: Path, encoding: str) -> None:
    """Column names end after ten bytes, often inside a character: in a copy of the table the half one is taken off."""
    with table.open("rb") as file:
        head = file.read(32)
        if len(head) < 32:
            raise UnreadableFileError("the .dbf that belongs to the .shp is cut off")
        columns = file.read(max(struct.unpack("<H", head[8:10])[0] - 32, 0))
    mended = bytearray(columns)
    is_broken = False
    for start in range(0, len(columns) - 31, 32):
        raw = columns[start : start + 11].split(b"\x00")[0]
        whole = raw.decode(encoding, errors="ignore").encode(encoding)
        is_broken |= whole != raw
        mended[start : start + 11] = whole.ljust(11, b"\x00")
    if is_broken:
        place = workspace.folder / name
        place.unlink()
        with workspace.copy(table, name).open("r+b") as file:
            file.seek(32)
            file.write(mended)


def _write_index(path: Path, place: Path) -> None:
    """The .shx of a .shp: offset and length of each record, in words of two bytes (ESRI's white paper of 1998)."""
    size = path.stat().st_size
    with path.open("rb") as shapes, place.open("wb") as index:
        head = bytearray(shapes.read(_HEADER_BYTES))
        index.write(head)
        offset = _HEADER_BYTES
        while offset + 8 <= size:
            shapes.seek(offset)
            words = struct.unpack(">ii", shapes.read(8))[1]
            if words < 2 or offset + 8 + words * 2 > size:
                raise UnreadableFileError(f"the shapefile is broken at byte {offset:,}")
            index.write(struct.pack(">ii", offset // 2, words))
            offset += 8 + words * 2
        head[24:28] = struct.pack(">i", index.tell() // 2)
        index.seek(0)
        index.write(head)


def _encoding_of(siblings: Mapping[str, Path], asked: str) -> tuple[str, str]:
    """Encoding of the table, and how it was found: what the caller says, the .cpg, the DBF itself, its bytes."""
    if asked:
        return asked, f"encoding {asked}: as asked for"
    if ".cpg" in siblings:
        said = siblings[".cpg"].read_bytes()[:60].decode("ascii", errors="ignore").strip().upper()
        name = _NAMES.get(said.removeprefix("ANSI ").removeprefix("CP"), said)
        if _is_known(name):
            return name, f"encoding {name}: the .cpg says so"
    with siblings[".dbf"].open("rb") as file:
        head = file.read(32)
        sample = file.read(_SAMPLE_BYTES)
    if len(head) < 32:
        raise UnreadableFileError("the .dbf that belongs to the .shp is cut off")
    return _by_bytes(sample, is_shift_jis=head[29] in _SHIFT_JIS_DRIVERS)


def _by_bytes(sample: bytes, *, is_shift_jis: bool) -> tuple[str, str]:
    """What the table's bytes are, for language driver ids are often wrong.

    Cells are cut at a fixed width, perhaps inside a character: so it counts which encoding breaks more seldom.
    """
    if sample.isascii():
        return "UTF-8", "encoding: the table is all ASCII"
    if is_shift_jis:
        return "CP932", "encoding CP932: the .dbf says so"
    breaks = {name: sample.decode(name, errors="replace").count("\ufffd") for name in ("utf-8", "cp932")}
    name = "UTF-8" if breaks["utf-8"] <= breaks["cp932"] else "CP932"
    return name, f"encoding {name}: found from the bytes of the .dbf"


def _is_known(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True
