"""What a file really holds, found from its contents, and whether its name tells the truth."""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from etl.archives import check_archive
from etl.json_text import read_json
from etl.record import UnreadableFileError

HEAD_BYTES = 4096
MAX_JSON_BYTES = 256 * 1024 * 1024
"""The readers of particular data sets read JSON as a whole, up to this size."""

MAX_GLANCED_JSON_BYTES = 16 * 1024 * 1024
"""Up to this size JSON is read as a whole to find out what it is; of a larger file the beginning has to tell."""

ENCODINGS = {"utf-8-sig": "UTF-8", "cp932": "CP932 (Shift_JIS)", "utf-16": "UTF-16", "euc_jp": "EUC-JP"}

_MAGIC = (
    (b"PK\x03\x04", "ZIP archive"),
    (b"\x1f\x8b", "gzip archive"),
    (b"fgb", "FlatGeobuf"),
    (b"SQLite format 3", "SQLite (GeoPackage or MBTiles)"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    (b"PAR1", "Parquet"),
    (b"\x00\x00\x27\x0a", "Shapefile"),
    (b"\x89PNG", "PNG image"),
    (b"\xff\xd8", "JPEG image"),
    (b"%PDF", "PDF"),
)
HGT_NAME = re.compile(r"[NS]\d{2}[EW]\d{3}", re.IGNORECASE)
HGT_SIZES = {side * side * 2: side for side in (1201, 3601)}
"""Bytes of an SRTM square -> cells along its side (3 seconds of arc, 1 second)."""
_GRID_KEYS = {"ncols", "nrows", "xllcorner", "yllcorner", "xllcenter", "yllcenter", "cellsize", "nodata_value"}
_JSON = ("JSON", "JSON lines")
_BY_NAME = {
    ".geojson": _JSON,
    ".json": _JSON,
    ".geojsonl": _JSON,
    ".geojsons": _JSON,
    ".ndjson": _JSON,
    ".topojson": ("JSON",),
    ".kml": ("XML",),
    ".gml": ("XML",),
    ".gpx": ("XML",),
    ".osm": ("XML",),
    ".xml": ("XML",),
    ".pbf": ("OSM PBF",),
    ".csv": ("text",),
    ".gpkg": ("SQLite (GeoPackage or MBTiles)",),
    ".shp": ("Shapefile",),
    ".fgb": ("FlatGeobuf",),
    ".parquet": ("Parquet",),
    ".geoparquet": ("Parquet",),
    ".kmz": ("ZIP archive",),
    ".zip": ("ZIP archive",),
    ".xlsx": ("ZIP archive",),
}


@dataclass(frozen=True)
class Contents:
    """A file and what it holds: ``JSON``, ``JSON lines``, ``XML``, ``OSM PBF``, ``text``, or something else's name."""

    path: Path
    kind: str
    head: bytes

    @cached_property
    def document(self) -> Any:
        """The JSON document.

        Raises:
            UnreadableFileError: with the line and column at fault.
        """
        size = self.path.stat().st_size
        if size > MAX_JSON_BYTES:
            raise UnreadableFileError(f"{size // 2**20} MB of JSON are too many; the most is {MAX_JSON_BYTES // 2**20}")
        data = self.path.read_bytes()
        try:
            return read_json(data.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise UnreadableFileError(f"not UTF-8 at byte {error.start}{_other_encoding(data)}") from error
        except json.JSONDecodeError as error:
            where = f"line {error.lineno}, column {error.colno}"
            raise UnreadableFileError(f"broken JSON at {where}: {error.msg}") from error
        except RecursionError as error:
            raise UnreadableFileError("broken JSON: nested too deeply") from error

    @cached_property
    def is_large_json(self) -> bool:
        """Whether it is JSON that is not read as a whole only to find out what it is."""
        return self.kind == "JSON" and self.path.stat().st_size > MAX_GLANCED_JSON_BYTES

    @cached_property
    def members(self) -> tuple[str, ...]:
        """Names of the files inside a ZIP archive; none of anything else.

        Raises:
            UnreadableFileError: where the archive is broken or dangerous.
        """
        return tuple(check_archive(self.path)) if self.kind == "ZIP archive" else ()

    @cached_property
    def root(self) -> str:
        """Name of an XML file's root element, without its namespace; empty where there is none."""
        if self.kind != "XML":
            return ""
        text = self.head.decode(find_encoding(self.head) or "latin-1", errors="ignore")
        start = 0
        while (start := text.find("<", start)) >= 0:
            if text[start + 1 : start + 2] not in {"?", "!"}:
                name = text[start + 1 :].split(">")[0].split()
                return name[0].split(":")[-1] if name else ""
            start += 1
        return ""


def open_contents(path: Path) -> Contents:
    """Look into a file.

    Raises:
        UnreadableFileError: where it is absent, empty, no file at all, or not what its name says.
    """
    _check_name(path.name)
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for, a device has no end
            raise UnreadableFileError("a folder, a pipe, a socket or a device; needed is a file")
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise UnreadableFileError(f"cannot be read: {error.strerror}") from error
    if is_hgt(path, path.stat().st_size):
        return Contents(path, "HGT", head)
    if not head.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        raise UnreadableFileError("the file is empty")
    kind = kind_of(head)
    expected = _BY_NAME.get(path.suffix.lower())
    if expected and kind not in expected:
        found = f"text in {ENCODINGS[encoding]}" if kind == "text" and (encoding := find_encoding(head)) else kind
        raise UnreadableFileError(f"the name says {path.suffix} ({expected[0]}), but the file holds {found}")
    return Contents(path, kind, head)


def _check_name(name: str) -> None:
    """A name in CP932, as archives from elsewhere bring it, can be neither stored nor shown."""
    try:
        name.encode()
    except UnicodeEncodeError as error:
        likely = os.fsencode(name).decode("cp932", errors="replace")
        raise UnreadableFileError(f"the file's name is not UTF-8; rename it, perhaps to {likely}") from error


def is_hgt(path: Path, size: int) -> bool:
    """Whether a file is a square of SRTM: by its name and its size, for such a file holds nothing but heights.

    >>> is_hgt(Path("N35E138.hgt"), 3601 * 3601 * 2), is_hgt(Path("notes.hgt"), 3601 * 3601 * 2)
    (True, False)
    """
    return path.suffix.lower() == ".hgt" and bool(HGT_NAME.fullmatch(path.stem)) and size in HGT_SIZES


def is_grid(text: str) -> bool:
    """Whether a text begins as an ESRI ASCII grid.

    >>> is_grid("ncols 3\\nnrows 2\\n"), is_grid("name,lat")
    (True, False)
    """
    words = text[:200].lower().split()
    return len(words) > 3 and words[0] in _GRID_KEYS and words[2] in _GRID_KEYS


def kind_of(head: bytes) -> str:
    """The kind of contents from a file's first bytes.

    >>> kind_of(b'  {"type": 1}'), kind_of(b"\\xef\\xbb\\xbf<kml/>"), kind_of("名称".encode("cp932"))
    ('JSON', 'XML', 'text')
    """
    if head[4:6] == b"\x0a\x09" and head[6:15] == b"OSMHeader":
        return "OSM PBF"
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    encoding = find_encoding(head)
    if encoding is None:
        return "binary data of an unknown kind"
    text = head.decode(encoding, errors="ignore").lstrip()
    if text.startswith("<"):
        return "XML"
    if is_grid(text):
        return "ASCII grid"
    if _is_json_lines(text):
        return "JSON lines"
    return "JSON" if text.startswith(("{", "[")) else "text"


def _is_json_lines(text: str) -> bool:
    """Whether each line is a GeoJSON feature of its own (GeoJSONSeq, RFC 8142, with or without its separators)."""
    if text.startswith("\x1e"):
        return True
    first, end, _ = text.partition("\n")
    if not end or not first.startswith("{"):
        return False
    try:
        value = read_json(first)
    except (json.JSONDecodeError, RecursionError):
        return False
    return isinstance(value, dict) and value.get("type") == "Feature"


def find_encoding(data: bytes) -> str | None:
    """The encoding of text, of those that Japanese publishers use; None for what is no text.

    A sample may end inside a character; its last bytes are not held against it.

    >>> find_encoding("施設".encode("cp932")), find_encoding(b"\\x00\\x01\\x02")
    ('cp932', None)
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in data:
        return None
    for encoding in ("utf-8-sig", "cp932", "euc_jp"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start < len(data) - 6 or len(data) < HEAD_BYTES:
                continue
        return encoding
    return None


def _other_encoding(data: bytes) -> str:
    encoding = find_encoding(data)
    return f"; it looks like {ENCODINGS[encoding]}" if encoding in {"cp932", "utf-16"} else ""
