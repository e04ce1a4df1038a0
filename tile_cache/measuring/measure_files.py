"""What each process has counted, as files: one a process, and one of those that have ended.

A process holds a lock on its file's neighbour as long as it lives, which the system lets go however it dies. So anybody
can tell who is dead, also between containers that share the folder. The dead's counts are added to those of the past;
what was only true while they lived (gauges) goes.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final
from uuid import uuid4

Key = tuple[str, ...]
PAST: Final = "past.json"
ALIVE: Final = ".alive"


@dataclass(slots=True)
class Totals:
    """Counts and times by what they are of: name of the measure, then its labels."""

    counters: dict[Key, float] = field(default_factory=dict)
    times: dict[Key, list[float]] = field(default_factory=dict)
    gauges: dict[Key, float] = field(default_factory=dict)

    def add(self, other: Totals, *, lives: bool) -> None:
        """Add another process's totals; gauges of one that does not live any more are left out."""
        for key, count in other.counters.items():
            self.counters[key] = self.counters.get(key, 0) + count
        for key, times in other.times.items():
            known = self.times.get(key)
            same = known is not None and len(known) == len(times)
            self.times[key] = [a + b for a, b in zip(known, times, strict=True)] if known and same else list(times)
        for key, value in other.gauges.items() if lives else ():
            self.gauges[key] = self.gauges.get(key, 0) + value


@dataclass(slots=True)
class _Own:
    """This process's file."""

    folder: Path
    pid: int
    path: Path
    alive: IO[bytes]
    written: str = ""


_lock = threading.Lock()
_own: _Own | None = None


def write_totals(folder: Path, totals: Totals) -> bool:
    """Write this process's totals, whole or not at all; False where the folder cannot be written."""
    global _own
    content = json.dumps(_document(totals))
    with _lock:
        try:
            if _own is None or (_own.folder, _own.pid) != (folder, os.getpid()):
                _own = _begin(folder)
            if content != _own.written:
                _replace(_own.path, content)
                _own.written = content
        except OSError:
            return False
        return True


def read_totals(folder: Path) -> Totals:
    """The totals of all processes, living and dead."""
    if not folder.is_dir():
        return Totals()
    with _locked(folder):
        _fold_the_dead(folder)
        totals, _ = _past(folder)
        for path in _files(folder):
            read = _read(path)
            if read is not None:
                totals.add(_totals(read), lives=True)
        return totals


def _fold_the_dead(folder: Path) -> None:
    """Add the counts of processes that have ended to those of the past, and remove their files.

    Whoever is killed in between leaves files that the past names, so that nothing counts twice.
    """
    dead = [path for path in _files(folder) if not _lives(path)]
    if not dead:
        return
    totals, folded = _past(folder)
    for path in dead:
        read = _read(path) if path.stem not in folded else None
        if read is not None:
            totals.add(_totals(read), lives=False)
    members = _document(totals) | {"folded": [path.stem for path in dead]}
    _replace(folder / PAST, json.dumps(members))
    for path in dead:
        path.unlink(missing_ok=True)
        path.with_suffix(ALIVE).unlink(missing_ok=True)


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*.json")) if path.name != PAST]


def _begin(folder: Path) -> _Own:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{os.getpid()}-{uuid4().hex}.json"
    alive = path.with_suffix(ALIVE).open("wb")
    fcntl.flock(alive, fcntl.LOCK_EX)
    return _Own(folder, os.getpid(), path, alive)


def _lives(path: Path) -> bool:
    """Whether the process of a file holds its lock still."""
    if _own is not None and path == _own.path:
        return True
    try:
        with path.with_suffix(ALIVE).open("rb") as alive:
            fcntl.flock(alive, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One reader at a time: a file must not move to the past while another adds up."""
    with (folder / "reading.lock").open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _past(folder: Path) -> tuple[Totals, set[str]]:
    read = _read(folder / PAST)
    return (_totals(read), set(read["folded"])) if read is not None else (Totals(), set())


def _replace(path: Path, content: str) -> None:
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_text(content, encoding="utf-8")
    beside.replace(path)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # folded meanwhile
        return None
    return read if isinstance(read, dict) else None


def _document(totals: Totals) -> dict[str, Any]:
    parts = {"counters": totals.counters, "times": totals.times, "gauges": totals.gauges}
    return {name: [[list(key), value] for key, value in part.items()] for name, part in parts.items()}


def _totals(read: dict[str, Any]) -> Totals:
    return Totals(
        **{name: {tuple(key): value for key, value in read[name]} for name in ("counters", "times", "gauges")}
    )
