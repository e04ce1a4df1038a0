"""Whose jobs are, how many there may be, how they are listed, described and shown."""

from __future__ import annotations

from datetime import timedelta

import jsonschema
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from ogc_api.definition.processes import execute_schema
from ogc_api.models import Job
from ogc_api.processes import jobs
from ogc_api.processes.running import run_job
from tests.navigation.networks import place
from tests.ogc_api.jobs.asking import AREA, POINT, ROUTE, SITES, address, key, member, submit


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
