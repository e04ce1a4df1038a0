"""The fast road of validation: whole columns at once, for values that need nothing done to them.

A row of which any value is not plainly right goes the careful road, row by row; so both roads give the same answers,
and a million rows are quick as long as most of them are in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from etl.converting import REQUIRED, Column, Unfit
from etl.record import Checked, CheckedBatch, RawBatch, RawRow, Record
from etl.text import LONGEST_NOTHING, is_nothing
from layers import registry
from layers.city import has_right_check_digit

Flags = np.ndarray[Any, np.dtype[np.bool_]]
CheckRow = Callable[[RawRow, Mapping[str, Column]], Iterator[Checked]]

_SAMPLE = 1_024
FEW = 64
"""So few different values are converted one by one and handed out, whatever their type."""
_MAX_ID_LENGTH = 120
_POINT_BYTES = 21
"""Well-known binary of this length is a point in two dimensions, and nothing else; such shapes go on as they came."""
_MAKE_MULTI = {
    "MultiPoint": (shapely.GeometryType.POINT, shapely.multipoints),
    "MultiLineString": (shapely.GeometryType.LINESTRING, shapely.multilinestrings),
    "MultiPolygon": (shapely.GeometryType.POLYGON, shapely.multipolygons),
}


def checked_batch(batch: RawBatch, columns: Mapping[str, Column], check_row: CheckRow) -> Iterator[Checked]:
    """The rows of a batch as one `CheckedBatch` in their order, after repairs and rejections of some."""
    is_plain = _plain_identity(batch)
    values: dict[str, pa.Array] = {}
    for name, array in batch.columns.items():
        column = columns.get(name)
        if column is not None:
            is_fit, values[column.field] = _convert(_flat(array), column)
            is_plain &= is_fit
    shapes, is_sound = _plain_shapes(batch)
    is_plain &= is_sound
    records: list[tuple[int, Record]] = []
    for index in np.flatnonzero(~is_plain).tolist():
        for item in check_row(next(batch.rows([index])), columns):
            if isinstance(item, Record):
                records.append((index, item))
            else:
                yield item
    yield _assembled(batch, values, shapes, np.flatnonzero(is_plain), records)


def _plain_identity(batch: RawBatch) -> Flags:
    ids = _flat(batch.ids)
    length = pc.fill_null(pc.utf8_length(ids), 0)
    is_plain = _flags(pc.and_(pc.greater(length, 0), pc.less_equal(length, _MAX_ID_LENGTH)))
    is_plain &= ~_flags(pc.match_substring(ids, "\x00"))
    if batch.city_codes is not None:
        codes = pc.fill_null(_flat(batch.city_codes), "")
        wrong = [code for code in codes.unique().to_pylist() if code and not has_right_check_digit(code)]
        if wrong:
            is_plain &= ~_flags(pc.is_in(codes, value_set=pa.array(wrong)))
    return is_plain


def _convert(array: pa.Array, column: Column) -> tuple[Flags, pa.Array]:
    """Which values are plainly right, and what they become; what the others become does not matter."""
    if pa.types.is_nested(array.type):
        return np.zeros(len(array), dtype=bool), pa.nulls(len(array), column.arrow)
    quick = _quick_road(array, column)
    if quick is not None and _has_many(array):
        return quick(array, column)
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    if quick is None or len(encoded.dictionary) <= max(FEW, len(array) // 8):
        return _convert_each(encoded, column)
    return quick(array, column)


def _quick_road(array: pa.Array, column: Column) -> Callable[[pa.Array, Column], tuple[Flags, pa.Array]] | None:
    """How to convert many different values at once; None where only one by one will do."""
    if column.is_text and pa.types.is_string(array.type):
        return _plain_texts
    if not column.codes and column.arrow == pa.float64() and _is_numeric_or_text(array.type):
        return _plain_numbers
    return None


def _has_many(array: pa.Array) -> bool:
    """Whether the first values already differ so much that it is not worth while to count all."""
    return len(array) > _SAMPLE and pc.count_distinct(array.slice(0, _SAMPLE)).as_py() > max(FEW, _SAMPLE // 4)


def _is_numeric_or_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind)


def _convert_each(encoded: pa.DictionaryArray, column: Column) -> tuple[Flags, pa.Array]:
    """Each different value once, by the very function of the careful road."""
    fit, converted = [], []
    for raw in [*encoded.dictionary.to_pylist(), None]:
        try:
            value = column.convert(raw)
        except Unfit:
            fit.append(False)
            converted.append(None)
            continue
        fit.append(column.find_repair(raw, value) is None)
        converted.append(value)
    indices = pc.fill_null(encoded.indices, len(encoded.dictionary)).to_numpy(zero_copy_only=False)
    return np.array(fit)[indices], pa.array(converted, column.arrow).take(pa.array(indices))


def _plain_texts(array: pa.Array, column: Column) -> tuple[Flags, pa.Array]:
    length = pc.utf8_length(array)
    is_empty = pc.fill_null(pc.equal(length, 0), True)
    is_plain = pc.and_(
        pc.equal(array, pc.utf8_trim_whitespace(array)), pc.invert(pc.match_substring_regex(array, r"[\x00-\x1f\x7f]"))
    )
    if column.longest is not None:
        is_plain = pc.and_(is_plain, pc.less_equal(length, column.longest))
    short = array.filter(pc.less_equal(length, LONGEST_NOTHING)).unique().to_pylist()
    nothings = [text for text in short if is_nothing(text)]
    if nothings:
        is_plain = pc.and_(is_plain, pc.invert(pc.is_in(array, value_set=pa.array(nothings, pa.string()))))
    if column.codes:
        is_plain = pc.and_(is_plain, pc.is_in(array, value_set=pa.array(list(column.codes), pa.string())))
    if column.nothing is not REQUIRED:
        array = pc.if_else(is_empty, pa.scalar(column.nothing, pa.string()), array)
        is_plain = pc.or_(pc.fill_null(is_plain, False), is_empty)
    return _flags(is_plain), array


def _plain_numbers(array: pa.Array, column: Column) -> tuple[Flags, pa.Array]:
    if pa.types.is_string(array.type):
        is_number = pc.fill_null(pc.match_substring_regex(array, r"^-?[0-9]+(\.[0-9]+)?$"), False)
        numbers = pc.if_else(is_number, array, None).cast(pa.float64())
    else:
        numbers = array.cast(pa.float64(), safe=False)  # beyond 2**53 the nearest, as Python's float
    is_number = pc.fill_null(pc.is_finite(numbers), False)
    return _flags(is_number if column.nothing is REQUIRED else pc.or_(is_number, pc.is_null(array))), numbers


def _plain_shapes(batch: RawBatch) -> tuple[Any, Flags]:
    """The shapes, and which of them the layer can take as they are."""
    kind = registry.get(batch.layer).geometry_type
    shapes = shapely.from_wkb(_flat(batch.wkb).to_numpy(zero_copy_only=False), on_invalid="ignore")
    if kind in _MAKE_MULTI:
        single, make = _MAKE_MULTI[kind]
        (parts,) = np.nonzero(shapely.get_type_id(shapes) == single.value)
        if len(parts):
            shapes[parts] = make(shapes[parts], indices=np.arange(len(parts)))
    is_sound = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes) | shapely.has_z(shapes))
    if kind != "Geometry":
        is_sound &= shapely.get_type_id(shapes) == shapely.GeometryType[kind.upper()].value
    west, south, east, north = shapely.bounds(shapes).T
    # Comparisons with NaN are false, as they should be here.
    is_sound &= (west >= -180) & (east <= 180) & (south >= -90) & (north <= 90)
    if kind != "Point":
        is_sound[is_sound] = shapely.is_valid(shapes[is_sound])
    return shapes, is_sound


def _assembled(
    batch: RawBatch,
    values: Mapping[str, pa.Array],
    shapes: Any,
    plain: np.ndarray[Any, np.dtype[np.int64]],
    records: list[tuple[int, Record]],
) -> CheckedBatch:
    """Plain rows and repaired ones together, in the order of the file."""
    order = np.argsort(np.concatenate([plain, [index for index, _ in records]]), kind="stable")
    repaired = [record for _, record in records]
    taken = pa.array(plain)

    def joined(array: pa.Array, others: list[Any]) -> pa.Array:
        own = _flat(array).take(taken)
        return pa.concat_arrays([own, pa.array(others, own.type)]).take(pa.array(order)) if repaired else own

    nothing = pa.array([""] * len(batch), pa.string())
    is_as_written = pc.all(pc.equal(pc.binary_length(batch.wkb), _POINT_BYTES)).as_py()
    wkb = _flat(batch.wkb).take(taken) if is_as_written else pa.array(shapely.to_wkb(shapes[plain]), pa.binary())
    if repaired:
        wkb = pa.concat_arrays([wkb, pa.array([r.wkb for r in repaired], pa.binary())]).take(pa.array(order))
    return CheckedBatch(
        batch.layer,
        joined(batch.places, [record.place for record in repaired]),
        joined(batch.ids, [record.id for record in repaired]),
        joined(nothing if batch.city_codes is None else batch.city_codes, [record.city_code for record in repaired]),
        {name: joined(array, [record.values.get(name) for record in repaired]) for name, array in values.items()},
        wkb,
    )


def _flat(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _flags(array: pa.Array) -> Flags:
    return np.array(pc.fill_null(array, False).to_numpy(zero_copy_only=False), dtype=bool)
