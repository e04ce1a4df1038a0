"""XML is looked through before GDAL sees it: well-formed, one root, no document type, no abyss of nesting."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Any
from xml.parsers import expat

from etl.readers.ogr.workspace import Workspace
from etl.record import UnreadableFileError

MAX_DEPTH = 200
"""GDAL's own readers of KML and GML go down with the nesting of elements."""

MAX_TOKEN_BYTES = 64 * 1024 * 1024
"""No text between two tags is longer: 1,000,000 positions have room in it."""

_CHUNK_BYTES = 1024 * 1024
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["'][^>]*\?>""")
_KNOWN_TO_EXPAT = {"utf-8", "utf-16", "iso8859-1", "ascii"}


def guarded(path: Path, workspace: Workspace, name: str) -> Path:
    """The file as GDAL may see it, in UTF-8 where it was in an encoding that GDAL does not read (Shift_JIS).

    Raises:
        UnreadableFileError: where it is broken, declares entities, or nests too deeply.
    """
    place = _in_utf8(path, workspace, name) or workspace.link(path, name)
    _look_through(place)
    return place


def _in_utf8(path: Path, workspace: Workspace, name: str) -> Path | None:
    with path.open("rb") as file:
        declared = _DECLARED.match(file.read(1024))
    if declared is None:
        return None
    try:
        encoding = codecs.lookup(declared[1].decode()).name
    except LookupError as error:
        raise UnreadableFileError(
            f"the XML says that its encoding is {declared[1].decode()}, which nobody knows"
        ) from error
    if encoding in _KNOWN_TO_EXPAT:
        return None
    encoding = "cp932" if encoding == "shift_jis" else encoding
    place = workspace.folder / name
    try:
        with path.open(encoding=encoding, newline="") as source, place.open("w", encoding="utf-8", newline="") as goal:
            head = source.read(1024)
            goal.write(re.sub(r"""encoding\s*=\s*["'][^"']+["']""", 'encoding="UTF-8"', head, count=1))
            while chunk := source.read(_CHUNK_BYTES):
                goal.write(chunk)
    except (UnicodeDecodeError, LookupError) as error:
        raise UnreadableFileError(f"the XML is not in the encoding that it declares ({encoding})") from error
    return place


def _look_through(path: Path) -> None:
    parser: Any = expat.ParserCreate()
    depth = 0
    last_tag = 0

    def refuse(*_: Any) -> None:
        raise UnreadableFileError("the XML declares a document type or entities; such a file is not read")

    def begin(*_: Any) -> None:
        nonlocal depth, last_tag
        depth += 1
        last_tag = parser.CurrentByteIndex
        if depth > MAX_DEPTH:
            raise UnreadableFileError(f"the XML is nested more than {MAX_DEPTH} deep; such a file is not read")

    def end(*_: Any) -> None:
        nonlocal depth, last_tag
        depth -= 1
        if parser.CurrentByteIndex - last_tag > MAX_TOKEN_BYTES:
            raise UnreadableFileError(f"the XML has a text of more than {MAX_TOKEN_BYTES // 2**20} MB in one element")
        last_tag = parser.CurrentByteIndex

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        message = expat.ErrorString(error.code)
        raise UnreadableFileError(f"broken XML at line {error.lineno}, column {error.offset + 1}: {message}") from error
