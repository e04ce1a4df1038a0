"""Processes run as jobs: for whoever asked and nobody else, in the real worker, whatever happens to it."""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from gis_server.navigation import processes as navigation
from ogc_api.models import Job
from ogc_api.processes import jobs
from ogc_api.processes.running import run_job
from tests.imports.conftest import start_worker
from tests.ogc_api.jobs.asking import PATIENCE_S, POINT, SITES, address, key, submit, wait_until


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
