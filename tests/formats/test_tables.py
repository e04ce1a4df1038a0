"""Tables for spreadsheets: no cell becomes a formula, and every text comes back."""

from __future__ import annotations

import csv

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from layers import registry
from layers.formats import find_format
from layers.formats.table import neutralised, original
from tests.formats.rows import HARD_TEXTS, fill

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@given(st.text(alphabet=st.sampled_from("'=+-@\t\r\n＝＋－＠a 図"), max_size=6))
def test_neutralising_is_safe_and_can_be_undone(text):
    cell = neutralised(text)
    assert not cell.startswith(DANGEROUS)
    assert original(cell) == text


def test_no_cell_of_a_csv_begins_like_a_formula_except_numbers(db, write):
    layer = registry.get("hazard-zones")
    fill(layer)
    rows = list(csv.reader(write(layer, find_format("csv")).read_text(encoding="utf-8-sig").splitlines(True)))
    cells = [cell for row in rows for cell in row]
    assert any(cell == "'=1+1" for cell in cells)
    assert all(float(cell) < 0 for cell in cells if cell.startswith(DANGEROUS))


def test_no_cell_of_a_spreadsheet_is_a_formula(db, write):
    layer = registry.get("facilities")
    fill(layer)
    book = openpyxl.load_workbook(write(layer, find_format("xlsx")))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    assert {"=1+1", HARD_TEXTS[1]} <= {cell.value for cell in cells}


def test_a_csv_opens_in_excel_in_japan(db, write):
    layer = registry.get("shelters")
    fill(layer, 1)
    data = write(layer, find_format("csv")).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\r\n")


def test_a_shape_too_long_for_a_cell_goes_over_several(db, write, bring_in):
    from django.contrib.gis.geos import GEOSGeometry

    layer = registry.get("damage-areas")
    fill(layer, 2)
    comb = [(139.5 + n / 7919, 35.5 + n % 2 / 7) for n in range(2000)]
    ring = ",".join(f"{x:.14f} {y:.14f}" for x, y in [*comb, (139.8, 35.8), (139.4, 35.8), comb[0]])
    long = GEOSGeometry(f"MULTIPOLYGON((({ring})))", srid=4326)
    layer.model.objects.filter(id__startswith="001").update(geometry=long)
    path = write(layer, find_format("xlsx"))
    header = [cell.value for cell in next(openpyxl.load_workbook(path).worksheets[0].iter_rows(max_row=1))]
    assert header[-1] == "geometry_2"
    before = list(layer.model.objects.order_by("id").values_list("id", "geometry"))
    layer.model.objects.all().delete()
    bring_in(path)
    assert list(layer.model.objects.order_by("id").values_list("id", "geometry")) == before
