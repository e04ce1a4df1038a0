"""Partition by partition on every core, a file gives the very report that it gives in one piece."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from etl import partitions
from etl.pipeline import import_opened, open_file
from etl.readers import Options
from etl.report import Report
from layers.catalog.facilities import Facility

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table with rows to be repaired and refused in several parts."""
    rows = [f"{n},施設{n},35.{680000 + n},139.{560000 + n}" for n in range(900)]
    rows[100] = "100,　空白　,35.68,139.56"
    rows[500] = "500,どこでもない,95,139.56"
    rows[700] = "700,,35.68,139.56"
    rows[800] = "3,施設3の二重,35.68,139.56"
    path = tmp_path / "facilities.csv"
    path.write_text("\n".join(["ID,名称,緯度,経度", *rows, ""]), encoding="utf-8")
    return path


def bring_in(path: Path, *, in_parallel: bool) -> Report:
    options = Options(settings.CITY)
    return import_opened(open_file(path, options), options, lambda _: None, in_parallel=in_parallel, keep=False)


def findings(report: Report) -> dict:
    document = report.document()
    document["entries"] = sorted(json.dumps(entry, ensure_ascii=False) for entry in document["entries"])
    return document


def test_the_report_is_the_same_whichever_road(table, monkeypatch):
    monkeypatch.setattr(partitions, "PART_ROWS", 200)
    plain = findings(bring_in(table, in_parallel=False))
    assert (plain["accepted"], plain["repaired"], plain["refused"]) == (897, 1, 3)
    assert findings(bring_in(table, in_parallel=True)) == plain


def test_the_rows_of_all_parts_come_in(table):
    call_command("import_file", table, yes=True, dask=True)
    assert Facility.objects.count() == 897
    call_command("import_file", table, yes=True)
    assert not Facility.objects.filter(version__gt=1).exists(), "the plain road finds nothing to change"
