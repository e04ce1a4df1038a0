"""Text with delimiters: which encoding and delimiter it has, and its rows, read in bounded memory.

The bytes are looked through once before any row is read: whether they are text in the encoding all the way, and whether
they have lines at all. So a file that breaks off in its last line is refused before anything is stored.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from etl.contents import ENCODINGS, Contents
from etl.readers.tables.cells import BATCH_ROWS, PREVIEW_ROWS, Cells, Chunk, Table, is_blank
from etl.record import Rejection, UnreadableFileError

DELIMITERS = {",": "CSV", "\t": "TSV", ";": "CSV"}
PREVIEW_BYTES = 256 * 1024
MAX_LINE_CHARACTERS = 1024 * 1024
MAX_CELL_CHARACTERS = 4 * 1024 * 1024
"""A geometry of 100,000 positions as well-known text; a quotation mark that is never closed ends here."""
MAX_CHUNK_CHARACTERS = 16 * 1024 * 1024
_SCAN_BYTES = 1024 * 1024


def open_delimited(path: Path, encoding: str, delimiter: str, reasons: tuple[str, ...]) -> Table:
    """The table of a text whose encoding and delimiter are known."""
    return Table(
        kind=DELIMITERS[delimiter],
        word="line",
        preview=tuple(preview_rows(path, encoding, delimiter)),
        chunks=lambda after: _chunks(path, encoding, delimiter, after),
        reasons=reasons,
    )


def preview_rows(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, Cells]]:
    """The first rows, of those that lie in the first bytes as a whole; a broken row ends them."""
    with path.open("rb") as file:
        data = file.read(PREVIEW_BYTES)
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    text = decoder.decode(data, final=len(data) < PREVIEW_BYTES)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(data) == PREVIEW_BYTES:
        lines.pop()
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter, strict=True)
    start = 1
    try:
        for cells in reader:
            yield start, cells
            start = reader.line_num + 1
            if start > PREVIEW_ROWS:
                return
    except csv.Error:
        return


def find_text_encoding(contents: Contents, asked: str = "") -> tuple[str, str]:
    """The encoding of a text and how it was found, with every byte looked at.

    Raises:
        UnreadableFileError: where the bytes are no text in it, with the first that is none; where there are no lines.
    """
    if asked:
        try:
            info = codecs.lookup(asked)
        except LookupError as error:
            raise UnreadableFileError(f"--encoding: {asked!r} is no encoding that is known") from error
        if not info._is_text_encoding:
            raise UnreadableFileError(f"--encoding: {asked!r} is no encoding of text")
        name = "utf-8-sig" if info.name == "utf-8" else info.name
        fault = _find_fault(contents.path, name)
        if fault is not None:
            raise UnreadableFileError(f"not {asked}: {fault}")
        return name, f"encoding {asked}, as asked for"
    is_utf16 = contents.head.startswith((b"\xff\xfe", b"\xfe\xff"))
    faults = []
    for name in ("utf-16",) if is_utf16 else ("utf-8-sig", "cp932", "euc_jp"):
        fault = _find_fault(contents.path, name)
        if fault is None:
            mark = " with a byte order mark" if contents.head.startswith(codecs.BOM_UTF8) else ""
            return name, f"encoding {ENCODINGS[name]}{mark}, found from the contents"
        faults.append(fault)
    raise UnreadableFileError(f"not UTF-16: {faults[0]}" if is_utf16 else f"neither UTF-8 nor CP932: {faults[1]}")


def _find_fault(path: Path, encoding: str) -> str | None:
    """The first byte that is no text in the encoding; None where all are."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    offset = since_line_end = 0
    with path.open("rb") as file:
        while data := file.read(_SCAN_BYTES):
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(data, final=len(data) < _SCAN_BYTES)
            except UnicodeDecodeError as error:
                start = offset - pending + error.start
                return f"byte {start} is {error.object[error.start]:#04x}"
            last = max(text.rfind("\n"), text.rfind("\r"))
            since_line_end = len(text) - last - 1 if last >= 0 else since_line_end + len(text)
            offset += len(data)
            if since_line_end > MAX_LINE_CHARACTERS:
                raise UnreadableFileError(
                    f"the line that ends after byte {offset:,} is longer than {MAX_LINE_CHARACTERS:,} characters"
                )
    return None


class _Lines:
    """Lines of a text whose lines have been found short enough; counts the characters that it has handed out."""

    def __init__(self, file: TextIO) -> None:
        self.file, self.characters = file, 0

    def __iter__(self) -> Iterator[str]:
        for line in self.file:
            self.characters += len(line)
            yield line


def _chunks(path: Path, encoding: str, delimiter: str, after: int) -> Iterator[Chunk]:
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    # Every end of line becomes \n, as readers of old Macintosh files (CR) need it.
    with path.open(encoding=encoding, newline=None) as file:
        lines = _Lines(file)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        chunk, begun, end, is_over = Chunk(), 0, 0, False
        while not is_over:
            try:
                for cells in reader:
                    start, end = end + 1, reader.line_num
                    # Nearly every row has something in its first cell; only the others are looked at as a whole.
                    if start <= after or not cells or ((not cells[0] or cells[0].isspace()) and is_blank(cells)):
                        continue
                    chunk.starts.append(start)
                    chunk.rows.append(cells)
                    if len(chunk.rows) >= BATCH_ROWS or lines.characters - begun > MAX_CHUNK_CHARACTERS:
                        yield chunk
                        chunk, begun = Chunk(), lines.characters
                is_over = True
            except csv.Error as error:
                start, end = end + 1, reader.line_num
                chunk.faults.append(_fault(error, start, end))
        yield chunk


def _fault(error: csv.Error, start: int, end: int) -> Rejection:
    """A row with a quotation mark where none may be; one that is never closed breaks the file."""
    text = str(error)
    if "field larger" in text or "end of data" in text:
        raise UnreadableFileError(
            f'line {start}: a quotation mark (") is opened and never closed, or a cell is longer than'
            f" {MAX_CELL_CHARACTERS:,} characters"
        ) from error
    span = f"line {start}" if end <= start else f"line {start} to {end}"
    return Rejection(
        span, "line", "", 'a quotation mark (") stands where none may be', 'quotation marks in a cell doubled ("")'
    )
