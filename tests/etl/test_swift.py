"""Whole columns at once give the same answers as row by row."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from unittest import mock

import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from etl import swift
from etl.record import Checked, CheckedBatch, RawBatch, Record
from etl.validation import checked
from layers.copying import copy_lines

WORDS = ["", "なし", "　図書館　", "a\tb", "NULL", "ー", "library", "other", "flood", "有", "長" * 301]
NUMBERS = ["1", "１２", "12.5", "-2", "1e3", "nan", "٣", "9" * 400]
TEXTS = st.one_of(st.sampled_from(WORDS + NUMBERS), st.text(max_size=12), st.none())
IDS = st.one_of(st.none(), st.sampled_from(["", "a", "b", "x" * 121, "\x00"]), st.text(max_size=5))
BOWTIE = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
SHAPES = st.one_of(
    st.none(),
    st.tuples(st.floats(-200, 200) | st.just(float("nan")), st.floats(-100, 100)).map(lambda p: shapely.Point(p).wkb),
    st.sampled_from([shapely.LineString([(0, 0), (1, 1)]).wkb, b"\x01\x02", shapely.Point(1, 2, 3).wkb]),
    st.sampled_from(
        [shape.wkb for shape in (BOWTIE, shapely.box(0, 0, 1, 1), shapely.MultiPolygon([BOWTIE]), shapely.Polygon())]
    ),
)
ODD = [IDS, TEXTS, TEXTS, TEXTS, TEXTS, SHAPES]
GOOD = {
    "facilities": ("a", "図書館", "library", "1", "", shapely.Point(1, 2).wkb),
    "hazard-zones": ("a", "区域", "flood", "0.5", "0.5m未満", shapely.box(0, 0, 1, 1).wkb),
}
CHANGES = st.lists(
    st.lists(st.sampled_from(range(6)).flatmap(lambda n: st.tuples(st.just(n), ODD[n])), max_size=2), max_size=30
)
"""For each row, what of it is odd: one value or two, so that the others do not hide it."""
COLUMNS = {
    "facilities": ("name", "category", "wheelchair_accessible", "remarks"),
    "hazard-zones": ("name", "hazard", "depth_min_m", "最大浸水深"),
}


def changed(row: tuple, change: list[tuple]) -> tuple:
    values = list(row)
    for index, value in change:
        values[index] = value
    return tuple(values)


def batch_of(layer: str, rows: list[tuple]) -> RawBatch:
    names = pa.array([f"row {number}" for number in range(len(rows))], pa.string())
    columns = {name: pa.array([row[n] for row in rows], pa.string()) for n, name in enumerate(COLUMNS[layer], start=1)}
    wkb = pa.array([row[5] for row in rows], pa.binary())
    return RawBatch(layer, names, pa.array([row[0] for row in rows], pa.string()), columns, wkb)


def records_of(items: Iterable[Checked]) -> list[Record]:
    found: list[Record] = []
    for item in items:
        if isinstance(item, Record):
            found.append(item)
        elif isinstance(item, CheckedBatch):
            for n in range(len(item)):
                values = {name: array[n].as_py() for name, array in item.columns.items()}
                parts = (item.places[n].as_py(), item.layer, item.ids[n].as_py(), item.city_codes[n].as_py())
                found.append(Record(*parts, values, item.wkb[n].as_py()))
    return found


@pytest.mark.parametrize("few", [0, 64], ids=["by-columns", "by-different-values"])
@pytest.mark.parametrize("layer", COLUMNS)
@settings(max_examples=100, deadline=None)
@given(changes=CHANGES)
def test_a_batch_gives_the_records_repairs_and_rejections_of_its_rows(layer, few, changes):
    batch = batch_of(layer, [changed(GOOD[layer], change) for change in changes])
    with mock.patch.object(swift, "FEW", few):
        quick = list(checked([batch]))
    careful = list(checked(batch.rows()))
    assert records_of(quick) == records_of(careful)
    findings = [item for item in careful if not isinstance(item, Record)]
    assert repr([item for item in quick if not isinstance(item, CheckedBatch)]) == repr(findings)


@pytest.mark.parametrize(
    ("array", "texts"),
    [
        (pa.array(["改行\nと\tタブ", "\\N", None, "\r"]), ["改行\\nと\\tタブ", "\\\\N", "\\N", "\\r"]),
        (pa.array([True, False, None]), ["true", "false", "\\N"]),
        (pa.array([0.1, 1e-7, -35.689487, None]), ["0.1", "1e-7", "-35.689487", "\\N"]),
        (pa.array([1, -5, None]), ["1", "-5", "\\N"]),
        (
            pa.array([datetime.datetime(2024, 1, 1, 7, 10, tzinfo=datetime.UTC)], pa.timestamp("us", tz="UTC")),
            ["2024-01-01 07:10:00.000000Z"],
        ),
    ],
    ids=["text", "boolean", "float", "integer", "moment"],
)
def test_columns_become_the_text_that_copy_reads(array, texts):
    assert bytes(copy_lines([array])).decode() == "".join(f"{text}\n" for text in texts)


def test_a_slice_becomes_its_own_rows_only():
    array = pa.array(["a", "b", "c", "d"]).slice(1, 2)
    assert bytes(copy_lines([array, array])) == b"b\tb\nc\tc\n"


def test_no_rows_become_no_text():
    assert bytes(copy_lines([pa.array([], pa.string())])) == b""


def test_numbers_beyond_the_exact_are_the_nearest_and_beyond_all_bounds_are_none():
    rows = [(str(n), "区域", "flood", None, "", shapely.box(0, 0, 1, 1).wkb) for n in range(3)]
    with mock.patch.object(swift, "FEW", 0):
        for depths in (pa.array([2**53 + 1, -(2**63), 1]), pa.array(["9" * 400, "1", "2"])):
            batch = batch_of("hazard-zones", rows)
            batch.columns["depth_min_m"] = depths
            kept = [record.values["depth_min_m"] for record in records_of(checked([batch]))]
            assert kept == [
                record.values["depth_min_m"] for record in checked(batch.rows()) if isinstance(record, Record)
            ]
