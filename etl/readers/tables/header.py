"""The row that names the columns: found among the first rows, below whatever stands above it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from etl.readers.tables.cells import Cells, Table, is_blank
from etl.record import UnreadableFileError

HEADER_WITHIN_ROWS = 30


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a table.

    Args:
        place: line or row in which the header begins.
        names: of all columns, each once; "" where a column has none.
        above: what stands in the rows above it.
        repeated: names that stood there more than once.
        sample: the first rows below it, as wide as the header.
    """

    place: int
    names: tuple[str, ...]
    above: tuple[str, ...]
    repeated: tuple[str, ...]
    sample: tuple[Cells, ...]

    def column(self, name: str) -> list[str]:
        """The cells of the sample in one column."""
        index = self.names.index(name)
        return [cells[index] for cells in self.sample]


def plain(name: str) -> str:
    """A column's name for comparison: half-width, lower case, without blanks.

    >>> plain(" 緯 度（WGS84）"), plain("Latitude")
    ('緯度(wgs84)', 'latitude')
    """
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).lower()


def find_header(table: Table, fits: Callable[[Sequence[str]], bool]) -> Header | None:
    """The first row whose names fit; None where there is none among the first thirty.

    Raises:
        UnreadableFileError: where the header runs over two rows.
    """
    above: list[str] = []
    before: Cells = []
    for index, (place, cells) in enumerate(table.preview[:HEADER_WITHIN_ROWS]):
        names = [_cleaned(cell) for cell in cells]
        if fits(names):
            _check_single(table, place, before, names)
            unique, repeated = _unique(names)
            width = len(unique)
            below = [row for _, row in table.preview[index + 1 :] if not is_blank(row)]
            sample = tuple((row + [""] * width)[:width] for row in below)
            return Header(place, unique, tuple(above), repeated, sample)
        above += [cell.strip() for cell in cells if cell.strip()]
        before = cells
    return None


def _cleaned(cell: str) -> str:
    return re.sub(r"\s*[\r\n]+\s*", "", cell.replace("\ufeff", "")).strip()


def _check_single(table: Table, place: int, before: Cells, names: list[str]) -> None:
    """A name that stands above a blank belongs to the header: which of the two is meant, only people see."""
    if not before or is_blank(before):
        return
    gaps = [index for index, name in enumerate(names) if not name and index < len(before) and before[index].strip()]
    if len(gaps) >= 2 and any(names[index] for index in range(gaps[-1], len(names))):
        raise UnreadableFileError(
            f"the header runs over two {table.word}s, {place - 1} and {place}: put one name above each column"
        )


def _unique(names: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names without the empty ones at the end, a second one of the same name as "name (2)"."""
    while names and not names[-1]:
        names = names[:-1]
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        unique.append(f"{name} ({seen[name]})" if name and seen[name] > 1 else name)
    return tuple(unique), tuple(name for name, times in seen.items() if name and times > 1)
