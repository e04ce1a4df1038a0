"""Full load by `wrk`: how many requests a server answers in a second."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.running import WorkFailedError

THREADS, CONNECTIONS = 2, 8
PATIENCE_S = 90
LONGEST_S = 30
ENOUGH = 24
"""Answers below which those that are under way at the end would weigh too much: they are not counted."""
_SCRIPT = Path(__file__).with_suffix(".lua")
_COUNTED = re.compile(
    r"^counted requests=(\d+) microseconds=(\d+) refused=(\d+) broken=(\d+) late=(\d+)$", re.MULTILINE
)


def milliseconds_a_request(
    base: str, addresses: Sequence[str], seconds: int, *, begin: int = 0, headers: Mapping[str, str] | None = None
) -> float:
    """The time that the server needs for one request when it is never idle.

    Args:
        base: scheme, host and port.
        addresses: paths with queries, asked for in turns.
        seconds: how long at least; longer where an answer takes so long that too few would be counted.
        begin: line after which the turns begin.
        headers: sent with every request.

    Raises:
        WorkFailedError: something was answered with an error, or not at all.
    """
    while True:
        answered, milliseconds = read_count(_said_by_wrk(base, addresses, seconds, begin, headers or {}))
        if answered >= ENOUGH or (answered and seconds >= LONGEST_S):
            return milliseconds / answered
        if seconds >= LONGEST_S:
            raise WorkFailedError(f"{base}{addresses[0]}: no answer within {seconds} s")
        seconds = min(LONGEST_S, seconds * (2 if not answered else -(-ENOUGH * 5 // (answered * 4))))


def warm_up(base: str, addresses: Sequence[str], *, headers: Mapping[str, str] | None = None) -> None:
    """A second of the same, which nobody counts."""
    _said_by_wrk(base, addresses, 1, 0, headers or {})


def _said_by_wrk(base: str, addresses: Sequence[str], seconds: int, begin: int, headers: Mapping[str, str]) -> str:
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="ascii") as file:
        file.write("".join(f"{address}\n" for address in addresses))
        file.flush()
        options = [f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s", f"--timeout={PATIENCE_S}s", "-s", _SCRIPT]
        given = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
        words = [str(word) for word in ["wrk", *options, *given, base, "--", file.name, begin]]
        done = subprocess.run(words, env=os.environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise WorkFailedError(f"wrk: {(done.stderr or done.stdout).strip()[-200:]}")
    return done.stdout


def read_count(text: str) -> tuple[int, float]:
    """Requests that were answered, and the milliseconds of them all together, from what wrk said.

    >>> read_count("counted requests=2000 microseconds=4000000 refused=0 broken=0 late=0")
    (2000, 4000.0)

    Raises:
        WorkFailedError: one was refused, broke off or came too late.
    """
    found = _COUNTED.search(text)
    if found is None:
        raise WorkFailedError(f"wrk said nothing that can be counted: {text[-200:]!r}")
    requests, microseconds, refused, broken, late = (int(number) for number in found.groups())
    if refused or broken or late:
        raise WorkFailedError(f"of {requests} requests {refused} were refused, {broken} broke off, {late} came late")
    return requests, microseconds / 1000
