"""The private PostGIS of a home: made once, started as our child, stopped cleanly, recovered after a crash.

It listens on a Unix socket inside its own folder and nowhere else; there is no password to lose, since the operating
system vouches for the two users who may connect: the one that runs ``./gis`` and the one that runs the server.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gis_server.command import os_user
from gis_server.command.cluster_place import SOCKET_FILE
from gis_server.command.console import Console, Failure
from gis_server.command.os_user import OsUser
from gis_server.command.postgres import Installation
from gis_server.command.processes import Program, Service, birth_of, output_of
from gis_server.command.tuning import build_settings

ROLE = DATABASE = "machigis"
SUPERUSER = "postgres"
PEER_MAP = "machigis"

# PostGIS goes into template1, so that the databases of the tests have it without a superuser.
FIRST_DATABASE = rf"""
SELECT 'CREATE ROLE {ROLE} LOGIN CREATEDB' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') \gexec
SELECT count(*) = 0 AS is_new FROM pg_database WHERE datname = '{DATABASE}' \gset
\if :is_new
  \connect template1
  CREATE EXTENSION IF NOT EXISTS postgis;
  \connect postgres
  CREATE DATABASE {DATABASE} OWNER {ROLE};
\endif
"""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One database cluster in its folder.

    Args:
        installation: the PostgreSQL that serves it.
        place: the folder that holds ``data`` and ``socket``.
        user: whom it runs as; None means ourselves.
        env: environment of its programs.
        is_durable: whether it must survive a power cut; the tests' need not and is faster for it.
    """

    installation: Installation
    place: Path
    user: OsUser | None
    env: Mapping[str, str]
    is_durable: bool = True

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.place / "data"

    @property
    def socket(self) -> Path:
        """Folder of the socket; the server names it relative to ``data``, so its length does not matter there."""
        return self.place / "socket"

    def program(self, name: str, *arguments: str | Path) -> Program:
        """One of PostgreSQL's programs as its user, without the caller's ``PG…`` variables."""
        env = {key: value for key, value in self.env.items() if not key.startswith("PG")}
        argv = [self.installation.program(name), *arguments]
        return Program(argv, env | {"LC_ALL": "C", "HOME": os.fspath(self.place)}, self.place, self.user)


def create(cluster: Cluster, console: Console) -> None:
    """Make the cluster if there is none. It gets its name last: what was interrupted begins anew."""
    if cluster.data.exists():
        return
    console.step(f"making the database (PostgreSQL {cluster.installation.version})")
    unfinished = cluster.place / "data.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    options = ["--data-checksums", "--encoding=UTF8", f"--username={SUPERUSER}", "--auth=peer"]
    if not cluster.is_durable:
        options.append("--no-sync")
    answer = output_of(cluster.program("initdb", "--pgdata", unfinished, *options, "--locale=C.UTF-8"))
    if answer.returncode and "locale" in answer.stderr:
        answer = output_of(cluster.program("initdb", "--pgdata", unfinished, *options, "--locale=C"))
    if answer.returncode:
        lines = [line for line in answer.stderr.splitlines() if "error" in line.lower()] or [answer.stderr.strip()]
        raise Failure(f"the database could not be made: {lines[-1]}")
    _write(cluster, unfinished / "postgresql.conf", "include_if_exists = 'machi-gis.conf'\n", append=True)
    unfinished.rename(cluster.data)


def configure(cluster: Cluster) -> None:
    """Write what follows from this machine and this caller; ``ALTER SYSTEM`` still has the last word."""
    settings = build_settings(is_durable=cluster.is_durable)
    lines = "".join(f"{name} = '{value}'\n" for name, value in settings.items())
    _write(cluster, cluster.data / "machi-gis.conf", "# Written by ./gis at every start.\n" + lines)
    rules = f"local all all peer map={PEER_MAP}\nlocal replication {SUPERUSER} peer map={PEER_MAP}\n"
    _write(cluster, cluster.data / "pg_hba.conf", rules)
    names = {os_user.our_name()} | ({cluster.user.name} if cluster.user else set())
    may = "".join(f'{PEER_MAP} "{name}" {role}\n' for name in sorted(names) for role in (ROLE, SUPERUSER))
    _write(cluster, cluster.data / "pg_ident.conf", may)
    answer = output_of(_shell(cluster, 'mkdir -p -m 700 "$1"', cluster.socket))
    if answer.returncode:
        raise Failure(f"cannot make {cluster.socket}: {answer.stderr.strip()}")


def start(cluster: Cluster, log: Path, console: Console) -> Service:
    """Start the server and wait until it takes connections, through crash recovery if need be."""
    stop_orphan(cluster, console)
    configure(cluster)
    program = cluster.program("postgres", "-D", cluster.data)
    server = Service("database", program, log, signal.SIGINT)  # SIGINT is PostgreSQL's fast shutdown
    began = told = time.monotonic()
    while not _is_ready(cluster, server.pid):
        if not server.is_running():
            raise Failure(f"the database did not start: {server.reason()} (details: {log})")
        if time.monotonic() - told > 5:
            told = time.monotonic()
            console.detail(f"the database is recovering ({told - began:.0f} s)")
        time.sleep(0.02)
    return server


def ensure_database(cluster: Cluster, socket: Path) -> None:
    """Role, PostGIS and database, where the first start has not made them yet."""
    answer = psql(cluster, socket, FIRST_DATABASE)
    if answer:
        raise Failure(f"the database could not be prepared: {answer}")


def wait_until_prepared(cluster: Cluster, socket: Path, within_s: float = 60) -> None:
    """Wait for a server that somebody else is starting."""
    deadline = time.monotonic() + within_s
    while problem := psql(cluster, socket, f"\\connect {DATABASE}"):
        if time.monotonic() > deadline:
            raise Failure(f"the database that another ./gis has started does not answer: {problem}")
        time.sleep(0.1)


def psql(cluster: Cluster, socket: Path, script: str) -> str:
    """Run a script as superuser; the last line of what went wrong, or nothing."""
    options = ("-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", socket, "-U", SUPERUSER, "-d", "postgres")
    program = cluster.program("psql", *options)
    ours = Program(program.argv, program.env)  # the socket's short way is ours alone
    answer = output_of(ours, given=script)
    return answer.stderr.strip().splitlines()[-1] if answer.returncode and answer.stderr.strip() else ""


def stop_orphan(cluster: Cluster, console: Console) -> None:
    """Stop a server that outlived whoever started it, and clear a lock file whose number is another program's now."""
    lock = cluster.data / "postmaster.pid"
    try:
        pid = int(lock.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    if not _serves(pid, cluster):
        output_of(_shell(cluster, 'rm -f "$1" "$2.lock"', lock, cluster.socket / SOCKET_FILE))
        return
    console.detail("stopping a database that an earlier run left behind")
    for signal_number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        try:
            os.kill(pid, signal_number)
        except ProcessLookupError:
            return
        if _is_gone(pid, within_s=30):
            return
    raise Failure(f"the database that an earlier run left behind (process {pid}) does not stop")


def _serves(pid: int, cluster: Cluster) -> bool:
    """Whether that process is the server of this data folder, which it keeps as its current folder."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cwd").samefile(cluster.data)
        except OSError:
            return False
    command = output_of(Program(["ps", "-o", "command=", "-p", str(pid)], cluster.env)).stdout
    return os.fspath(cluster.data) in command


def _is_gone(pid: int, within_s: float) -> bool:
    """A dead process that nobody has collected yet, as in a container without an init, is gone as well."""
    deadline = time.monotonic() + within_s
    while birth_of(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _is_ready(cluster: Cluster, pid: int) -> bool:
    """The server itself writes its state into the last line of its lock file."""
    try:
        lines = (cluster.data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _write(cluster: Cluster, path: Path, text: str, *, append: bool = False) -> None:
    """Write as the database's user, who owns the folder and could have put a link there."""
    answer = output_of(_shell(cluster, 'cat >> "$1"' if append else 'cat > "$1"', path), given=text)
    if answer.returncode:
        raise Failure(f"cannot write {path}: {answer.stderr.strip()}")


def _shell(cluster: Cluster, script: str, *arguments: Path) -> Program:
    return Program(["/bin/sh", "-c", script, "sh", *arguments], cluster.env, cluster.place, cluster.user)
