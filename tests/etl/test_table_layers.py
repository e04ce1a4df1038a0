"""Tables all the way into their layers: workbooks, lists of hydrants, formulas that an export neutralised."""

from __future__ import annotations

import openpyxl
import pytest

from layers.catalog.facilities import Facility

pytestmark = pytest.mark.django_db


def test_a_workbook_comes_in_as_its_csv_would(tmp_path, bring_in):
    book = openpyxl.Workbook()
    for row in (["三鷹市の施設"], ["ID", "名称", "電話番号", "緯度", "経度"], [1, "図書館", 422451151, 35.69, 139.56]):
        book.active.append(row)
    book.save(tmp_path / "list.xlsx")
    bring_in(tmp_path / "list.xlsx")
    facility = Facility.objects.get()
    assert (facility.id, facility.name, facility.phone) == ("table-list-1", "図書館", "422451151")
    (tmp_path / "list.csv").write_text(
        "ID,名称,電話番号,緯度,経度\n1,図書館,422451151,35.69,139.56\n", encoding="utf-8"
    )
    assert bring_in(tmp_path / "list.csv").changed == 0


def test_hydrants_are_named_by_their_kind(tmp_path, bring_in):
    header = "都道府県コード又は市区町村コード,NO,都道府県名,市区町村名,種別,住所,方書,緯度,経度,口径,備考"
    row = "132047,1,東京都,三鷹市,消火栓,三鷹市,,35.69,139.56,75,"
    (tmp_path / "list.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    bring_in(tmp_path / "list.csv")
    assert Facility.objects.get().name == "消火栓"
    assert Facility.objects.get().category == "fire_water"
