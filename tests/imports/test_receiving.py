"""What clients may send: several files, hostile names, too much, nothing."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gis_server import environment
from gis_server.imports.models import Upload, uploads_folder
from gis_server.imports.storing import LONGEST_NAME_BYTES, safe_name
from tests.imports.conftest import GOOD_AND_BAD


@pytest.mark.parametrize(
    ("hostile", "kept"),
    [
        ("../../../etc/cron.d/x.csv", "x.csv"),
        ("C:\\Users\\x\\避難所.csv", "避難所.csv"),
        ("..", "file"),
        (".bashrc", "bashrc"),
        ("a\x00b\n.csv", "a_b_.csv"),
        ("<script>alert(1)</script>.csv", "script_.csv"),
        ("$(rm -rf ~);`x`.csv", "_(rm -rf _)__x_.csv"),
        ("あ" * 300 + ".csv", None),
    ],
)
def test_a_name_is_a_text_and_never_a_path(hostile, kept):
    name = safe_name(hostile)
    assert len(name.encode()) <= LONGEST_NAME_BYTES
    assert "/" not in name
    assert name.endswith(".csv") or kept == name
    assert kept is None or name == kept


def test_hostile_names_end_in_the_uploads_own_folder(staff):
    upload = staff.sent(("../../../../tmp/evil.csv", GOOD_AND_BAD))
    assert upload.path.parent == upload.folder / "files"
    assert upload.path.resolve().is_relative_to(uploads_folder().resolve())
    assert upload.path.read_text() == GOOD_AND_BAD


def test_two_files_of_one_name_never_meet(staff):
    first, second = staff.sent(("a.csv", GOOD_AND_BAD)), staff.sent(("a.csv", "名称\n"))
    assert first.path != second.path
    assert first.path.read_text() == GOOD_AND_BAD


def test_the_parts_of_a_shapefile_are_one_upload_and_other_files_are_their_own(staff):
    files = [("道路.dbf", "d"), ("道路.shp", "s"), ("道路.prj", "p"), ("道路.shp.xml", "x"), ("別.csv", GOOD_AND_BAD)]
    answer = staff.send(*files)
    assert [made["file"] for made in answer.json()["uploads"]] == ["道路.shp", "別.csv"]
    road = Upload.objects.get(main="道路.shp")
    assert sorted(path.name for path in road.path.parent.iterdir()) == [
        "道路.dbf", "道路.prj", "道路.shp", "道路.shp.xml",
    ]  # fmt: skip


def test_too_much_is_refused_and_leaves_nothing_on_the_disk(staff, settings):
    settings.UPLOAD_MOST_BYTES = 100_000
    answer = staff.send(("a.csv", b"x" * 300_000))
    assert answer.status_code == 413
    assert list(uploads_folder().iterdir()) == []
    settings.UPLOAD_MOST_BYTES = 100
    assert staff.send(("a.csv", b"x" * 2_000_000)).status_code == 413, "told by the length alone"


@pytest.mark.parametrize("files", [[], [("empty.csv", "")]])
def test_nothing_is_a_fault_of_the_form(staff, files):
    answer = staff.send(*files)
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "file"
    assert not Upload.objects.exists()


def test_the_most_that_may_be_sent_is_the_operators_choice(monkeypatch):
    monkeypatch.setenv("GIS_UPLOAD_MB", "12")
    assert environment.read().upload_mb == 12
    monkeypatch.setenv("GIS_UPLOAD_MB", "much")
    with pytest.raises(environment.EnvironmentFault, match="GIS_UPLOAD_MB"):
        environment.read()


def test_a_browser_without_javascript_is_led_to_the_upload(staff):
    answer = staff.client.post(
        "/imports/uploads", {"file": SimpleUploadedFile("a.csv", b"x")}, headers={"Accept": "text/html"}
    )
    assert (answer.status_code, answer["Location"]) == (302, f"/imports/uploads/{Upload.objects.get().pk}")
