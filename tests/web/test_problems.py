import json

import pytest
from django.db import OperationalError
from django.test import Client

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_a_program_gets_a_problem_document(db, client):
    answer = client.get("/nothing/here")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["detail"].endswith("/nothing/here")


def test_a_person_gets_a_page_with_a_way_on(db, client):
    answer = client.get("/nothing/here", headers=BROWSER)
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "お探しのページはありません" in page
    assert 'href="/navi/"' in page


def test_a_browser_that_asks_for_json_gets_json(db, client):
    assert client.get("/nothing?f=json", headers=BROWSER)["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/%ff%fe", "/a%00b", "/..%2f..%2fetc/passwd", "/%E3%81%82" * 300])
def test_strange_paths_are_simply_not_there(db, client, path):
    assert client.get(path, headers=BROWSER).status_code == 404


def test_what_was_asked_for_is_not_put_into_the_page_as_html(db, client):
    assert b"<script>" not in client.get("/<script>alert(1)</script>", headers=BROWSER).content


def test_a_host_that_is_not_ours_is_refused_without_a_trace(db, client):
    answer = client.get("/sign-in/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_a_method_that_does_not_fit_is_named(db, client):
    answer = client.put("/sign-in/")
    assert answer.status_code == 405
    assert json.loads(answer.content)["detail"].startswith("PUT")
    assert "GET" in answer["Allow"]


def test_a_form_without_proof_of_origin_is_refused_with_words(db):
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", headers=BROWSER)
    assert answer.status_code == 403
    assert "この操作はできません" in answer.content.decode()


def test_a_torn_upload_is_a_bad_request(db, client):
    answer = client.generic("POST", "/sign-in/", b"torn", content_type="multipart/form-data")
    assert answer.status_code == 400


def test_a_missing_database_is_said_in_words(db, client, monkeypatch):
    def gone(*_: object, **__: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("layers.reading.count_query", gone)
    answer = client.get("/", headers=BROWSER)
    assert answer.status_code == 503
    assert "いまつながりにくくなっています" in answer.content.decode()


def test_a_fault_of_ours_shows_no_trace(db, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("layers.reading.count_query", broken)
    answer = Client(raise_request_exception=False).get("/", headers=BROWSER)
    assert answer.status_code == 500
    assert b"secret detail" not in answer.content


def test_a_process_may_be_asked_by_anybody_without_proof_of_origin(db):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/api/processes/route/execution", "{}", content_type="application/json")
    assert answer.status_code == 400
