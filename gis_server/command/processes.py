"""Starts other programs: those that are waited for, and those that run beside us and are stopped with us."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypedDict

from gis_server.command.console import Console, Failure
from gis_server.command.os_user import OsUser

HEARTBEAT_S = 15
PR_SET_PDEATHSIG = 1
ERROR_MARKS = ("error", "fatal", "e: ", "no space left", "failed", "refused", "denied", "could not")


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Program:
    """A command line with what surrounds it.

    Args:
        argv: program and arguments, paths and numbers among them.
        env: its whole environment.
        cwd: folder it runs in.
        user: the operating system's user to become; None stays who we are.
    """

    argv: Sequence[object]
    env: Mapping[str, str]
    cwd: Path | None = None
    user: OsUser | None = None


def run(program: Program, what: str, log: Path, console: Console) -> None:
    """Run to the end with its output in ``log``; a failure becomes one line that says where to read more."""
    with log.open("ab") as output:
        start = output.tell()
        began = time.monotonic()
        with _ended_with_us(_start(program, output)) as process:
            while (status := _wait(process, HEARTBEAT_S)) is None:
                console.detail(f"still {what} ({time.monotonic() - began:.0f} s)")
    if status:
        raise Failure(f"{what} failed: {_reason(log, start)} (details: {log})")


def stream(program: Program, what: str, log: Path, console: Console) -> None:
    """Run to the end and show its standard output as it comes; errors end in one line."""
    with log.open("ab") as errors:
        start = errors.tell()
        with _ended_with_us(_start(program, errors, stdout=subprocess.PIPE)) as process:
            for line in process.stdout or ():
                console.detail(line.decode("utf-8", "replace").rstrip())
            status = process.wait()
    if status:
        raise Failure(f"{what} failed: {_reason(log, start)} (details: {log})")


def output_of(program: Program, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run a short command and collect what it says."""
    return subprocess.run(  # noqa: S603 - the command line is ours
        [str(part) for part in program.argv],
        env=dict(program.env),
        cwd=program.cwd,
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        **_identity(program.user),
    )


class Service:
    """A program that runs beside us, in a process group of its own, and never outlives us unnoticed."""

    def __init__(self, name: str, program: Program, log: Path, stop_signal: signal.Signals) -> None:
        self.name = name
        self.log = log
        self.stop_signal = stop_signal
        with log.open("ab") as output:
            self.log_start = output.tell()
            self.process = _start(program, output, end_with_us=end_with_parent(stop_signal), start_new_session=True)

    @property
    def pid(self) -> int:
        """Process number, which is that of its group too."""
        return self.process.pid

    def is_running(self) -> bool:
        """Whether it is still there."""
        return self.process.poll() is None

    def reason(self) -> str:
        """The most telling line that it has written since it was started."""
        return _reason(self.log, self.log_start)

    def stop(self, patience_s: float = 30) -> None:
        """Ask it to end; whatever is left of its group after ``patience_s`` is killed."""
        if self.is_running():
            self.process.send_signal(self.stop_signal)
            if _wait(self.process, patience_s) is None:
                self.process.kill()
                self.process.wait()
        kill_group(self.pid)


def kill_group(pid: int) -> None:
    """Kill what is left of a process group; nothing left is just as well."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def birth_of(pid: int) -> str:
    """What tells a process from a later one with the same number (empty: there is none).

    Linux counts the start in clock ticks since boot, field 22 of ``/proc/PID/stat``; elsewhere ``ps`` says the time.
    """
    if sys.platform == "linux":
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        except OSError:
            return ""
        return "" if fields[0] == "Z" else f"{boot}:{fields[19]}"
    answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return answer.stdout.strip()


def _start(
    program: Program,
    output: IO[bytes],
    *,
    stdout: int | None = None,
    end_with_us: Callable[[], None] | None = None,
    start_new_session: bool = False,
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - the command line is ours
            [str(part) for part in program.argv],
            env=dict(program.env),
            cwd=program.cwd,
            stdin=subprocess.DEVNULL,
            stdout=output if stdout is None else stdout,
            stderr=output,
            preexec_fn=end_with_us,
            start_new_session=start_new_session,
            **_identity(program.user),
        )
    except FileNotFoundError as error:
        raise Failure(f"{program.argv[0]} is not there: {error.strerror}") from error


@contextmanager
def _ended_with_us(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Whoever stops us in the middle stops what we wait for as well."""
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def _identity(user: OsUser | None) -> _Identity:
    return {} if user is None else {"user": user.uid, "group": user.gid, "extra_groups": []}


def end_with_parent(stop_signal: signal.Signals = signal.SIGTERM) -> Callable[[], None] | None:
    """On Linux the kernel stops the program when we are killed without a chance to do it ourselves."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    return lambda: prctl(PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)


def _wait(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def _reason(log: Path, start: int) -> str:
    """The last line since ``start`` that tells of an error, else the last line."""
    with log.open("rb") as file:
        file.seek(start)
        lines = [line.strip() for line in file.read().decode("utf-8", "replace").splitlines() if line.strip()]
    telling = [line for line in lines if any(mark in line.lower() for mark in ERROR_MARKS)]
    return (telling or lines or ["it said nothing"])[-1][:300]
