"""The real worker: killed in the middle, told to stop, started again; in the end there is exactly one load."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from etl.models import ImportRun
from tests.imports.conftest import GOOD_AND_BAD, facilities, start_worker

CSV = ("公共施設.csv", GOOD_AND_BAD)
PATIENCE_S = 30


@pytest.fixture
def waiting(staff):
    """An upload that waits to be loaded."""
    upload = staff.ready(CSV)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")  # looked at in this process
    staff.post(upload, "load")
    return upload


@contextmanager
def table_in_use() -> Iterator[None]:
    """Nobody gets into the layer meanwhile, so that a load stays in its middle."""
    with psycopg.connect(_address()) as other:
        other.execute("LOCK TABLE layers_facility IN EXCLUSIVE MODE")
        yield


def _address() -> str:
    from psycopg.conninfo import make_conninfo

    known = connection.get_connection_params()
    return make_conninfo(
        **{name: known[name] for name in ("dbname", "user", "password", "host", "port") if name in known}
    )


def wait_until(statement: str) -> None:
    """Until a query finds something; the deadline decides."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            if cursor.fetchone():
                return
        time.sleep(0.05)
    raise AssertionError(f"never: {statement}")


# The upkeep of the same worker may wait as well, in another mode.
WAITING = "FROM pg_locks WHERE relation = 'layers_facility'::regclass AND mode = 'RowExclusiveLock' AND NOT granted"
BLOCKED = f"SELECT 1 {WAITING}"
NOBODY = f"SELECT 1 WHERE NOT EXISTS (SELECT {WAITING})"


def finish(home: Path) -> None:
    worker = start_worker(home, "--once")
    assert worker.wait(PATIENCE_S) == 0


def test_a_worker_that_is_killed_in_the_middle_ends_with_exactly_one_load(waiting, tmp_path):
    with table_in_use():
        worker = start_worker(tmp_path)
        wait_until(BLOCKED)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        wait_until(NOBODY)  # the load has ended with its worker
    assert facilities() == []
    finish(tmp_path)
    waiting.refresh_from_db()
    assert waiting.state == "loaded"
    assert facilities() == ["架空センター", "架空図書館"]
    assert ImportRun.objects.count() == 1


def test_a_worker_that_is_told_to_stop_rolls_back_and_the_next_one_takes_it_up(waiting, tmp_path):
    with table_in_use():
        worker = start_worker(tmp_path)
        wait_until(BLOCKED)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(PATIENCE_S) == 0
        waiting.refresh_from_db()
        assert waiting.state == "loading"
    finish(tmp_path)
    waiting.refresh_from_db()
    assert waiting.state == "loaded"
    assert ImportRun.objects.count() == 1


def test_a_load_that_is_cancelled_in_the_middle_stops_at_once(waiting, tmp_path, staff):
    with table_in_use():
        worker = start_worker(tmp_path)
        try:
            wait_until(BLOCKED)
            assert staff.post(waiting, "cancel").status_code == 202
            wait_until(NOBODY)
        finally:
            worker.terminate()
            worker.wait(PATIENCE_S)
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    assert facilities() == []
    assert not ImportRun.objects.filter(state="loaded").exists()


def test_a_reading_process_that_dies_is_a_failure_that_is_told(waiting, tmp_path):
    with table_in_use():
        worker = start_worker(tmp_path)
        try:
            wait_until(BLOCKED)
            child = subprocess.run(["pgrep", "-P", str(worker.pid)], capture_output=True, text=True, check=True).stdout
            os.kill(int(child), signal.SIGKILL)
            wait_until("SELECT 1 FROM imports_upload WHERE state = 'failed'")
        finally:
            worker.terminate()
            worker.wait(PATIENCE_S)
    waiting.refresh_from_db()
    assert "signal 9" in waiting.message
    assert facilities() == []
