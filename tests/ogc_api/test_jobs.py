"""Processes run as jobs: for whoever asked and nobody else, in the real worker, whatever happens to it."""

from __future__ import annotations

import json
import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from gis_server.accounts.models import create_token
from gis_server.accounts.roles import give_role
from gis_server.navigation import processes as navigation
from gis_server.navigation.service import RoutingService
from ogc_api.definition.processes import execute_schema
from ogc_api.models import Job
from ogc_api.processes import jobs
from ogc_api.processes.running import run_job
from tests.imports.conftest import start_worker
from tests.navigation.networks import grid, place, save
from tests.navigation.test_routes import site

AREA = "/api/processes/service-area/execution"
ROUTE = "/api/processes/route/execution"
POINT = {"inputs": {"from": list(place(100, 100)), "minutes": [2]}}
SITES = {"inputs": {"hazard": "flood", "minutes": [2]}}
PATIENCE_S = 30


@pytest.fixture(autouse=True)
def routing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A routing service that has read nothing yet."""
    monkeypatch.setattr(navigation, "SERVICE", RoutingService())


@pytest.fixture
def town(committed: None) -> Iterator[None]:
    """A town to walk in, with sites; the tables of jobs are empty afterwards."""
    save(*grid(5))
    for number in range(3):
        site(f"E{number}", (100 * number, 100), "flood")
    yield
    Job.objects.all().delete()
    User.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


def member(name: str) -> Client:
    user = User.objects.create_user(name)
    give_role(user, "staff")
    return Client(headers={"Authorization": f"Bearer {create_token(user)}"})


def submit(client: Client, body: Any = POINT, path: str = AREA, **headers: str) -> Any:
    sent = {"Prefer": "respond-async"} | headers
    return client.post(path, json.dumps(body), content_type="application/json", headers=sent)


def address(response: Any) -> str:
    assert response.status_code == 201, response.content
    return str(response["Location"]).removeprefix("http://testserver")


def key(path: str) -> str:
    return path.rsplit("/", 1)[1]


def wait_until(path: str, *statuses: str) -> dict[str, Any]:
    """Until a job stands so; the deadline decides."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        told = Client().get(path).json()
        if told["status"] in statuses:
            return dict(told)
        time.sleep(0.05)
    raise AssertionError(f"never {statuses}: {told}")


def test_a_job_is_accepted_waits_and_says_so(town, client):
    response = submit(client)
    path = address(response)
    assert response["Preference-Applied"] == "respond-async"
    told = response.json()
    assert told == client.get(path).json()
    assert (told["status"], told["progress"], told["processID"], told["type"]) == (
        "accepted", 0, "service-area", "process",
    )  # fmt: skip
    assert "started" not in told
    assert uuid.UUID(told["jobID"]).version == 4


def test_the_worker_does_it_and_the_result_is_that_of_waiting(town, client, tmp_path):
    path = address(submit(client))
    assert start_worker(tmp_path, "--once").wait(PATIENCE_S) == 0
    told = client.get(path).json()
    assert (told["status"], told["progress"]) == ("successful", 100)
    assert told["created"] <= told["started"] <= told["finished"] <= told["updated"]
    assert {link["rel"] for link in told["links"]} >= {"self", "http://www.opengis.net/def/rel/ogc/1.0/results"}
    result = client.get(f"{path}/results")
    assert result["Content-Type"] == "application/geo+json"
    waited = submit(client, Prefer="wait=5")
    assert waited.status_code == 200
    shapes = [[one["geometry"] for one in answer.json()["features"]] for answer in (result, waited)]
    assert shapes[0] == shapes[1]


def test_the_form_that_was_asked_for_is_that_of_the_result(town, client):
    path = address(
        submit(client, POINT | {"response": "document", "outputs": {"areas": {"transmissionMode": "value"}}})
    )
    run_job(key(path))
    result = client.get(f"{path}/results")
    assert result["Content-Type"] == "application/json"
    assert result.json()["areas"]["value"]["type"] == "FeatureCollection"


def test_the_result_is_not_there_before_the_job_has_ended(town, client):
    response = client.get(f"{address(submit(client))}/results")
    assert response.status_code == 404
    assert response.json()["type"].endswith("/result-not-ready")


def test_a_job_that_fails_tells_what_waiting_would_have_told(town, client):
    nowhere = {"inputs": {"from": [0, 0]}}
    path = address(submit(client, nowhere))
    run_job(key(path))
    told = client.get(path).json()
    assert told["status"] == "failed"
    assert any(link["rel"].endswith("/exceptions") for link in told["links"])
    failed, waited = client.get(f"{path}/results"), submit(client, nowhere, Prefer="")
    assert failed.status_code == waited.status_code == 422
    assert failed.json() == waited.json()


def test_progress_is_told_while_the_work_goes_on(town, client, monkeypatch):
    path, seen = address(submit(client, SITES)), []
    search = navigation.reach_answers.search

    def looked_at(*given: Any) -> Any:
        seen.append(client.get(path).json())
        return search(*given)

    monkeypatch.setattr(navigation.reach_answers, "search", looked_at)
    run_job(key(path))
    assert [(told["status"], told["progress"]) for told in seen] == [("running", 0), ("running", 33), ("running", 66)]
    assert "(2/3)" in seen[1]["message"]


def test_a_running_job_that_is_dismissed_stops_at_the_next_origin(town, client, monkeypatch):
    path, searched = address(submit(client, SITES)), []
    search = navigation.reach_answers.search

    def dismissed_meanwhile(*given: Any) -> Any:
        searched.append(given)
        assert client.delete(path).status_code == 200
        return search(*given)

    monkeypatch.setattr(navigation.reach_answers, "search", dismissed_meanwhile)
    run_job(key(path))
    assert len(searched) == 1
    assert client.get(path).json()["status"] == "dismissed"
    assert client.get(f"{path}/results").status_code == 410


def test_a_waiting_job_that_is_dismissed_is_never_run_and_dismissed_once(town, client, tmp_path):
    path = address(submit(client))
    response = client.delete(path)
    assert (response.status_code, response.json()["status"]) == (200, "dismissed")
    assert client.delete(path).status_code == 410
    assert start_worker(tmp_path, "--once").wait(PATIENCE_S) == 0
    told = client.get(path).json()
    assert told["status"] == "dismissed"
    assert "started" not in told


def test_dismissing_a_job_that_has_ended_takes_its_result_away(town, client):
    path = address(submit(client))
    run_job(key(path))
    assert client.delete(path).json()["status"] == "dismissed"
    assert client.get(f"{path}/results").status_code == 410
    assert Job.objects.get(pk=key(path)).result == ""


@pytest.fixture
def held(town: None) -> Iterator[Callable[[], None]]:
    """Nobody reads the sites, so that a job stays in its middle until it is let go."""
    import psycopg

    from tests.imports.test_worker import _address

    with psycopg.connect(_address()) as other:
        other.execute("LOCK TABLE layers_evacuationsite IN ACCESS EXCLUSIVE MODE")
        yield other.rollback


def test_a_worker_that_is_killed_in_the_middle_leaves_nothing_running_for_ever(held, client, tmp_path):
    path = address(submit(client, SITES))
    worker = start_worker(tmp_path)
    wait_until(path, "running")
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    held()
    assert start_worker(tmp_path, "--once").wait(PATIENCE_S) == 0
    assert client.get(path).json()["status"] == "successful"
    assert Job.objects.get(pk=key(path)).attempt >= 2


def test_a_job_that_is_dismissed_while_it_waits_for_something_else_ends_at_once(held, client, tmp_path):
    path = address(submit(client, SITES))
    worker = start_worker(tmp_path)
    try:
        wait_until(path, "running")
        assert client.delete(path).status_code == 200
        deadline = time.monotonic() + PATIENCE_S
        while ProcrastinateJob.objects.filter(status__in=("todo", "doing")).exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        worker.terminate()
        worker.wait(PATIENCE_S)
    assert client.get(path).json()["status"] == "dismissed"


def test_an_attempt_that_was_taken_over_writes_nothing_any_more(town, client):
    path = address(submit(client))
    first = jobs.begin(key(path))
    second = jobs.begin(key(path))
    assert first is not None
    assert second is not None
    with pytest.raises(jobs.DismissedError):
        jobs.Kept(first).report(50)
    jobs.Kept(first).succeed("text/plain", "old")
    assert client.get(path).json()["status"] == "running"
    jobs.Kept(second).succeed("text/plain", "new")
    assert client.get(f"{path}/results").content == b"new"


def test_a_result_that_is_too_large_is_a_failure_that_says_so(town, client, monkeypatch):
    monkeypatch.setattr(jobs, "MOST_RESULT_BYTES", 100)
    path = address(submit(client))
    run_job(key(path))
    assert client.get(path).json()["status"] == "failed"
    response = client.get(f"{path}/results")
    assert response.status_code == 422
    assert "100" in response.json()["detail"]


def test_a_job_is_its_owners_alone(town, client):
    mine, other = member("mine"), member("other")
    path = address(submit(mine))
    assert mine.get(path).status_code == 200
    for stranger in (other, client):
        for answer in (stranger.get(path), stranger.get(f"{path}/results"), stranger.delete(path)):
            assert answer.status_code == 404
            assert answer.json()["type"].endswith("/no-such-job")
            assert answer.json()["detail"] == client.get(f"/api/jobs/{key(path)}").json()["detail"]
    assert [one["jobID"] for one in mine.get("/api/jobs").json()["jobs"]] == [key(path)]
    assert other.get("/api/jobs").json()["jobs"] == []


def test_a_job_that_nobody_in_particular_made_is_reached_by_its_id_and_listed_nowhere(town, client):
    path = address(submit(client))
    assert client.get("/api/jobs").json()["jobs"] == []
    assert member("somebody").get("/api/jobs").json()["jobs"] == []
    assert Client().get(path).status_code == 200


@pytest.mark.parametrize("guess", ["1", "x" * 36, "%00", "..", "00000000-0000-4000-8000-000000000000", "三鷹"])
def test_a_job_that_was_guessed_is_not_there(town, client, guess):
    for answer in (client.get(f"/api/jobs/{guess}"), client.delete(f"/api/jobs/{guess}")):
        assert answer.status_code == 404


def test_one_caller_has_so_many_jobs_waiting_and_no_more(town, client):
    for _ in range(jobs.MOST_OF_ONE):
        address(submit(client))
    refused = submit(client)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    mine = member("mine")
    first = address(submit(mine))
    assert submit(client, Prefer="").status_code == 200
    for _ in range(jobs.MOST_OF_ONE - 1):
        address(submit(mine))
    assert submit(mine).status_code == 429
    mine.delete(first)
    address(submit(mine))


def test_all_together_have_so_many_jobs_waiting_and_no_more(town, client, monkeypatch):
    monkeypatch.setattr(jobs, "MOST_IN_ALL", 2)
    address(submit(member("one")))
    address(submit(member("two")))
    refused = submit(client)
    assert refused.status_code == 503
    assert int(refused["Retry-After"]) > 0
    assert Job.objects.count() == ProcrastinateJob.objects.count() == 2


def test_a_session_needs_the_proof_of_origin_to_leave_a_job_or_take_one_away(town):
    user = User.objects.create_user("somebody")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    assert submit(browser).status_code == 403
    assert submit(browser, Prefer="").status_code == 200
    assert Job.objects.count() == 0
    trusting = Client()
    trusting.force_login(user)
    assert browser.delete(address(submit(trusting))).status_code == 403


def test_the_list_is_narrowed_and_paged(town):
    mine = member("mine")
    paths = [address(submit(mine)) for _ in range(3)] + [
        address(submit(mine, {"inputs": {"from": list(place(0, 0)), "to": list(place(100, 0))}}, ROUTE))
    ]
    run_job(key(paths[0]))
    ids = [key(path) for path in reversed(paths)]

    def listed(query: str) -> list[str]:
        return [one["jobID"] for one in mine.get(f"/api/jobs?{query}").json()["jobs"]]

    assert listed("") == ids
    assert listed("status=successful") == [ids[3]]
    assert listed("status=successful,accepted") == ids
    assert listed("processID=route") == [ids[0]]
    assert listed("type=process") == ids
    assert listed("datetime=../2020-01-01T00:00:00Z") == []
    assert listed("datetime=2020-01-01T00:00:00Z/..") == ids
    assert listed("minDuration=0") == [ids[3]]
    assert listed("minDuration=1000") == []
    assert listed("maxDuration=1000") == [ids[3]]
    first = mine.get("/api/jobs?limit=3").json()
    following = next(link["href"] for link in first["links"] if link["rel"] == "next")
    second = mine.get(following).json()
    assert [one["jobID"] for one in first["jobs"] + second["jobs"]] == ids
    assert not any(link["rel"] == "next" for link in second["links"])


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=x", "status=done", "status=", "type=x", "minDuration=-1", "maxDuration=1.5", "datetime=x",
     "cursor=x", "cursor=MjAyNA", "processID=%00", "colour=red"],
)  # fmt: skip
def test_a_wrong_parameter_of_the_list_is_named(town, client, query):
    response = client.get(f"/api/jobs?{query}")
    assert response.status_code == 400
    assert response.json()["parameter"] == query.partition("=")[0]


def test_old_jobs_are_forgotten_and_lost_ones_given_up(town, client, monkeypatch):
    old, lost, young = (address(submit(client)) for _ in range(3))
    run_job(key(old))
    Job.objects.filter(pk=key(old)).update(updated=timezone.now() - jobs.KEPT - timedelta(seconds=1))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE args->>'job' = %s", [key(lost)])
    jobs.tidy_up()
    assert client.get(old).status_code == 404
    assert client.get(lost).json()["status"] == "failed"
    assert client.get(f"{lost}/results").status_code == 500
    assert client.get(young).json()["status"] == "accepted"
    run_job(key(young))
    monkeypatch.setattr(jobs, "MOST_KEPT_BYTES", 10)
    jobs.tidy_up()
    assert client.get(young).json()["status"] == "dismissed"


def test_every_process_says_exactly_how_it_is_run(town, client):
    for process in client.get("/api/processes").json()["processes"]:
        assert process["jobControlOptions"] == ["sync-execute", "async-execute", "dismiss"]
        assert process["outputTransmission"] == ["value"]


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"outputs": {}}, "outputs"),
        ({"outputs": []}, "outputs"),
        ({"outputs": {"other": {}}}, "outputs"),
        ({"outputs": {"areas": 1}}, "outputs.areas"),
        ({"outputs": {"areas": {"transmissionMode": "reference"}}}, "outputs.areas.transmissionMode"),
        ({"outputs": {"areas": {"format": {"mediaType": "text/csv"}}}}, "outputs.areas.format"),
        ({"subscriber": {"successUri": "http://127.0.0.1:1/"}}, "subscriber"),
        ({"mode": "async"}, "mode"),
    ],
)
def test_what_is_not_offered_of_outputs_is_refused(town, client, body, parameter):
    response = submit(client, POINT | body)
    assert response.status_code == 400
    assert response.json()["parameter"] == parameter


@pytest.mark.parametrize(
    "text", ['{"inputs": {"\\ud800": 1}}', '{"inputs": {"from": NaN}}', '{"inputs": {"\\u0000": 1}}']
)
def test_text_that_cannot_be_written_down_again_is_refused(town, client, text):
    for prefer in ("", "respond-async"):
        response = client.post(AREA, text, content_type="application/json", headers={"Prefer": prefer})
        assert response.status_code == 400


def test_the_definition_takes_exactly_what_the_processes_take(town, client):
    paths = client.get("/api/openapi?f=json").json()["paths"]
    good = {
        "route": {"inputs": {"from": [139.5, 35.6], "to": "E1"}},
        "nearest-site": {"inputs": {"from": {"value": [139.5, 35.6]}, "hazard": "flood", "count": 3}},
        "service-area": {"inputs": {"hazard": "flood", "minutes": [5]}, "response": "document"},
    }
    bad = [
        {"inputs": {"from": [139.5, 35.6], "hazard": "flood", "to": 3}},
        {"inputs": {"from": [139.5], "hazard": "flood"}},
        {"inputs": {"from": [139.5, 35.6], "hazard": "flood", "profile": None, "to": "E1"}},
        {"inputs": {"from": [139.5, 35.6], "hazard": "flood", "to": "E1", "more": 1}},
        {"inputs": {"from": {"value": [139.5, 35.6], "more": 1}, "hazard": "flood", "to": "E1"}},
        {},
    ]
    for process, body in good.items():
        path = f"/processes/{process}/execution"
        schema = paths[path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        jsonschema.validate(body, schema)
        for wrong in bad:
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate(wrong, schema)
            for prefer in ("", "respond-async"):
                assert submit(client, wrong, f"/api{path}", Prefer=prefer).status_code == 400
        assert set(paths[path]["post"]["responses"]) >= {"200", "201", "400", "422", "429", "503"}
    assert execute_schema({"id": "x"})["properties"]["inputs"]["additionalProperties"] is False


def test_the_classes_of_jobs_are_claimed_and_callbacks_are_not(town, client):
    claimed = client.get("/api/conformance?f=json").json()["conformsTo"]
    names = {name.rsplit("/", 1)[1] for name in claimed if "ogcapi-processes" in name}
    assert names >= {"core", "job-list", "dismiss"}
    assert "callback" not in names
    landing = client.get("/api/?f=json").json()
    assert [link["href"] for link in landing["links"] if link["rel"].endswith("/job-list")] == [
        "http://testserver/api/jobs"
    ]


def test_the_page_of_a_job_shows_how_it_stands_in_the_readers_language(town, client):
    path = address(submit(client, SITES))
    waiting = client.get(f"{path}?f=html&lang=ja").content.decode()
    assert "順番を待っています" in waiting
    assert 'id="job-progress"' in waiting
    assert "job.js" in waiting
    run_job(key(path))
    done = client.get(f"{path}?f=html&lang=en").content.decode()
    assert "Done" in done
    assert f"{path}/results" in done
    assert 'id="features-map"' in done
    assert "not listed" in client.get("/api/jobs?f=html&lang=en").content.decode()
    assert client.get(path)["Cache-Control"] == "no-store"


def test_head_options_and_other_methods(town, client):
    path = address(submit(client))
    assert client.head(path).status_code == 200
    assert client.options(path)["Allow"] == "GET, HEAD, DELETE, OPTIONS"
    assert client.post(path).status_code == 405
    assert client.put("/api/jobs").status_code == 405
