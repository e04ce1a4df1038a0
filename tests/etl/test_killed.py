"""Whenever an import is killed, the layer is as it was or as it should be, and so are the log and the list of runs."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction

from etl.models import ImportRun
from layers.changes import Change
from tests.running import CHECKOUT, beside

ROWS = 3_000
MOMENTS = 20

pytestmark = pytest.mark.usefixtures("committed")


def write_edition(path: Path, name: str, numbers: range) -> Path:
    lines = [f"{n},{name}{n},35.{660000 + n},139.{560000 + n}" for n in numbers]
    path.write_text("\n".join(["ID,名称,緯度,経度", *lines, ""]), encoding="utf-8")
    return path


@pytest.fixture
def run_import() -> Iterator[Callable[[Path, float], tuple[str, float]]]:
    """Imports a file in a process that is killed after some seconds; how it went, and how long it took."""
    url = beside(os.environ["DATABASE_URL"], connection.settings_dict["NAME"])
    command = [sys.executable, "-m", "tests.etl.killable"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=CHECKOUT, env=os.environ | {"DATABASE_URL": url}, **pipes) as process:

        def run(path: Path, seconds: float) -> tuple[str, float]:
            process.stdin.write(f"{seconds} {path}\n")
            process.stdin.flush()
            how, took, status = process.stdout.readline().split()
            assert how == "killed" or status == "0", "the import failed by itself"
            return how, float(took)

        yield run
        process.stdin.close()


def state() -> tuple[str, int, int]:
    """The layer's rows as one digest, and how many runs and changes are on record.

    The server may still be at work for a process that was killed: what a second import waits for is waited for here.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('machigis source killed', 0))")
        cursor.execute(
            "SELECT md5(string_agg(id || name || ST_AsText(geometry), ',' ORDER BY id)) FROM layers_facility"
        )
        digest = cursor.fetchone()[0]
    return digest, ImportRun.objects.filter(state="loaded").count(), Change.objects.count()


def test_killing_an_import_at_any_moment_leaves_no_half_of_it(run_import, tmp_path):
    editions = [
        write_edition(tmp_path / "one.csv", "旧館", range(ROWS)),
        write_edition(tmp_path / "two.csv", "新館", range(ROWS // 2, ROWS + ROWS // 2)),
    ]
    digests = []
    for edition in editions:
        assert run_import(edition, 0)[0] == "ended"
        digests.append(state()[0])
    seconds = min(run_import(edition, 0)[1] for edition in editions)  # the machine may be busier now than later
    moments = random.Random(20_260)  # noqa: S311 - any moments will do, the same ones each time
    killed = 0
    for _ in range(MOMENTS):
        before = state()
        other = editions[1 - digests.index(before[0])]
        how, _ = run_import(other, moments.uniform(0.02, seconds))
        killed += how == "killed"
        after = state()
        assert after[0] in digests
        assert (after[0] != before[0]) == (after[1] == before[1] + 1) == (after[2] > before[2]), (
            "rows, run and log change together or not at all"
        )
    assert killed >= MOMENTS // 2
