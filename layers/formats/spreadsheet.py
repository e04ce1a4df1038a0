"""A spreadsheet (Office Open XML): one sheet of features, one that says what they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import models
from lxml.etree import LxmlError
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.escape import escape
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from layers import reading
from layers.formats import rows
from layers.formats.base import Export, UnwritableError
from layers.formats.table import geometry_columns, header
from layers.reading import quoted
from layers.spec import Field, LayerSpec
from layers.values import column_of

MAX_ROWS = 1_048_576
MAX_CELL_CHARACTERS = 32_767


def write(export: Export, path: Path) -> None:
    parts = _geometry_parts(export)
    book = Workbook(write_only=True)
    try:
        _write(export, book, parts)
        book.save(path)
    except LxmlError as error:
        for sheet in book.worksheets:
            with suppress(LxmlError):
                sheet.close()
        raise UnwritableError(f"the spreadsheet cannot be written: {error}") from error


def _write(export: Export, book: Workbook, parts: int) -> None:
    sheet = book.create_sheet(export.layer.name)
    names = header(export)
    sheet.append(_cells(sheet, [*names, *(f"{names[-1]}_{n}" for n in range(2, parts + 1))]))
    columns = ["t.id", *(_value_sql(export.layer, field) for field in export.fields), *geometry_columns(export)]
    for batch in rows.batches(export, columns):
        for row in batch:
            sheet.append(_cells(sheet, _split(row, parts)))
    _write_about(export, book.create_sheet("出典"))


def _geometry_parts(export: Export) -> int:
    """Cells that the longest geometry needs, one after the other.

    Raises:
        UnwritableError: where a sheet has not enough rows.
    """
    lengths = "0" if export.layer.geometry_type == "Point" else f"length({geometry_columns(export)[0]})"
    total = reading.Query(f"SELECT count(*), max({lengths}) FROM ") + reading.source(export.selection)
    count, longest = next(reading.rows(total + reading.where(export.selection)))
    if count >= MAX_ROWS:
        raise UnwritableError(f"a sheet has {MAX_ROWS:,} rows; {export.layer.name} has {count:,} features")
    return -(-(longest or 1) // MAX_CELL_CHARACTERS) or 1


def _split(row: tuple[Any, ...], parts: int) -> Iterator[Any]:
    """The row with its geometry over as many cells as the sheet has for it."""
    if parts == 1:
        yield from row
        return
    yield from row[:-1]
    for start in range(0, parts * MAX_CELL_CHARACTERS, MAX_CELL_CHARACTERS):
        yield row[-1][start : start + MAX_CELL_CHARACTERS] or None


def _value_sql(layer: LayerSpec, field: Field) -> str:
    """Numbers and truth as they are; moments as text, for a cell has no time zone."""
    kinds = models.BooleanField | models.IntegerField | models.FloatField
    return f"t.{quoted(field.name)}" if isinstance(column_of(layer, field), kinds) else rows.text_sql(layer, field)


def _cells(sheet: WriteOnlyWorksheet, values: Iterable[Any]) -> list[Any]:
    return [_text_cell(sheet, value) if isinstance(value, str) else value for value in values]


def _text_cell(sheet: WriteOnlyWorksheet, text: str) -> WriteOnlyCell | None:
    """Text inside its cell: never taken for a formula, and kept in no table in memory."""
    if not text:
        return None
    cell = WriteOnlyCell(sheet)
    cell._value, cell.data_type = escape(text), "s"
    return cell


def _write_about(export: Export, sheet: WriteOnlyWorksheet) -> None:
    layer = export.layer
    sheet.append(_cells(sheet, ["machigis", layer.name, layer.title.ja, layer.description.ja]))
    sheet.append(_cells(sheet, ["licence", layer.open_data.licence]))
    for source in rows.sources(export):
        line = [source.key, source.title, source.attribution, source.licence, source.url]
        sheet.append(_cells(sheet, ["source", *line]))
