"""`./gis bench`: the form of what it says, on a thousandth of its rows."""

from __future__ import annotations

import doctest
import json
import os
import subprocess
import sys
from pathlib import Path

from tests.bench import rows as rows_module
from tests.bench.rows import HEADER, Row, as_json, table
from tests.running import CHECKOUT

# As ./gis bench starts it, in the database of the tests: what it measures against is not installed for that.
BENCH = [sys.executable, "-m", "tests.bench"]


def bench(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"GIS_HOME": str(home), "PYTHONPATH": str(CHECKOUT)}
    return subprocess.run([*BENCH, *words], cwd=home, env=env, capture_output=True, text=True, check=False)


def test_a_measurement_is_a_line_of_the_table_and_an_object_of_the_json(tmp_path: Path):
    done = bench(tmp_path, "etl", "--only", "etl.csv", "--scale", "0.001", "--rounds", "1", "--json", "rows.json")
    rows = {row["name"]: row for row in json.loads((tmp_path / "rows.json").read_text(encoding="utf-8"))}
    assert list(rows) == ["etl.csv", "etl.csv memory"], done.stdout + done.stderr
    for row in rows.values():
        assert tuple(row) == HEADER
    points, memory = rows["etl.csv"], rows["etl.csv memory"]
    assert (points["unit"], memory["unit"]) == ("s", "MB")
    assert points["ours"] > 0
    assert points["peers"]["ogr2ogr"] > 0
    assert points["ratio"] > 0
    assert 50 < memory["ours"] < 1000
    assert done.returncode == (0 if points["met"] and memory["met"] else 1)
    shown = done.stdout.split("\n\n")[-1].splitlines()
    assert shown[0].split() == list(HEADER)
    assert [line.split("  ")[0] for line in shown[1:]] == list(rows)


def test_a_subject_that_nothing_measures_is_one_line_and_status_2(tmp_path: Path):
    done = bench(tmp_path, "weather")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "etl.csv" in done.stderr


def test_what_went_wrong_meets_no_goal_and_what_is_not_there_fails_none():
    failed = Row("etl.csv", "s", None, note="it ended early", has_failed=True)
    absent = Row("etl.osm", "s", None, note="not measured: the file is not here")
    assert [as_json(row)["met"] for row in (failed, absent)] == [False, None]
    assert "it ended early" in table([failed, absent])


def test_the_examples_of_the_table_hold():
    outcome = doctest.testmod(rows_module)
    assert (outcome.failed, outcome.attempted > 0) == (0, True)
