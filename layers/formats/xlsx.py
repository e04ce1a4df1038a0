"""The format of spreadsheets (Office Open XML); `spreadsheet` writes it."""

from __future__ import annotations

from pathlib import Path

from layers.formats.base import Export, Format
from layers.spec import Text


def write(export: Export, path: Path) -> None:
    from layers.formats import spreadsheet  # its library takes long to load: only where a spreadsheet is asked for

    spreadsheet.write(export, path)


XLSX = Format(
    name="xlsx",
    title=Text("Excel", "Excel"),
    media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    extensions=("xlsx",),
    axis_order=Text("列名で示す（WKT は経度・東が先）", "named by the columns (WKT: longitude or easting first)"),
    write=write,
    lacks=Text(
        "1,048,575件を超える地物、日時の型、17桁目の数字",
        "more than 1,048,575 features, times as a type, the 17th digit of a number",
    ),
)
