"""The shell script in front: it needs nothing, works from anywhere, and names what there is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gis_server.command import places
from gis_server.command.arguments import HANDED_ON, PARSERS
from gis_server.command.places import Checkout
from tests.command.asking import CHECKOUT, gis


@pytest.fixture
def bare_path(tmp_path: Path) -> str:
    """A PATH with a shell's ordinary tools and nothing else: no Python, no package manager."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "dirname", "readlink", "cat", "id", "sed", "tr", "mkdir"):
        program = shutil.which(name)
        assert program
        (folder / name).symlink_to(program)
    return str(folder)


def _run(argv: list[object], env: dict[str, str], cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in argv], env=env, cwd=cwd, capture_output=True, text=True, check=False)


def test_the_overview_needs_no_python(bare_path: str):
    answer = _run([CHECKOUT / "gis"], {"PATH": bare_path})
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "./gis up" in answer.stdout


def test_the_overview_names_every_command_and_no_other(env: dict[str, str]):
    named = set(re.findall(r"^  \./gis ([a-z]+)", gis("--help", env=env).stdout, re.M))
    assert named == {*PARSERS, *HANDED_ON}


@pytest.mark.parametrize("command", [*PARSERS])
def test_each_command_explains_its_options(command: str, env: dict[str, str]):
    answer = gis(command, "--help", env=env)
    assert answer.returncode == 0
    assert "--home DIR" in answer.stdout


def test_it_works_through_a_link_from_another_folder(tmp_path: Path, env: dict[str, str]):
    link = tmp_path / "まち gis"
    link.symlink_to(os.path.relpath(CHECKOUT / "gis", tmp_path))
    answer = subprocess.run(
        [link, "manage", "version"], env=env, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    assert re.fullmatch(r"\d+\.\d+(\.\d+)?\n", answer.stdout)


def test_a_machine_without_python_or_packages_gets_one_line(bare_path: str, tmp_path: Path):
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    shutil.copy(CHECKOUT / "gis", checkout)
    answer = subprocess.run(
        [checkout / "gis", "up"], env={"PATH": bare_path}, capture_output=True, text=True, check=False
    )
    # The user's own pyenv counts, wherever PATH leads; with one the script gets as far as the missing checkout.
    assert answer.returncode != 0
    assert "Traceback" not in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("home", ["", "/nonexistent", None])
def test_a_user_without_a_home_folder_has_caches_in_the_checkout(home: str | None):
    surroundings = {"PATH": "/usr/bin"} | ({} if home is None else {"HOME": home})
    checkout = Checkout(CHECKOUT)
    env = places.build_tool_environment(surroundings, checkout)
    caches = [env[name] for name in ("HOME", "UV_CACHE_DIR", "PIP_CACHE_DIR", "NPM_CONFIG_CACHE", "XDG_CACHE_HOME")]
    assert all(Path(path).is_relative_to(checkout.cache) for path in caches)


def test_a_user_with_a_home_folder_keeps_the_caches_there(tmp_path: Path):
    env = places.build_tool_environment({"HOME": str(tmp_path)}, Checkout(CHECKOUT))
    assert env["HOME"] == str(tmp_path)
    assert "UV_CACHE_DIR" not in env
