"""Seeding in the background: staff start, watch and cancel it; a worker that is killed costs nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from gis_server.seeding.models import SeedRun
from gis_server.seeding.running import work_on
from gis_server.seeding.tasks import call_off
from tests.imports.conftest import start_worker
from tests.imports.test_worker import _address, wait_until
from tests.seeding.conftest import AREA, do_all

PATIENCE_S = 120


def begin(client, **form):
    return client.post("/seeding/start", {"tileset": "shelters", "zooms": "10-16", "area": AREA} | form)


def test_a_seeding_that_staff_start_is_done_and_its_progress_is_told(staff, settings):
    answer = begin(staff)
    assert answer.status_code == 201
    where = answer.headers["Location"].removeprefix("http://testserver")
    assert staff.get(where).json()["state"] == "waiting"
    (run,) = do_all()
    told = staff.get(where)
    assert told.json()["state"] == run.state == "done"
    assert told.json()["done"] == told.json()["total"] >= 7
    assert len(list(settings.TILE_STORE.rglob("*.mvt"))) >= 7
    assert staff.get(where, headers={"If-None-Match": told.headers["ETag"]}).status_code == 304
    assert staff.get("/seeding/").json()["runs"][0]["id"] == run.pk


def test_of_each_kind_there_is_one_at_a_time(staff):
    assert begin(staff).status_code == 201
    refused = begin(staff)
    assert refused.status_code == 409
    assert "under way" in refused.json()["detail"]
    assert staff.post("/seeding/packs").status_code == 201
    do_all()
    assert begin(staff).status_code == 201


def test_a_run_that_waits_is_cancelled_at_once_and_one_that_has_ended_cannot_be(staff):
    number = begin(staff).json()["id"]
    answer = staff.post(f"/seeding/runs/{number}/cancel")
    assert (answer.status_code, answer.json()["state"]) == (202, "cancelled")
    work_on(number)
    assert SeedRun.objects.get(pk=number).state == "cancelled"
    assert staff.post(f"/seeding/runs/{number}/cancel").status_code == 409
    assert staff.post("/seeding/runs/99999999/cancel").status_code == 404


@pytest.mark.parametrize("kind", ["start", "packs"])
def test_a_run_that_is_cancelled_in_the_middle_ends_after_the_tile_in_hand(staff, monkeypatch, kind, settings):
    from gis_server.seeding import running

    monkeypatch.setattr(running, "_EVERY_S", 0.0)
    number = (begin(staff) if kind == "start" else staff.post("/seeding/packs")).json()["id"]
    say = running.Reporter.say

    def cancel_then_say(self, done, total):
        if done == 2:
            call_off(SeedRun.objects.get(pk=number)) if kind == "start" else _cancel_elsewhere(number)
        say(self, done, total)

    monkeypatch.setattr(running.Reporter, "say", cancel_then_say)
    work_on(number)
    run = SeedRun.objects.get(pk=number)
    assert (run.state, run.done) == ("cancelled", 2)
    assert list(settings.PACK_STORE.rglob("*.pmtiles")) == []


def _cancel_elsewhere(number: int) -> None:
    """From another connection: this one reads a pack and writes nothing."""
    with psycopg.connect(_address()) as other:
        other.execute("UPDATE seeding_seedrun SET is_cancel_wanted = true WHERE id = %s", [number])


def test_what_cannot_be_done_is_a_failure_that_is_told(staff):
    begin(staff)
    SeedRun.objects.update(wanted={"names": ["gone-since"], "zooms": None, "area": "city", "maps": False})
    (run,) = do_all()
    assert run.state == "failed"
    assert "gone-since" in run.message


@contextmanager
def table_in_use() -> Iterator[None]:
    """Nobody reads the layer meanwhile, so that a seeding stays in its middle."""
    with psycopg.connect(_address()) as other:
        other.execute("LOCK TABLE layers_shelter IN ACCESS EXCLUSIVE MODE")
        yield


RUNNING = "SELECT 1 FROM seeding_seedrun WHERE state = 'running'"


def test_a_run_whose_process_is_killed_in_the_middle_goes_on_when_it_is_taken_up(staff, tmp_path, settings):
    number = begin(staff).json()["id"]
    with table_in_use():
        process = start_worker(tmp_path, str(number), command="run_seeding")
        wait_until(RUNNING)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    work_on(number)
    run = SeedRun.objects.get(pk=number)
    assert run.state == "done"
    assert run.done == run.total == len(list(settings.TILE_STORE.rglob("*.mvt")))


@pytest.mark.heavy
def test_a_worker_that_is_killed_in_the_middle_is_followed_by_one_that_goes_on(staff, tmp_path):
    number = begin(staff).json()["id"]
    with table_in_use():
        worker = start_worker(tmp_path)
        wait_until(RUNNING)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    assert SeedRun.objects.get(pk=number).state == "running"
    again = start_worker(tmp_path, "--once")
    assert again.wait(PATIENCE_S) == 0
    run = SeedRun.objects.get(pk=number)
    assert run.state == "done"
    assert run.done == run.total == len(list((tmp_path / "tiles").rglob("*.mvt")))


def test_the_command_can_leave_it_to_the_worker(town, capsys):
    call_command("seed_tiles", "--layer", "shelters", "--zooms", "12", "--background")
    (run,) = do_all()
    assert (run.state, run.actor) == ("done", "")
    assert f"run {run.pk}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"tileset": "nothing"}, "there is no layer"),
        ({"zooms": "16-8"}, "is no zoom"),
        ({"area": "here"}, "is neither 'city' nor"),
        ({"other": "1"}, "'other' is not known"),
    ],
)
def test_a_wrong_form_is_refused_and_starts_nothing(staff, form, said):
    answer = begin(staff, **form)
    assert answer.status_code in {400, 404}
    assert said in answer.json()["detail"]
    assert not SeedRun.objects.exists()


def test_seeding_is_for_staff_alone(as_role):
    addresses = [("get", "/seeding/"), ("get", "/seeding/runs/1"), ("post", "/seeding/start")]
    addresses += [("post", "/seeding/packs"), ("post", "/seeding/runs/1/cancel")]
    for method, address in addresses:
        assert getattr(Client(), method)(address).status_code == 401, address
        assert getattr(as_role(""), method)(address).status_code == 403, address
        other = "post" if method == "get" else "get"
        assert getattr(as_role("staff"), other)(address).status_code == 405, address
    door = Client(headers={"Accept": "text/html"}).get("/seeding/")
    assert (door.status_code, door.headers["Location"]) == (302, "/sign-in/?next=%2Fseeding%2F")
    assert as_role("staff").get("/seeding/?x=1").status_code == 400
    assert not SeedRun.objects.exists()


def test_the_page_is_there_in_both_languages(as_role):
    client = as_role("staff", Accept="text/html")
    begin(client)
    for language, words in (("ja", ["タイルの準備", "順番待ち", "中止する"]), ("en", ["Seeding", "Waiting", "Cancel"])):
        page = client.get(f"/seeding/?lang={language}")
        assert page.headers["Cache-Control"] == "private, no-store"
        assert all(word in page.content.decode() for word in words)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE seeding_seedrun SET state = 'running', began_at = now() - interval '10 s', total = 9")
    SeedRun.objects.update(done=3, is_cancel_wanted=True)
    page = client.get("/seeding/?lang=en").content.decode()
    assert "3 of 9 tiles, about 1 min left, Ends after the tile in hand" in page
