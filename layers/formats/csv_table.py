"""CSV (RFC 4180): UTF-8 with a byte order mark, without which spreadsheets in Japan read it as CP932."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from layers.formats import rows
from layers.formats.base import Export, Format, written_by
from layers.formats.table import geometry_columns, header, neutralised
from layers.spec import Text


def chunks(export: Export) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf" + lines([header(export)])
    columns = ["t.id", *(rows.text_sql(export.layer, field) for field in export.fields), *geometry_columns(export)]
    texts = [0, *(n for n, field in enumerate(export.fields, start=1) if rows.is_text(export.layer, field))]
    for batch in rows.batches(export, columns):
        yield lines(_safe(row, texts) for row in batch)


def lines(table: Iterable[Iterable[Any]]) -> bytes:
    """Rows as lines of CSV."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows(table)
    return buffer.getvalue().encode()


def _safe(row: tuple[Any, ...], texts: list[int]) -> list[Any]:
    """Only texts can be formulas; a number's minus sign stays what it is."""
    cells = list(row)
    for index in texts:
        cells[index] = neutralised(cells[index] or "")
    return cells


CSV = Format(
    name="csv",
    title=Text("CSV（表計算）", "CSV"),
    media_type="text/csv; charset=utf-8",
    extensions=("csv",),
    axis_order=Text("列名で示す（WKT は経度・東が先）", "named by the columns (WKT: longitude or easting first)"),
    lacks=Text("出典の表示文", "the attribution lines of the sources"),
    write=written_by(chunks),
    chunks=chunks,
)
