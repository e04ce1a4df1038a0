"""Rows of one layer, gathered until there are enough of them for a batch; geometries as well-known binary."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from etl.record import RawBatch

_MOST_ROWS = 20_000
_MOST_BYTES = 32 * 1024 * 1024
_POINT, _LINE = b"\x01\x01\x00\x00\x00", b"\x01\x02\x00\x00\x00"
"""How little-endian WKB of a point and of a line begins."""


class Gathered:
    """Rows that wait: what a batch of them needs, in plain lists.

    Args:
        fields: of the layer; each row brings their values in this order.
    """

    def __init__(self, layer: str, fields: tuple[str, ...]) -> None:
        self.layer, self.fields = layer, fields
        self._clear()

    def _clear(self) -> None:
        self.places: list[str] = []
        self.ids: list[str] = []
        self.values: list[tuple[Any, ...]] = []
        self.wkb: list[bytes] = []
        self.bytes = 0

    def add(self, place: str, row_id: str, values: tuple[Any, ...], wkb: bytes) -> None:
        """One more row."""
        self.places.append(place)
        self.ids.append(row_id)
        self.values.append(values[: len(self.fields)])
        self.wkb.append(wkb)
        self.bytes += len(wkb)

    @property
    def is_full(self) -> bool:
        """Whether the rows should go on, so that memory stays bounded."""
        return len(self.ids) >= _MOST_ROWS or self.bytes >= _MOST_BYTES

    def take(self) -> RawBatch:
        """The rows as a batch; none wait afterwards."""
        columns = zip(*self.values, strict=True) if self.values else ([] for _ in self.fields)
        batch = RawBatch(
            self.layer,
            pa.array(self.places, pa.string()),
            pa.array(self.ids, pa.string()),
            {name: pa.array(column) for name, column in zip(self.fields, columns, strict=True)},
            pa.array(self.wkb, pa.binary()),
        )
        self._clear()
        return batch


def point_wkb(position: bytes) -> bytes:
    """A point; its longitude and latitude are two little-endian doubles."""
    return _POINT + position


def line_wkb(positions: bytes) -> bytes:
    """A line through positions of 16 bytes each."""
    return _LINE + (len(positions) // 16).to_bytes(4, "little") + positions
