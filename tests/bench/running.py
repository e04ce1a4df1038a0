"""Runs a program to its end and says how long it took and how much memory it held."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1_000_000
_LOOKS_EVERY_S = 0.05
_PAGE = os.sysconf("SC_PAGE_SIZE")


class WorkFailedError(Exception):
    """A measured program did not do its work; the message is its last line."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a program: seconds from its start to its end, and the most memory that it held, in bytes."""

    seconds: float
    peak_bytes: int


def measured(words: Sequence[object], env: Mapping[str, str]) -> Run:
    """Run a program, start-up included.

    The memory is the larger of what the kernel says of the largest process (exact), and of what all its processes
    held together (looked at every twentieth of a second; pages that they share count twice).

    Raises:
        WorkFailedError: it ended with another status than 0.
    """
    argv = [str(word) for word in words]
    with tempfile.TemporaryFile() as output:
        began = time.monotonic()
        process = subprocess.Popen(argv, env=dict(env), stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        family = _Family(process.pid)
        family.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.monotonic() - began
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            family.is_over.set()
            if process.returncode is None:
                process.terminate()
                process.wait()
        family.join()
        if process.returncode:
            raise WorkFailedError(f"{Path(argv[0]).name}: {_last_line(output.fileno(), process.returncode)}")
    largest = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Run(seconds, max(largest, family.peak_bytes))


def _last_line(output: int, status: int) -> str:
    os.lseek(output, 0, os.SEEK_SET)
    with os.fdopen(os.dup(output), "rb") as file:
        lines = file.read().decode("utf-8", "replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), f"exit status {status}")


class _Family(threading.Thread):
    """Watches a process with its children and theirs, where the system shows them (Linux)."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak_bytes, self.is_over = pid, 0, threading.Event()

    def run(self) -> None:
        while not self.is_over.wait(_LOOKS_EVERY_S):
            self.peak_bytes = max(self.peak_bytes, _held_bytes(self.pid))


def _held_bytes(pid: int) -> int:
    """Resident memory of a process and of all below it; what ends meanwhile counts nothing."""
    folder = Path("/proc") / str(pid)
    try:
        pages = int((folder / "statm").read_text().split()[1])
        children = [child for file in folder.glob("task/*/children") for child in file.read_text().split()]
    except (OSError, IndexError):
        return 0
    return pages * _PAGE + sum(_held_bytes(int(child)) for child in children)
