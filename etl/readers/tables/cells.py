"""What a table is before anybody knows what its columns mean: rows of text cells, and where each begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from etl.record import Rejection

BATCH_ROWS = 20_000
PREVIEW_ROWS = 300
"""So many rows are looked at to find the header and what the numbers in the columns are."""

Cells = list[str]


@dataclass(slots=True)
class Chunk:
    """Rows that were read together.

    Args:
        starts: where each row begins, counted from 1.
        faults: rows that could not be read at all.
    """

    starts: list[int] = field(default_factory=list)
    rows: list[Cells] = field(default_factory=list)
    faults: list[Rejection] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a file, its first rows already read.

    Args:
        kind: "CSV", "TSV", "XLSX".
        word: what a row is called in reports: "line" of a text, "row" of a sheet.
        preview: the first rows with where they begin.
        chunks: all rows that begin after the given line or row, read as they are asked for.
        reasons: how encoding, delimiter and sheet were found.
    """

    kind: str
    word: str
    preview: tuple[tuple[int, Cells], ...]
    chunks: Callable[[int], Iterator[Chunk]]
    reasons: tuple[str, ...]


def is_blank(cells: Cells) -> bool:
    """Whether a row holds nothing but blanks.

    >>> is_blank(["", "　", ""]), is_blank(["", "0"])
    (True, False)
    """
    return not any(cell and not cell.isspace() for cell in cells)
