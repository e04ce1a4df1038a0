"""Arrow columns as the text that PostgreSQL's COPY reads, built column by column without a loop over rows."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

_ESCAPES = (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))


def copy_lines(columns: Sequence[pa.Array]) -> memoryview:
    r"""Rows in the text format of COPY: one line a row, columns parted by tabs, nothing as ``\N``.

    >>> bytes(copy_lines([pa.array(["a", None]), pa.array([1.5, 2.0])]))
    b'a\t1.5\n\\N\t2\n'
    """
    joined = pc.binary_join_element_wise(*(_cells(column) for column in columns), "\t")
    lines = pc.binary_join_element_wise(joined, pa.scalar("\n"), pa.scalar(""))
    _, offsets, data = lines.buffers()
    if data is None:
        return memoryview(b"")
    ends = memoryview(offsets).cast("i")
    return memoryview(data)[ends[lines.offset] : ends[lines.offset + len(lines)]]


def hexadecimal(wkb: pa.Array) -> pa.Array:
    """Well-known binary as the hexadecimal text that PostGIS reads."""
    return pa.array([value.hex() for value in wkb.to_pylist()], pa.string())


def _cells(column: pa.Array) -> pa.Array:
    texts = column
    if pa.types.is_string(column.type):
        for character, escape in _ESCAPES:
            if pc.any(pc.match_substring(texts, character)).as_py():
                texts = pc.replace_substring(texts, character, escape)
    else:
        texts = column.cast(pa.string())
    return pc.fill_null(texts, "\\N")
