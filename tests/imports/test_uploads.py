"""An upload's way: received, looked at, changed, loaded, undone; each step once, and each state to be seen."""

from __future__ import annotations

import json

import pytest

from etl.models import ImportRun
from gis_server.imports.cleaning import KEPT_AFTER_LOADING, remove_old_uploads
from gis_server.imports.looking import load, work_on
from gis_server.imports.models import Upload, uploads_folder
from tests.imports.conftest import GOOD_AND_BAD, done, facilities

CSV = ("公共施設.csv", GOOD_AND_BAD.encode("cp932"))


def test_a_file_is_tried_first_and_nothing_is_stored(staff):
    upload = staff.ready(CSV)
    assert upload.state == "ready"
    assert upload.recognition["layers"] == ["facilities"]
    assert (upload.report["accepted"], upload.report["refused"]) == (2, 1)
    assert [row["cells"]["名称"] for row in upload.sample][:2] == ["架空図書館", "架空センター"]
    assert facilities() == []
    assert not ImportRun.objects.exists()
    preview = json.loads(b"".join(staff.get(f"/imports/uploads/{upload.pk}/preview.geojson")))
    assert {feature["properties"]["title"] for feature in preview["features"]} == {"架空図書館", "架空センター"}


def test_what_was_shown_is_loaded_once_however_often_the_job_is_done(staff):
    upload = staff.ready(CSV)
    assert staff.post(upload, "load").status_code == 202
    done(upload)
    assert upload.state == "loaded"
    assert facilities() == ["架空センター", "架空図書館"]
    work_on(str(upload.pk))
    run = ImportRun.objects.get()
    assert (run.pk, run.actor, run.state) == (upload.run_number, "staff-person", "loaded")


def test_the_same_file_once_more_is_said_to_change_nothing_and_offers_nothing_to_undo(staff):
    pages = []
    for _ in range(2):
        upload = staff.ready(CSV)
        staff.post(upload, "load")
        done(upload)
        pages.append(staff.get(f"/imports/uploads/{upload.pk}?lang=ja", Accept="text/html").content.decode())
    assert "取り込みました" in pages[0]
    assert 'id="undo"' in pages[0]
    assert "何も変わりませんでした" in pages[1]
    assert 'id="undo"' not in pages[1]


def test_what_the_owner_says_is_what_the_command_would_be_told(staff):
    upload = staff.ready(CSV)
    form = {"source_key": "toshokan", "attribution": "架空市", "licence": "CC BY 4.0", "constant-category": "library"}
    assert staff.post(upload, "options", **form).status_code == 202
    done(upload)
    assert upload.state == "ready"
    assert upload.options["constants"] == {"category": "library"}
    assert (upload.recognition["source"], upload.recognition["licence"]) == ("toshokan", "CC BY 4.0")


@pytest.mark.parametrize(
    ("form", "named"),
    [
        ({"layer": "evacuation-sites"}, "layer"),
        ({"layer": "no-such"}, "layer"),
        ({"encoding": "rot13"}, "encoding"),
        ({"srid": "1"}, "srid"),
        ({"city_code": "132040"}, "city_code"),
        ({"source_key": "../x"}, "source_key"),
        ({"attribution": "a\x00b"}, "attribution"),
    ],
)
def test_a_form_that_cannot_be_meant_names_its_field(staff, form, named):
    upload = staff.ready(CSV)
    answer = staff.post(upload, "options", **form)
    assert answer.status_code == 400
    assert answer.json()["parameter"] == named
    upload.refresh_from_db()
    assert upload.state == "ready"


def test_a_broken_file_says_why_and_can_be_read_otherwise(staff):
    upload = staff.ready(("a.geojson", '{"type": "FeatureCollection", '))
    assert upload.state == "failed"
    assert "broken JSON" in upload.message
    assert staff.post(upload, "load").status_code == 409
    assert staff.post(upload, "options").status_code == 202


def test_a_cancelled_upload_loads_nothing_even_where_the_job_is_under_way(staff):
    upload = staff.ready(CSV)
    staff.post(upload, "load")
    assert staff.post(upload, "cancel").status_code == 202
    done(upload)
    assert upload.state == "cancelled"
    assert facilities() == []


def test_a_load_that_ends_after_its_cancellation_is_taken_back_with_its_run(staff):
    upload = staff.ready(CSV)
    staff.post(upload, "load")
    begun = Upload.objects.get(pk=upload.pk)
    assert staff.post(upload, "cancel").status_code == 202
    load(begun)  # it had begun before
    assert Upload.objects.get(pk=upload.pk).state == "cancelled"
    assert facilities() == []
    assert not ImportRun.objects.exists()


def test_too_late_to_cancel_what_is_loaded(staff):
    upload = staff.ready(CSV)
    staff.post(upload, "load")
    done(upload)
    answer = staff.post(upload, "cancel")
    assert answer.status_code == 409
    assert facilities() != []


def test_asking_how_far_it_is_costs_nothing_while_nothing_changes(staff):
    upload = staff.ready(CSV)
    address = f"/imports/uploads/{upload.pk}/state"
    first = staff.get(address)
    assert first.json()["state"] == "ready"
    assert staff.get(address, If_None_Match=first["ETag"]).status_code == 304
    staff.post(upload, "load")
    assert staff.get(address, If_None_Match=first["ETag"]).json()["busy"] is True


def test_files_are_removed_some_days_after_loading_and_the_record_stays(staff):
    upload = staff.ready(CSV)
    staff.post(upload, "load")
    done(upload)
    assert remove_old_uploads() == 0
    Upload.objects.update(changed_at=upload.changed_at - KEPT_AFTER_LOADING * 2)
    assert remove_old_uploads() == 1
    assert not upload.folder.exists()
    upload.refresh_from_db()
    assert (upload.state, upload.files_removed_at is None) == ("loaded", False)
    assert staff.get(f"/imports/uploads/{upload.pk}").status_code == 200


def test_every_state_has_its_page_in_both_languages(staff):
    upload = staff.ready(CSV)
    for state in Upload.State.values:
        Upload.objects.update(state=state)
        for language, word in (("ja", "データ"), ("en", "import")):
            answer = staff.get(f"/imports/uploads/{upload.pk}?lang={language}", Accept="text/html")
            assert answer.status_code == 200
            assert word in answer.content.decode()
    assert list(uploads_folder().iterdir()) == [upload.folder]
