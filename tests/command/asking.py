"""Asks `./gis` as a person does, and databases as psql does."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from gis_server.command.places import Home
from gis_server.command.processes import Service

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class RunningDatabase:
    """A private database and the home it belongs to."""

    home: Home
    url: str
    server: Service


def value(url: str, query: str) -> object:
    """The single value that a query gives."""
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def gis(*words: object, env: Mapping[str, str], cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run `./gis` to its end."""
    argv = [str(CHECKOUT / "gis"), *map(str, words)]
    return subprocess.run(argv, env=dict(env), cwd=cwd, capture_output=True, text=True, check=False)


def only_line(text: str) -> str:
    """What a command says when it cannot do its work: one line, and no stack trace."""
    lines = text.strip().splitlines()
    assert len(lines) == 1, text
    return lines[0]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Up:
    """A running `./gis up`."""

    process: subprocess.Popen[str]
    port: int
    said: str

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
            return bytes(answer.read())

    def interrupt(self) -> int:
        """Ctrl-C; the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)


@contextmanager
def up(home: Home, env: Mapping[str, str], *options: object) -> Iterator[Up]:
    """`./gis up`, from when it says that it is ready."""
    port = free_port()
    argv = [CHECKOUT / "gis", "up", "--home", home.root, "--port", port, "--workers", 1, *options]
    process = subprocess.Popen(
        [str(word) for word in argv],
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield Up(process, port, _until_ready(process))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
        assert process.stdout
        process.stdout.close()


def _until_ready(process: subprocess.Popen[str]) -> str:
    said = ""
    assert process.stdout
    for line in process.stdout:
        said += line
        if "Ctrl-C" in line:
            return said
    raise AssertionError(f"it ended: {said}")


def wait_until_gone(pid: int, within_s: float = 20) -> None:
    """Wait for a process that is not our child."""
    deadline = time.monotonic() + within_s
    while _is_alive(pid):
        assert time.monotonic() < deadline, f"process {pid} is still there"
        time.sleep(0.02)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text() if Path("/proc/self").exists() else True
