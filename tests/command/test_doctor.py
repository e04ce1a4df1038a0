"""`./gis doctor`: every line says what is there, or what mends it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from gis_server.command.database import own_database
from tests.command.asking import gis


def test_a_machine_on_which_the_city_can_start_is_well(tmp_path: Path, env: dict[str, str]):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    answer = gis("doctor", "--home", tmp_path / "home", "--port", port, env=env)
    assert answer.returncode == 0, answer.stdout
    assert "✗" not in answer.stdout
    assert all(name in answer.stdout for name in ("Python", "PostGIS", "browser libraries", "Japanese fonts", "disk"))
    assert not (tmp_path / "home").exists()


def test_a_port_in_use_and_a_strange_home_are_named(tmp_path: Path, env: dict[str, str]):
    theirs = Path("/usr") if os.geteuid() else tmp_path
    if os.geteuid() == 0:
        os.chown(theirs, 65534, 65534)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        answer = gis("doctor", "--home", theirs, "--port", port, env=env)
    if os.geteuid() == 0:
        os.chown(theirs, 0, 0)
    assert answer.returncode == 1
    bad = [line for line in answer.stdout.splitlines() if line.startswith("✗")]
    assert len(bad) == 2
    assert "belongs to" in bad[0]
    assert f"port {port}" in bad[1]


def test_tables_that_are_missing_are_named_with_what_mends_them(home, env: dict[str, str], console):
    with own_database(home, env, console, is_durable=False):
        answer = gis("doctor", "--home", home.root, env=env)
    line = next(line for line in answer.stdout.splitlines() if line.split()[1:2] == ["tables"])
    assert line.startswith("✗")
    assert "./gis up" in line
