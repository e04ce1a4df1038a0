"""Arrow columns as the text that PostgreSQL's COPY reads, built column by column without a loop over rows."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import psycopg
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
    """Well-known binary, without nulls, as the hexadecimal text that PostGIS reads."""
    _, offsets, data = wkb.buffers()
    if not len(wkb) or data is None:
        return pa.array([""] * len(wkb), pa.string())
    places = np.frombuffer(offsets, np.int32, len(wkb) + 1, wkb.offset * 4)
    text = memoryview(data)[places[0] : places[-1]].hex()
    return pa.StringArray.from_buffers(
        len(wkb), pa.py_buffer((places - places[0]) * 2), pa.py_buffer(text.encode("ascii"))
    )


def _cells(column: pa.Array) -> pa.Array:
    texts = column
    if pa.types.is_string(column.type):
        for character, escape in _ESCAPES:
            if _may_hold(column, character):
                texts = pc.replace_substring(texts, character, escape)
    else:
        texts = column.cast(pa.string())
    return pc.fill_null(texts, "\\N") if texts.null_count else texts


def _may_hold(column: pa.Array, character: str) -> bool:
    """Whether a character stands anywhere in the memory of a column; much quicker than to ask each value."""
    data = column.buffers()[2]
    return data is not None and character.encode() in data.to_pybytes()


class BackgroundCopy:
    """COPY on a thread of its own: the next rows are read and checked while the server takes these in.

    One COPY at a time; nobody else may use the connection before `wait` has returned.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="copy")
        self._running: Future[None] | None = None

    def start(self, connection: psycopg.Connection[Any], statement: str, columns: Sequence[pa.Array]) -> None:
        """Begin to copy rows, once those before are in.

        Raises:
            psycopg.Error: what the server had against the rows before.
        """
        self.wait()
        self._running = self._thread.submit(_copy, connection, statement, columns)

    def wait(self) -> None:
        """Until nothing is being copied. Raises what the server had against the rows."""
        running, self._running = self._running, None
        if running is not None:
            running.result()

    def close(self) -> None:
        """Until the thread has ended, whatever came of its last rows."""
        self._thread.shutdown(wait=True)


def _copy(connection: psycopg.Connection[Any], statement: str, columns: Sequence[pa.Array]) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(copy_lines(columns))
