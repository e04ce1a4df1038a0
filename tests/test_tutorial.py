"""The notebook for Python does what it says, on the running city, and holds no outputs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import CHECKOUT, RunningCity

NOTEBOOK = CHECKOUT / "docs" / "tutorial" / "python.ipynb"


def run(city: RunningCity, folder: Path, **more: str) -> str:
    env = {"MACHIGIS_API": f"{city.url}/api", "MPLBACKEND": "Agg", "MPLCONFIGDIR": str(folder), "HOME": str(folder)}
    words = [sys.executable, str(CHECKOUT / "tests" / "notebook_program.py"), str(NOTEBOOK)]
    done = subprocess.run(
        words, env={"PATH": "/usr/bin:/bin", **env, **more}, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.server
def test_every_cell_of_the_tutorial_runs(city: RunningCity, tmp_path: Path):
    city.gis("user", "add", "tutorial-reader", "--role", "disaster-staff")
    token = city.gis("user", "token", "tutorial-reader").split()[-1]
    told = run(city, tmp_path, MACHIGIS_TOKEN=token)
    assert "evacuation-sites" in told
    assert "412" in told, "an outdated change is refused"
    ((left,),) = city.rows("SELECT count(*) FROM layers_damagearea WHERE description LIKE %s", "%チュートリアル%")
    assert left == 0


@pytest.mark.server
def test_the_tutorial_reads_without_a_token(city: RunningCity, tmp_path: Path):
    assert "書き込みません" in run(city, tmp_path)


def test_the_notebook_is_valid_and_holds_no_outputs():
    document = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in document["cells"]]
    assert len(ids) == len(set(ids))
    for cell in document["cells"]:
        assert cell["cell_type"] == "markdown" or (cell["outputs"], cell["execution_count"]) == ([], None)
