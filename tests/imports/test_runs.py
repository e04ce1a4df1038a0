"""Imports that have been: list, findings, report, undo."""

from __future__ import annotations

import pytest

from etl.models import ImportRun
from tests.imports.conftest import GOOD_AND_BAD, done, facilities


@pytest.fixture
def run(staff) -> ImportRun:
    upload = staff.ready(("公共施設.csv", GOOD_AND_BAD))
    staff.post(upload, "load")
    return ImportRun.objects.get(pk=done(upload).run_number)


def page(staff, path: str) -> str:
    answer = staff.get(path, Accept="text/html")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_says_in_words_what_became_of_each(staff, run):
    text = page(staff, "/imports/runs/?lang=ja")
    assert "公共施設.csv" in text
    assert "取り込み済み" in text
    assert "公共施設.csv" not in page(staff, "/imports/runs/?state=failed")


def test_findings_are_filtered_by_kind(staff, run):
    path = f"/imports/runs/{run.pk}"
    assert "no position" in page(staff, f"{path}?kind=refused&lang=en")
    assert "位置が" in page(staff, f"{path}?kind=refused&lang=ja")
    assert "no position" not in page(staff, f"{path}?kind=notice&lang=en")
    assert staff.get(f"{path}?kind=x").status_code == 400


def test_the_report_is_a_csv_that_no_spreadsheet_calculates(staff, run):
    run.entries.create(kind="refused", place="line 9", field="名称", value="=HYPERLINK(1)", reason="x")
    answer = staff.get(f"/imports/runs/{run.pk}.csv")
    text = b"".join(answer).decode()
    assert text.startswith("\ufeffkind,place")
    assert "'=HYPERLINK(1)" in text
    assert len(text.splitlines()) == 1 + run.entries.count()


def test_undo_says_what_it_would_do_before_it_does_it(staff, run):
    path = f"/imports/runs/{run.pk}/undo"
    assert "消える行" in page(staff, f"{path}?lang=ja")
    assert len(facilities()) == 2
    answer = staff.client.post(path)
    assert answer.json() == {
        "run": run.pk, "undone": True,
        "layers": [{"layer": "facilities", "removed": 2, "restored": 0, "brought_back": 0, "kept": 0}],
    }  # fmt: skip
    assert facilities() == []
    run.refresh_from_db()
    assert (run.state, run.undone_by) == ("undone", "staff-person")
    assert staff.client.post(path).status_code == 409


def test_every_page_of_a_run_is_there_in_english(staff, run):
    assert "Undo this import" in page(staff, f"/imports/runs/{run.pk}?lang=en")
    assert "Imports" in page(staff, "/imports/runs/?lang=en")
