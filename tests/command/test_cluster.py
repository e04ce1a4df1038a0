"""The private PostGIS: who may reach it, what it survives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from gis_server.command import cluster, os_user
from gis_server.command.cluster_place import LONGEST_SOCKET_BYTES, SOCKET_FILE, remove_place
from gis_server.command.console import Console, Failure
from gis_server.command.database import describe, own_database, shared_database
from gis_server.command.places import Home, claim
from gis_server.command.processes import Program, Service, kill_group
from tests.command.asking import RunningDatabase, value, wait_until_gone

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def test_it_has_checksums_and_unicode_and_postgis(database: RunningDatabase):
    assert value(database.url, "SHOW data_checksums") == "on"
    assert value(database.url, "SHOW server_encoding") == "UTF8"
    assert str(value(database.url, "SELECT postgis_lib_version()")) >= "3"


def test_its_role_may_make_the_databases_of_tests_and_is_no_superuser(database: RunningDatabase):
    assert value(database.url, "SELECT rolcreatedb AND NOT rolsuper FROM pg_roles WHERE rolname = current_user") is True
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE has_postgis")
    assert (
        value(database.url.replace("/machigis?", "/has_postgis?"), "SELECT ST_SRID(ST_Point(139.5, 35.7, 4326))")
        == 4326
    )


@linux
def test_nothing_listens_but_the_socket_in_the_home(database: RunningDatabase):
    assert (database.home.root / "database" / "socket" / SOCKET_FILE).is_socket()
    own = {os.readlink(link) for link in Path(f"/proc/{database.server.pid}/fd").iterdir()}
    tcp = [
        line.split()[9] for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    ]
    assert own.isdisjoint(f"socket:[{inode}]" for inode in tcp)


@linux
def test_the_server_is_not_root(database: RunningDatabase):
    assert Path(f"/proc/{database.server.pid}").stat().st_uid != 0


@root
def test_another_user_of_the_machine_cannot_connect(database: RunningDatabase, env: dict[str, str]):
    psql = describe(database.home, env, Console(sys.stdout)).installation.program("psql")
    answer = subprocess.run([psql, database.url, "-c", "SELECT 1"], user="nobody", capture_output=True, check=False)
    assert answer.returncode != 0
    assert b"Permission denied" in answer.stderr


def test_a_second_command_uses_the_running_server(database: RunningDatabase, env: dict[str, str], console: Console):
    with shared_database(database.home, env, console) as shared:
        assert shared.server is None
        assert value(shared.url, "SELECT current_database()") == "machigis"
    assert database.server.is_running()


def test_a_command_on_a_resting_home_starts_the_server_and_stops_it(home: Home, env: dict[str, str], console: Console):
    with shared_database(home, env, console) as first, shared_database(home, env, console) as second:
        assert (first.server is not None, second.server is None) == (True, True)
    assert first.server
    assert not first.server.is_running()
    assert not (home.root / "database" / "data" / "postmaster.pid").exists()


def test_a_socket_path_too_long_for_the_system_is_reached_all_the_same(
    open_folder: Path, env: dict[str, str], console: Console
):
    home = claim(
        open_folder / "三鷹 市's" / "a-folder-with-a-long-name-of-forty-chars" / "and-another-one-as-long-as-that"
    )
    assert len(os.fsencode(home.root / "database" / "socket" / SOCKET_FILE)) > LONGEST_SOCKET_BYTES
    with own_database(home, env, console, is_durable=False) as running:
        assert value(running.url, "SELECT 1") == 1
        short = Path(running.url.split("host=")[1])
        assert short.is_symlink()
        assert short.parent.stat().st_mode & 0o077 == 0
    assert not short.parent.exists()


@root
def test_a_home_that_the_servers_user_cannot_enter_has_its_database_elsewhere(
    tmp_path: Path, env: dict[str, str], console: Console
):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    home = claim(closed / "home")
    user = os_user.find_database_user()
    assert user is not None
    assert not user.can_enter(home.root)
    with own_database(home, env, console, is_durable=False) as running:
        assert value(running.url, "SELECT 1") == 1
    place = (home.root / "database").resolve()
    assert not place.is_relative_to(closed)
    remove_place(home)
    assert not place.exists()


def test_what_was_committed_survives_the_death_of_every_process(home: Home, env: dict[str, str], console: Console):
    with own_database(home, env, console) as running:
        assert running.server
        with psycopg.connect(running.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 80 AS sites")
        kill_group(running.server.pid)
    # Its lock files still name a process: by now that number may be anybody's, here it is ours.
    lock = home.root / "database" / "data" / "postmaster.pid"
    lock.write_text(lock.read_text().replace(str(running.server.pid), str(os.getpid()), 1))
    with own_database(home, env, console) as again:
        assert value(again.url, "SELECT sites FROM kept") == 80


def test_a_server_that_outlived_its_owner_is_replaced(home: Home, env: dict[str, str], console: Console):
    with own_database(home, env, console, is_durable=False):
        made = describe(home, env, console)
    program = made.program("postgres", "-D", made.data)
    argv = [str(part) for part in program.argv]
    user = made.user.uid if made.user else None
    orphan = subprocess.Popen(argv, env=dict(program.env), user=user, cwd=made.place, stderr=subprocess.DEVNULL)
    try:
        while not (made.data / "postmaster.pid").exists():
            assert orphan.poll() is None
        with own_database(home, env, console, is_durable=False) as running:
            assert running.server
            assert running.server.pid != orphan.pid
            assert orphan.wait(timeout=30) == 0
            assert value(running.url, "SELECT 1") == 1
    finally:
        if orphan.poll() is None:
            orphan.kill()


@linux
def test_the_server_stops_when_its_owner_is_killed(home: Home, env: dict[str, str], tmp_path: Path):
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(home.root)], env=env, stdout=subprocess.PIPE, text=True)
    assert owner.stdout
    pid = int(owner.stdout.readline())
    owner.kill()
    owner.wait()
    owner.stdout.close()
    wait_until_gone(pid)


OWNER = """
import io, os, signal, sys
from pathlib import Path
from gis_server.command.console import Console
from gis_server.command.database import own_database
from gis_server.command.places import claim
with own_database(claim(Path(sys.argv[1])), dict(os.environ), Console(io.StringIO()), is_durable=False) as database:
    print(database.server.pid, flush=True)
    signal.pause()
"""


def test_a_cluster_whose_making_was_interrupted_is_made_anew(home: Home, env: dict[str, str], console: Console):
    place = describe(home, env, console).place
    (place / "data.new").mkdir()
    (place / "data.new" / "PG_VERSION").write_text("half a cluster")
    with own_database(home, env, console, is_durable=False) as running:
        assert value(running.url, "SELECT 1") == 1


def test_a_database_of_a_version_that_is_gone_says_which_package_is_missing(
    home: Home, env: dict[str, str], console: Console
):
    data = describe(home, env, console).place / "data"
    data.mkdir()
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(Failure, match="postgresql-9-postgis-3"), own_database(home, env, console):
        pass


def test_a_server_that_cannot_start_says_why(home: Home, env: dict[str, str], console: Console):
    made = describe(home, env, console)
    cluster.create(made, console)
    with (made.data / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(Failure, match="postgresql.conf.* contains errors"):
        cluster.start(made, home.log("database"), console)


def test_a_service_that_does_not_listen_to_reason_is_killed(tmp_path: Path, env: dict[str, str]):
    deaf = Program(["/bin/sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1; done"], env)
    service = Service("deaf", deaf, tmp_path / "log", signal.SIGTERM)
    while b"deaf" not in (tmp_path / "log").read_bytes():
        assert service.is_running()
    service.stop(patience_s=0.1)
    assert service.process.returncode == -signal.SIGKILL
