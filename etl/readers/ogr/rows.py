"""Rows of a part in batches: geometries as WKB in longitude and latitude, ids that stay the same, columns by name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError

from etl.mapping import column_names
from etl.readers.ogr.feature_ids import FEATURE_ID
from etl.readers.ogr.parquet import parquet_batches, plain_batch
from etl.readers.ogr.parts import Part, gdal_message
from etl.readers.ogr.reference import Reference
from etl.readers.ogr.target import Choice
from etl.record import Item, Notice, RawBatch, Rejection, UnreadableFileError
from etl.text import plain_text
from layers.city import check_digit, has_right_check_digit

MAX_POSITIONS = 1_000_000
"""Positions of one imported feature; the largest known in a city's open data (a flood zone of 焼津市) has 49,603."""

_FAULTS = (DataSourceError, DataLayerError, FeatureError, GeometryError, RuntimeError, OSError, pa.ArrowException)
BATCH_ROWS = 20_000
_BATCH_BYTES = 32 * 1024 * 1024
_CURVES = ("Curve", "Circular", "Compound", "Surface")
CODES = ("全国地方公共団体コード", "都道府県コード又は市区町村コード", "N03_007")

Strings = pa.Array


@dataclass(frozen=True, slots=True)
class Rows:
    """How the rows of a part are read: into which layer, from which reference system, under which ids.

    Args:
        key: of the source; the beginning of each id.
        id_column: the publisher's own number of a row; empty means that its contents name it.
    """

    choice: Choice
    reference: Reference
    key: str
    id_column: str

    def __iter__(self) -> Iterator[Item]:
        first, dropped = 1, False
        for table, wkb in batches_of(self.choice.part):
            shapes = shapely.from_wkb(np.array(wkb.to_pylist(), dtype=object), on_invalid="ignore")
            if not dropped and bool(shapely.has_z(shapes).any() or shapely.has_m(shapes).any()):
                dropped = True
                yield Notice("file", "heights (Z) or measures (M) of the positions are left out")
            yield from self._batch(first, table, wkb, shapes)
            first += len(wkb)

    def _batch(self, first: int, table: pa.RecordBatch, wkb: pa.Array, shapes: Any) -> Iterator[Item]:
        faults = _faults(shapes, wkb)
        usable = np.array([fault is None for fault in faults])
        moved = in_degrees(np.where(usable, shapes, None), self.reference)
        for index in np.flatnonzero(usable & ~_is_finite(moved) & ~shapely.is_missing(moved)).tolist():
            faults[index] = "a position is not finite, or lies outside what its reference system can express"
            usable[index] = False
        for index in np.flatnonzero(~usable).tolist():
            yield Rejection(f"row {first + index}", "geometry", "", str(faults[index]))
        chosen = pa.array(np.flatnonzero(usable))
        if len(chosen) == 0:
            return
        places = pa.array([f"row {first + index}" for index in chosen.to_pylist()])
        names = _batch_names(self.choice)
        columns = {name: _plain_column(table, column).take(chosen) for column, name in names.items()}
        yield RawBatch(
            self.choice.layer.name,
            places,
            self._ids(table, wkb).take(chosen),
            columns,
            pa.array(shapely.to_wkb(moved[usable]), pa.binary()),
            _city_codes(table, chosen),
        )

    def _ids(self, table: pa.RecordBatch, wkb: pa.Array) -> Strings:
        own = pc.cast(table.column(self.id_column), pa.string()) if self.id_column else hashes(table, wkb)
        return pc.binary_join_element_wise(self.key, own, "-")


def batches_of(part: Part, most: int = BATCH_ROWS) -> Iterator[tuple[pa.RecordBatch, pa.Array]]:
    """Columns and geometries (WKB in the file's own system), so few at a time that memory stays bounded.

    Raises:
        UnreadableFileError: where the file breaks off.
    """
    size = max(100, min(most, _BATCH_BYTES * max(part.row_count, 1) // max(part.bytes, 1)))
    if part.is_parquet:
        yield from parquet_batches(part, size)
        return
    try:
        # Lines of GML may be curves without its saying so; a large file would be read anew for each batch.
        may_curve = part.format == "GML" and "Line" in part.geometry_type and part.row_count <= BATCH_ROWS
        if may_curve or any(word in part.geometry_type for word in _CURVES):
            yield from _straightened(part, size)
        else:
            yield from _streamed(part, size)
    except _FAULTS as e:
        raise UnreadableFileError(f"broken {part.format}: {gdal_message(e, part.place)}") from e


def _streamed(part: Part, size: int) -> Iterator[tuple[pa.RecordBatch, pa.Array]]:
    with pyogrio.open_arrow(
        part.place,
        layer=part.layer,
        encoding=part.encoding or None,
        batch_size=size,
        datetime_as_string=True,
        return_fids=part.own_id == FEATURE_ID,
        **part.options,
    ) as (meta, stream):
        shape = meta["geometry_name"] or "wkb_geometry"
        for batch in pa.RecordBatchReader.from_stream(stream):
            names = [name for name in batch.schema.names if name in part.columns]
            wkb = batch.column(shape) if shape in batch.schema.names else pa.nulls(len(batch), pa.binary())
            table = plain_batch(batch.select(names))
            if part.own_id == FEATURE_ID:
                table = table.append_column(FEATURE_ID, pc.cast(batch.column(meta["fid_column"]), pa.string()))
            yield table, wkb


def _straightened(part: Part, size: int) -> Iterator[tuple[pa.RecordBatch, pa.Array]]:
    """Curves as lines of short pieces, which the Arrow stream does not make of them."""
    for start in range(0, part.row_count, size):
        meta, _, shapes, values = pyogrio.raw.read(
            part.place,
            layer=part.layer,
            encoding=part.encoding or None,
            skip_features=start,
            max_features=size,
            datetime_as_string=True,
            **part.options,
        )
        columns = [pa.array(column, from_pandas=True) for column in values]
        yield pa.RecordBatch.from_arrays(columns, list(meta["fields"])), pa.array(shapes, pa.binary())


def first_rows(part: Part) -> tuple[pa.RecordBatch, pa.Array]:
    """Columns and geometries of the first thousand rows, fewer where they are large."""
    for table, wkb in batches_of(part, 1_000):
        return table, wkb
    return pa.RecordBatch.from_pydict({}), pa.array([], pa.binary())


def middles(wkb: pa.Array) -> Any:
    """The middle of each geometry, (n, 2), in the file's own system; NaN where there is none."""
    west, south, east, north = shapely.bounds(
        shapely.from_wkb(np.array(wkb.to_pylist(), dtype=object), on_invalid="ignore")
    ).T
    return np.column_stack([(west + east) / 2, (south + north) / 2])


def in_degrees(shapes: Any, reference: Reference) -> Any:
    """The geometries in two dimensions, x = longitude, y = latitude, degrees."""
    flat = shapely.force_2d(shapes)
    if reference.srid in {4326, 6668} and not reference.swaps:
        return flat
    return shapely.transform(flat, reference.lon_lat)


def _faults(shapes: Any, wkb: pa.Array) -> list[str | None]:
    faults: list[str | None] = [None] * len(shapes)
    for index in np.flatnonzero(shapely.is_missing(shapes)).tolist():
        faults[index] = "a geometry that cannot be read" if wkb[index].is_valid else "the row has no geometry"
    for index in np.flatnonzero(shapely.get_num_coordinates(shapes) > MAX_POSITIONS).tolist():
        count = shapely.get_num_coordinates(shapes[index])
        faults[index] = f"the geometry has {count:,} positions; at most {MAX_POSITIONS:,} are read"
    return faults


def _is_finite(shapes: Any) -> Any:
    """Which geometries have none but finite coordinates; an empty one is for validation to judge."""
    counts = shapely.get_num_coordinates(shapes)
    bad = ~np.isfinite(shapely.get_coordinates(shapes)).all(axis=1)
    result = np.ones(len(counts), dtype=bool)
    result[np.repeat(np.arange(len(counts)), counts)[bad]] = False
    return result


def _batch_names(choice: Choice) -> dict[str, str]:
    """Columns that are read -> their names in the batch: the publisher's, where the layer's declaration knows it."""
    known = column_names(choice.layer)
    return {column: column if known.get(column) == field else field for column, field in choice.names.items()}


def _plain_column(table: pa.RecordBatch, name: str) -> pa.Array:
    """A column; HTML in the descriptions of KML becomes plain text."""
    column = table.column(name)
    if name == "description" and pa.types.is_string(column.type) and pc.any(pc.match_substring(column, "<")).as_py():
        return pa.array([None if text is None else plain_text(text) for text in column.to_pylist()], pa.string())
    return column


def hashes(table: pa.RecordBatch, wkb: pa.Array) -> Strings:
    """Sixteen characters for each row that stand for its columns and its geometry, whatever its place in the file."""
    texts = [_as_text(table.column(name)) for name in sorted(table.schema.names)]
    rows = [b""] * len(wkb)
    if texts:
        whole = pc.binary_join_element_wise(*texts, "\x1f", null_handling="replace", null_replacement="\x00")
        rows = pc.cast(whole, pa.binary()).to_pylist()
    pairs = zip(rows, wkb.to_pylist(), strict=True)
    return pa.array([hashlib.blake2b(row + (shape or b""), digest_size=8).hexdigest() for row, shape in pairs])


def _as_text(column: pa.Array) -> Strings:
    try:
        return pc.cast(column, pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        # Arrow's words for a type, or a value, that has no text; Python has one for each.
        return pa.array([repr(value) for value in column.to_pylist()], pa.string())


def _city_codes(table: pa.RecordBatch, chosen: pa.Array) -> Strings | None:
    name = next((name for name in CODES if name in table.schema.names), None)
    if name is None:
        return None
    texts = pc.cast(table.column(name), pa.string()).take(chosen).to_pylist()
    codes: Mapping[Any, str] = {text: full_code(text) for text in set(texts)}
    return pa.array([codes[text] for text in texts], pa.string())


def full_code(text: str | None) -> str:
    """A municipality code of six digits, a lost zero or check digit put back; empty where it is none.

    >>> full_code("13204"), full_code("92011"), full_code("x")
    ('132047', '092011', '')
    """
    digits = (text or "").strip()
    if not (digits.isascii() and digits.isdigit()):
        return ""
    if len(digits) == 5 and not has_right_check_digit(digits.zfill(6)):
        digits += check_digit(digits)
    digits = digits.zfill(6)
    return digits if has_right_check_digit(digits) else ""
