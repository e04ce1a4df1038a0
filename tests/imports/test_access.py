"""Who may edit a layer may import into it, nobody else; an upload is its owner's."""

from __future__ import annotations

import pytest
from django.test import Client

from gis_server.imports.models import Upload
from tests.imports.conftest import GOOD_AND_BAD, done

SITES = (
    '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Point",'
    ' "coordinates": [139.56, 35.69]}, "properties": {"NO": "1", "共通ID": "E1320499999201",'
    ' "都道府県名及び市町村名": "東京都三鷹市", "施設・場所名": "架空の広場", "住所": "架空町1-1", "洪水": "1",'
    ' "崖崩れ、土石流及び地滑り": "", "高潮": "", "地震": "1", "津波": "", "大規模な火事": "", "内水氾濫": "",'
    ' "火山現象": "", "指定避難所との住所同一": "", "備考": ""}}]}'
)
PAGES = ("/imports/", "/imports/runs/")


@pytest.mark.parametrize("path", PAGES)
def test_the_public_is_sent_to_the_door_and_programs_are_told(committed, path):
    person = Client().get(path, headers={"Accept": "text/html"})
    assert (person.status_code, person["Location"].split("?")[0]) == (302, "/sign-in/")
    assert Client().get(path, headers={"Accept": "application/json"}).status_code == 401
    assert Client().post("/imports/uploads").status_code == 401


@pytest.mark.parametrize(
    ("role", "file", "state"),
    [
        ("staff", ("f.csv", GOOD_AND_BAD), "ready"),
        ("staff", ("s.geojson", SITES), "failed"),
        ("disaster-staff", ("s.geojson", SITES), "ready"),
        ("admin", ("s.geojson", SITES), "ready"),
    ],
)
def test_the_layers_own_rule_decides(as_role, role, file, state):
    upload = as_role(role).ready(file)
    assert upload.state == state, upload.message
    assert ("may not write" in upload.message) == (state == "failed")


def test_a_role_that_was_taken_away_meanwhile_counts(as_role):
    person = as_role("disaster-staff")
    upload = person.ready(("s.geojson", SITES))
    person.post(upload, "load")
    person.user.groups.clear()
    assert done(upload).state == "failed"


@pytest.mark.parametrize("action", ["", "/state", "/preview.geojson"])
def test_an_upload_does_not_exist_for_colleagues_but_for_administrators(as_role, action):
    upload = as_role("staff").ready(("f.csv", GOOD_AND_BAD))
    address = f"/imports/uploads/{upload.pk}{action}"
    assert as_role("disaster-staff").get(address).status_code == 404
    assert as_role("admin").get(address).status_code == 200


@pytest.mark.parametrize("action", ["options", "load", "cancel"])
def test_colleagues_change_nothing(as_role, action):
    upload = as_role("staff").ready(("f.csv", GOOD_AND_BAD))
    assert as_role("disaster-staff").post(upload, action).status_code == 404
    upload.refresh_from_db()
    assert upload.state == "ready"


def test_a_browser_without_its_token_of_origin_is_refused_and_nothing_is_kept(as_role):
    staff = as_role("staff")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(staff.user)
    answer = browser.post("/imports/uploads", {"file": __file__})
    assert answer.status_code == 403
    assert not Upload.objects.exists()


def test_runs_are_for_those_who_may_edit_their_layers(as_role):
    boss = as_role("disaster-staff")
    upload = boss.ready(("s.geojson", SITES))
    boss.post(upload, "load")
    done(upload)
    path = f"/imports/runs/{upload.run_number}"
    for address in (path, f"{path}.csv", f"{path}.geojson", f"{path}/undo"):
        assert as_role("staff").get(address).status_code == 404
        assert boss.get(address).status_code == 200
    assert "s.geojson" not in as_role("staff").get("/imports/runs/").content.decode()
    assert as_role("staff").client.post(f"{path}/undo").status_code == 404
