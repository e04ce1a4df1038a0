"""`./gis up` as a person meets it: it comes up, it stops, and what it cannot do it says in one line."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gis_server.command.places import Home
from gis_server.command.processes import kill_group
from tests.command.asking import CHECKOUT, gis, only_line, up

linux_root = pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="only root can mount a disk")


@pytest.mark.server
def test_a_home_filled_by_hand_comes_up_as_it_is_and_survives_being_killed(home: Home, env: dict[str, str]):
    """One long way, because every start costs seconds: fill, up, a second up, kill -9, up again, Ctrl-C."""
    file = home.root / "site.geojson"
    file.write_text(ONE_SITE, encoding="utf-8")
    imported = gis("import", file, "--yes", "--home", home.root, env=env)
    assert imported.returncode == 0, imported.stderr

    with up(home, env) as first:
        assert "sample" not in first.said
        assert f"http://127.0.0.1:{first.port}/navi/" in first.said
        assert "架空の広場" in first.get("/api/collections/evacuation-sites/items").decode()
        second = gis("up", "--home", home.root, env=env)
        assert second.returncode == 1
        assert f"process {first.process.pid}" in only_line(second.stderr)
        for pid in _processes_of(home):
            kill_group(pid)
        first.process.kill()
        first.process.wait()

    with up(home, env) as again:
        sites = json.loads(again.get("/api/collections/evacuation-sites/items"))["features"]
        assert [site["properties"]["name"] for site in sites] == ["架空の広場"]
        assert again.interrupt() == 0
    assert _processes_of(home) == []
    assert not (home.root / "database" / "data" / "postmaster.pid").exists()


def _processes_of(home: Home) -> list[int]:
    path = home.root / "processes.json"
    return [pid for pid, _ in json.loads(path.read_text()).values()] if path.exists() else []


def test_a_port_in_use_is_one_line_and_nothing_is_begun(tmp_path: Path, env: dict[str, str]):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        answer = gis("up", "--home", tmp_path / "home", "--port", port, env=env)
    assert answer.returncode == 1
    assert f"port {port} on 127.0.0.1 is in use" in only_line(answer.stderr)
    assert not (tmp_path / "home" / "database").exists()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["up", "--prot", "8001"], "--prot"),
        (["up", "--port", "80 80"], "80 80"),
        (["up", "--port", "65536"], "65536"),
        (["up", "--data", "/no/such/folder"], "/no/such/folder"),
        (["up", "--city", "/no/such/file.toml"], "/no/such/file.toml"),
        (["up", "--host", "no.such.host.invalid"], "no.such.host.invalid"),
        (["up", "--home"], "--home"),
        (["climb"], "climb"),
        (["manage"], "manage"),
        (["import", "--home"], "--home"),
    ],
)
def test_a_command_used_wrongly_is_one_line_naming_the_word(words: list[str], named: str, tmp_path: Path, env):
    answer = gis(*words, env=env | {"GIS_HOME": str(tmp_path / "home")})
    assert answer.returncode == 2
    assert named in only_line(answer.stderr)
    assert not (tmp_path / "home" / "database").exists()


def test_a_home_that_belongs_to_somebody_else_is_left_alone(tmp_path: Path, env: dict[str, str]):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    if os.geteuid() == 0:
        os.chown(theirs, 65534, 65534)
    else:
        theirs = Path("/usr")
    answer = gis("up", "--home", theirs, env=env)
    assert answer.returncode == 1
    assert "belongs to" in only_line(answer.stderr)
    assert theirs == Path("/usr") or list(theirs.iterdir()) == []


def test_a_home_that_is_a_file_is_one_line(tmp_path: Path, env: dict[str, str]):
    (tmp_path / "file").write_text("")
    answer = gis("up", "--home", tmp_path / "file", env=env)
    assert answer.returncode == 1
    assert "is not a folder" in only_line(answer.stderr)


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of sixteen megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine does not let us mount a disk")
    yield folder
    subprocess.run(["umount", folder], check=True)


@linux_root
def test_a_full_disk_is_one_line(full_disk: Path, env: dict[str, str]):
    answer = gis("up", "--home", full_disk / "home", env=env)
    assert answer.returncode == 1
    assert "is full" in only_line(answer.stderr)


def test_a_database_url_that_leads_nowhere_is_one_line(tmp_path: Path, env: dict[str, str]):
    nowhere = env | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    answer = gis("up", "--home", tmp_path / "home", env=nowhere)
    assert answer.returncode == 1
    assert "the database does not answer" in only_line(answer.stderr)


def test_a_database_url_of_another_kind_is_one_line(tmp_path: Path, env: dict[str, str]):
    answer = gis("up", "--home", tmp_path / "home", env=env | {"DATABASE_URL": "mysql://u@h/db"})
    assert answer.returncode != 0
    assert "postgresql://" in only_line(answer.stderr)


def test_asked_to_stop_while_it_prepares_it_leaves_nothing_running(home: Home, env: dict[str, str]):
    argv = [CHECKOUT / "gis", "up", "--home", home.root]
    process = subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if "preparing" in line:
            process.send_signal(signal.SIGTERM)
            break
    said += process.stdout.read()
    assert process.wait(timeout=60) == 130, said
    process.stdout.close()
    assert "stopped" in said
    assert not (home.root / "database" / "data" / "postmaster.pid").exists()


ONE_SITE = """{"type": "FeatureCollection", "features": [{"type": "Feature",
 "geometry": {"type": "Point", "coordinates": [139.56, 35.69]},
 "properties": {"NO": "1", "共通ID": "E1320499999201", "都道府県名及び市町村名": "東京都三鷹市",
 "施設・場所名": "架空の広場", "住所": "架空町1-1", "洪水": "1", "崖崩れ、土石流及び地滑り": "", "高潮": "",
 "地震": "1", "津波": "", "大規模な火事": "", "内水氾濫": "", "火山現象": "", "指定避難所との住所同一": "",
 "備考": ""}}]}"""
