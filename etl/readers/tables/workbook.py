"""XLSX: the sheets of a workbook as tables of text cells. Formulas are never calculated, their stored values read."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException

from etl.readers.tables.cells import BATCH_ROWS, PREVIEW_ROWS, Cells, Chunk, Table, is_blank
from etl.record import Rejection, UnreadableFileError

MAX_UNPACKED_BYTES = 1024**3
MAX_UNPACKED_RATIO = 200
MAX_SHARED_BYTES = 256 * 1024 * 1024
"""Texts that cells share are held in memory."""
MAX_MEMBERS = 10_000
MAX_COLUMNS = 2_000
_HEAD_BYTES = 64 * 1024
_BROKEN = (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError, EOFError, OSError)
"""What openpyxl raises for a workbook that is none; a broken XML part is a SyntaxError."""


def is_workbook(path: Path) -> bool:
    """Whether a ZIP archive is an XLSX workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def sheets_of(path: Path) -> tuple[str, ...]:
    """Names of the sheets, in their order.

    Raises:
        UnreadableFileError: where the workbook is broken, or would burst what reads it.
    """
    _check_container(path)
    book = _load(path)
    try:
        return tuple(str(sheet.title) for sheet in book.worksheets)
    finally:
        book.close()


def open_sheet(path: Path, name: str) -> Table:
    """One sheet as a table."""
    preview: list[tuple[int, Cells]] = []
    for number, values in _rows(path, name):
        if number > PREVIEW_ROWS:
            break
        preview.append((number, [_text(value) for value in values]))
    return Table(
        kind="XLSX",
        word="row",
        preview=tuple(preview),
        chunks=lambda after: _chunks(path, name, after),
        reasons=(f"sheet {name}",),
    )


def _check_container(path: Path) -> None:
    """Refuse what unpacks to far more than it is, and parts that declare entities."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            unpacked = sum(member.file_size for member in members)
            ratio = unpacked / max(path.stat().st_size, 10_000)
            if unpacked > MAX_UNPACKED_BYTES or ratio > MAX_UNPACKED_RATIO or len(members) > MAX_MEMBERS:
                raise UnreadableFileError(f"the workbook would unpack to {unpacked:,} bytes; that is refused")
            for member in members:
                if member.filename.endswith("sharedStrings.xml") and member.file_size > MAX_SHARED_BYTES:
                    raise UnreadableFileError(f"the workbook has {member.file_size:,} bytes of text; save it as CSV")
                if member.filename.endswith((".xml", ".rels")):
                    _check_part(archive, member)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        # zipfile says an unknown way of packing by NotImplementedError, encryption by RuntimeError.
        raise UnreadableFileError(f"broken XLSX: {error}") from error


def _check_part(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    with archive.open(member) as part:
        head = part.read(_HEAD_BYTES).replace(b"\x00", b"")
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise UnreadableFileError(f"{member.filename} declares a document type or entities; that is refused")
    if member.file_size > _HEAD_BYTES and not re.search(rb"<[A-Za-z_]", head):
        raise UnreadableFileError(f"{member.filename} has no root element in its first {_HEAD_BYTES:,} bytes")


def _load(path: Path, *, values: bool = True) -> Any:
    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=values, keep_links=False)
    except _BROKEN as error:
        raise UnreadableFileError(f"broken XLSX: {str(error)[:100]}") from error


def _rows(path: Path, name: str, *, values: bool = True) -> Iterator[tuple[int, tuple[Any, ...]]]:
    book = _load(path, values=values)
    try:
        sheet = book[name]
        sheet.reset_dimensions()  # what the file says of its size is not to be relied on
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            if len(cells) > MAX_COLUMNS:
                if any(cell is not None for cell in cells[MAX_COLUMNS:]):
                    raise UnreadableFileError(f"row {number} of sheet {name} has more than {MAX_COLUMNS:,} columns")
                cells = cells[:MAX_COLUMNS]
            yield number, cells
    except _BROKEN as error:
        raise UnreadableFileError(f"broken XLSX, sheet {name}: {str(error)[:100]}") from error
    finally:
        book.close()


def _chunks(path: Path, name: str, after: int) -> Iterator[Chunk]:
    formulas = _rows(path, name, values=False) if _has_formulas(path) else None
    chunk = Chunk()
    for number, values in _rows(path, name):
        written = next(formulas, (number, ()))[1] if formulas is not None else ()
        if number <= after:
            continue
        cells = [_text(value) for value in values]
        missing = _find_uncalculated(values, written)
        if missing is not None:
            chunk.faults.append(
                Rejection(
                    f"row {number}",
                    f"cell {get_column_letter(missing + 1)}{number}",
                    str(written[missing])[:60],
                    "a formula whose value is not stored; it is not calculated here",
                    "a workbook saved by the program that calculates it, or values instead of formulas",
                )
            )
        elif not is_blank(cells):
            chunk.starts.append(number)
            chunk.rows.append(cells)
        if len(chunk.rows) >= BATCH_ROWS:
            yield chunk
            chunk = Chunk()
    yield chunk


def _has_formulas(path: Path) -> bool:
    """Whether any cell is a formula, from the bytes: reading every cell twice would be slow for nothing."""
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            if not member.startswith("xl/worksheets/"):
                continue
            tail = b""
            with archive.open(member) as sheet:
                while data := sheet.read(1024 * 1024):
                    if re.search(rb"<(?:\w+:)?f[\s/>]", tail + data):
                        return True
                    tail = data[-16:]
    return False


def _find_uncalculated(values: tuple[Any, ...], written: tuple[Any, ...]) -> int | None:
    """The first cell with a formula and no value."""
    for index, formula in enumerate(written):
        is_missing = index >= len(values) or values[index] is None
        if is_missing and formula is not None and (not isinstance(formula, str) or formula.startswith("=")):
            return index
    return None


def _text(value: Any) -> str:
    """A cell as the text that CSV would have.

    >>> [_text(value) for value in (None, 3.0, 35.68, True, datetime.datetime(2024, 1, 9), datetime.time(9, 30))]
    ['', '3', '35.68', '1', '2024-01-09', '09:30']
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return unescape(value) if "_x" in value else value
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return str(int(value)) if abs(value) < 1e15 and value == int(value) else repr(value)
    if isinstance(value, datetime.datetime):
        is_day = value.time() == datetime.time()
        return value.date().isoformat() if is_day else value.isoformat(timespec="seconds")
    if isinstance(value, datetime.time):
        return value.isoformat(timespec="minutes")
    return str(value)
