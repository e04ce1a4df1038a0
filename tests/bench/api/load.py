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
PATIENCE_S = 120
LONG_S, LONGEST_S = 30, 90
"""No longer for a figure that is good enough; no longer for any answer at all."""
ENOUGH = 24
"""Answers below which those that are under way at the end would weigh too much: they are not counted."""
_SCRIPT = Path(__file__).with_suffix(".lua")
_COUNTED = re.compile(r"^\s*(\d+) requests in .*$.*^Requests/sec:\s+([0-9.]+)$", re.MULTILINE | re.DOTALL)
_FAULTS = re.compile(r"^\s*(?:Socket errors: .*|Non-2xx or 3xx responses: \d+)$", re.MULTILINE)


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
        if answered >= ENOUGH or (answered and seconds >= LONG_S):
            return milliseconds
        if seconds >= LONGEST_S:
            raise WorkFailedError(f"{base}{addresses[0]}: no answer within {seconds} s")
        wanted = seconds * (-(-ENOUGH * 5 // (answered * 4)) if answered else 3)
        seconds = min(LONG_S if answered else LONGEST_S, wanted)


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
    """Requests that were answered, and the milliseconds of one of them, from what wrk said.

    >>> read_count("  3000 requests in 3.00s, 5MB read\\nRequests/sec:   1000.00\\n")
    (3000, 1.0)

    Raises:
        WorkFailedError: one was refused, broke off or came too late.
    """
    found, faults = _COUNTED.search(text), _FAULTS.findall(text)
    if found is None:
        raise WorkFailedError(f"wrk said nothing that can be counted: {text[-200:]!r}")
    if faults:
        raise WorkFailedError(f"of {found[1]} requests some failed: {'; '.join(fault.strip() for fault in faults)}")
    rate = float(found[2])
    return int(found[1]), 1000 / rate if rate else 0.0
