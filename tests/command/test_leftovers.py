"""What an earlier run left behind is stopped; what only has its number is not."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gis_server.command.console import Console
from gis_server.command.leftovers import stop_leftovers
from gis_server.command.locks import Lock
from gis_server.command.places import Home
from gis_server.command.processes import birth_of


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "600"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def _note(home: Home, pid: int, birth: str) -> None:
    (home.root / "processes.json").write_text(json.dumps({"web server": [pid, birth]}))


def test_a_process_of_an_earlier_run_is_stopped(tmp_path: Path, sleeper: subprocess.Popen[bytes], console: Console):
    _note(Home(tmp_path), sleeper.pid, birth_of(sleeper.pid))
    stop_leftovers(Home(tmp_path), console)
    assert sleeper.wait(timeout=10) == -15
    assert not (tmp_path / "processes.json").exists()


def test_another_process_with_its_number_is_left_alone(
    tmp_path: Path, sleeper: subprocess.Popen[bytes], console: Console
):
    _note(Home(tmp_path), sleeper.pid, "born at another time")
    stop_leftovers(Home(tmp_path), console)
    assert sleeper.poll() is None


def test_a_broken_note_is_no_reason_to_fail(tmp_path: Path, console: Console):
    (tmp_path / "processes.json").write_text("{")
    stop_leftovers(Home(tmp_path), console)


def test_a_lock_names_its_holder_and_is_free_again_afterwards(tmp_path: Path):
    first, second = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")
    assert first.take()
    assert not second.take()
    assert not second.take(shared=True)
    assert second.holder().isdecimal()
    first.release()
    assert second.take()
