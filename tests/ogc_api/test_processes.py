"""Processes by HTTP: results as they are, problems as they are, nothing that a caller can misuse."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from pygeoapi.process.base import BaseProcessor, ProcessorExecuteError

from layers.problems import Problem
from ogc_api import apis

ECHO = "/api/processes/echo/execution"
METADATA = {
    "version": "1.0.0",
    "id": "echo",
    "title": {"ja": "こだま", "en": "Echo"},
    "description": {"ja": "言葉を返す。", "en": "Says it again."},
    "jobControlOptions": ["sync-execute"],
    "inputs": {"say": {"title": {"ja": "言葉", "en": "Words"}, "schema": {"type": "string"}, "minOccurs": 1}},
    "outputs": {"said": {"title": "said", "schema": {"type": "object", "contentMediaType": "application/geo+json"}}},
    "example": {"inputs": {"say": "it's"}},
}


class Echo(BaseProcessor):
    """Says what it is told, or fails as it is told."""

    def __init__(self, processor_def: dict[str, Any]) -> None:
        super().__init__(processor_def, METADATA)

    def execute(self, data: dict[str, Any], outputs: Any = None) -> tuple[str, Any]:
        if data.get("say") == "refuse":
            raise Problem(409, "in the way", "a link is closed", parameter="say", extra={"links": [7]})
        if data.get("say") == "fail":
            raise ProcessorExecuteError("not today")
        return "application/geo+json", {"said": data.get("say")}


@pytest.fixture(autouse=True)
def echo(settings) -> None:
    settings.OGC_API_PROCESSES = {"echo": f"{__name__}.Echo"}
    yield
    apis.forget()


def run(client: Client, body: Any, path: str = ECHO) -> Any:
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(path, content, content_type="application/json")


def test_processes_are_listed_and_described(client, db):
    listed = client.get("/api/processes?lang=en").json()["processes"]
    assert [(process["id"], process["title"]) for process in listed] == [("echo", "Echo")]
    described = client.get("/api/processes/echo").json()
    assert described["inputs"]["say"]["title"] == "言葉"
    assert described["jobControlOptions"] == ["sync-execute"]


def test_the_page_of_a_process_shows_a_command_that_runs_it(client, db):
    page = client.get("/api/processes/echo?f=html").content.decode()
    assert "curl" in page
    assert "http://testserver/api/processes/echo/execution" in page


def test_a_result_comes_as_it_is(client, db):
    response = run(client, {"inputs": {"say": "<三鷹> & co"}})
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/geo+json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json() == {"said": "<三鷹> & co"}


def test_a_result_as_a_document_names_its_output(client, db):
    answer = run(client, {"inputs": {"say": "a"}, "response": "document"}).json()
    assert answer == {"said": {"mediaType": "application/geo+json", "value": {"said": "a"}}}


def test_a_problem_in_a_process_reaches_the_caller_whole(client, db):
    response = run(client, {"inputs": {"say": "refuse"}})
    assert response.status_code == 409
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "title": "in the way",
        "status": 409,
        "detail": "a link is closed",
        "parameter": "say",
        "links": [7],
    }


def test_pygeoapis_own_refusal_is_a_problem_too(client, db):
    response = run(client, {"inputs": {"say": "fail"}})
    assert response.status_code == 400
    assert response.json()["detail"] == "not today"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        b"\xff",
        "[]",
        "null",
        '"text"',
        '{"inputs": []}',
        '{"inputs": {}, "response": "loud"}',
        '{"inputs": {}, "surprise": 1}',
        "[" * 100_000,
    ],
)
def test_a_body_that_is_no_request_is_refused(client, db, body):
    response = run(client, body)
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"


def test_nobody_makes_the_server_call_an_address(client, db):
    response = run(client, {"inputs": {"say": "a"}, "subscriber": {"successUri": "http://127.0.0.1:1/"}})
    assert response.status_code == 400
    assert response.json()["parameter"] == "subscriber"


def test_a_request_too_large_is_refused(client, db):
    assert run(client, {"inputs": {"say": "a" * 1_100_000}}).status_code == 413


def test_an_unknown_process_is_not_found(client, db):
    for response in (client.get("/api/processes/nothing"), run(client, {}, "/api/processes/nothing/execution")):
        assert response.status_code == 404
        assert "echo" in response.json()["detail"]


def test_running_a_process_needs_no_form_token(db):
    assert run(Client(enforce_csrf_checks=True), {"inputs": {"say": "a"}}).status_code == 200


def test_execution_is_by_post_alone(client, db):
    response = client.get(ECHO)
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST, OPTIONS"
