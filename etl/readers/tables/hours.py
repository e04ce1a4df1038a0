"""Opening hours: one text out of the columns of days, beginning, end and remarks."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from etl.readers.tables.header import plain
from etl.text import is_no_amount

_DAYS = ("利用可能曜日", "診療曜日", "availabledate")
_BEGINS = ("開始時間", "利用開始時間", "診療開始時間", "starttime")
_ENDS = ("終了時間", "利用終了時間", "診療終了時間", "endtime")
_REMARKS = ("利用可能日時特記事項", "利用可能時間特記事項", "診療日時特記事項", "availabledatenote")


def hours_columns(names: Sequence[str]) -> tuple[str, str, str, str] | None:
    """The columns of days, beginning, end and remarks ("" for an absent one); None where there are only remarks."""
    by_plain = {plain(name): name for name in reversed(names) if name}
    days, begins, ends, remarks = (
        next((by_plain[name] for name in group if name in by_plain), "") for group in (_DAYS, _BEGINS, _ENDS, _REMARKS)
    )
    return (days, begins, ends, remarks) if days or begins or ends else None


def hours_text(days: str, begins: str, ends: str, remarks: str) -> str:
    """The hours as people read them.

    >>> hours_text("月火水木金", "9:00", "17:00", "祝日を除く"), hours_text("", "", "", "なし")
    ('月火水木金 9:00～17:00 祝日を除く', '')
    """
    begins, ends = ("" if is_no_amount(time) else time.strip() for time in (begins, ends))
    span = f"{begins}～{ends}" if begins or ends else ""
    parts = ("" if is_no_amount(days) else days.strip(), span, "" if is_no_amount(remarks) else remarks.strip())
    return " ".join(part for part in parts if part)


def hours_of(cells: dict[str, pa.Array], columns: tuple[str, str, str, str]) -> pa.Array:
    """The hours of all rows of a chunk."""
    count = len(next(iter(cells.values())))
    nothing = [""] * count
    groups = [cells[name].to_pylist() if name else nothing for name in columns]
    return pa.array([hours_text(*row) for row in zip(*groups, strict=True)], pa.string())
