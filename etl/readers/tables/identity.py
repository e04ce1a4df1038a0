"""Which municipality a row belongs to, and what it is called from one edition to the next."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from etl.readers.tables.header import plain
from etl.record import Repair
from etl.text import LONGEST_NOTHING, half_width_digits, is_nothing
from layers.city import check_digit, has_right_check_digit

_CODES = ("全国地方公共団体コード", "都道府県コード又は市区町村コード", "市区町村コード", "prefcode")
_IDS = ("ID", "NO", "identifier", "id", "No", "No.", "番号", "#property")
_LONGEST_ID = 60


def find_code_column(names: Sequence[str]) -> str:
    """The column of municipality codes; "" where there is none."""
    by_plain = {plain(name): name for name in reversed(names) if name}
    return next((by_plain[name] for name in _CODES if name in by_plain), "")


def find_id_column(names: Sequence[str]) -> str:
    """The column of the publisher's own numbers; "" where there is none."""
    return next((name for name in _IDS if name in names), "")


def find_code(text: str) -> str:
    """The six-digit code that a cell holds, a lost zero or check digit put back; "" where it holds none.

    >>> [find_code(text) for text in ("132047", "13204", "92011", "１３２０４７", "x")]
    ['132047', '132047', '092011', '132047', '']
    """
    digits = half_width_digits(text).strip().removesuffix(".0")
    if not (digits.isascii() and digits.isdigit()):
        return ""
    if has_right_check_digit(digits):
        return digits
    if len(digits) != 5:
        return ""
    return digits.zfill(6) if has_right_check_digit(digits.zfill(6)) else digits + check_digit(digits)


def codes_of(cells: pa.Array) -> tuple[pa.Array, list[tuple[int, str, str]]]:
    """Codes of all rows, and (index, before, after) of those that had to be put right."""
    encoded = cells.dictionary_encode()
    written = encoded.dictionary.to_pylist()
    codes = [find_code(text) for text in written]
    mended = {index for index, (text, code) in enumerate(zip(written, codes, strict=True)) if code and code != text}
    kinds = encoded.indices
    repairs = []
    if mended:
        found = [(index, kind) for index, kind in enumerate(kinds.to_pylist()) if kind in mended]
        repairs = [(index, written[kind], codes[kind]) for index, kind in found]
    return pa.array(codes, pa.string()).take(kinds), repairs


def code_repairs(places: pa.Array, repairs: list[tuple[int, str, str]]) -> Iterator[Repair]:
    for index, before, after in repairs:
        yield Repair(places[index].as_py(), "municipality code", before, after, "先頭の0または検査数字を補いました")


def ids_of(key: str, names: Sequence[str], rows: list[list[str]], id_cells: pa.Array | None) -> pa.Array:
    """Ids of all rows: the publisher's own numbers, else names for what the rows hold."""
    if id_cells is None:
        return pa.array([f"{key}-{_hash(names, row)}" for row in rows], pa.string())
    own = pc.utf8_slice_codeunits(pc.utf8_trim_whitespace(id_cells), 0, _LONGEST_ID)
    short = own.filter(pc.less_equal(pc.utf8_length(own), LONGEST_NOTHING))
    nothings = [text for text in pc.unique(short).to_pylist() if is_nothing(text)]
    ids = pc.binary_join_element_wise(key, own, "-")
    if not nothings:
        return ids
    is_named = pc.invert(pc.is_in(own, value_set=pa.array(nothings, pa.string())))
    flags = is_named.to_pylist()
    others = [None if named else f"{key}-{_hash(names, row)}" for named, row in zip(flags, rows, strict=True)]
    return pc.if_else(is_named, ids, pa.array(others, pa.string()))


def _hash(names: Sequence[str], row: list[str]) -> str:
    """Ten characters for what a row holds, whatever the order of its columns."""
    named = sorted((name, cell.strip()) for name, cell in zip(names, row, strict=True) if cell.strip())
    return hashlib.sha256(repr(named).encode()).hexdigest()[:10]
