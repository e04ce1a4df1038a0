"""Processes of an earlier run that was killed before it could stop them."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from gis_server.command.console import Console
from gis_server.command.places import Home
from gis_server.command.processes import Service, birth_of, kill_group

PATIENCE_S = 10


def remember(home: Home, services: Sequence[Service]) -> None:
    """Note which processes belong to this home, each with what tells it from a later one with its number."""
    content = {service.name: [service.pid, birth_of(service.pid)] for service in services}
    _file(home).write_text(json.dumps(content))


def forget(home: Home) -> None:
    """Everything has been stopped."""
    _file(home).unlink(missing_ok=True)


def stop_leftovers(home: Home, console: Console) -> None:
    """Stop what the earlier run has left, so that its port and its database are free again."""
    try:
        content = json.loads(_file(home).read_text())
    except (OSError, ValueError):
        return
    left = [(name, pid) for name, (pid, birth) in content.items() if birth and birth_of(pid) == birth]
    for name, pid in left:
        console.detail(f"stopping the {name} that an earlier run left behind")
        os.kill(pid, signal.SIGTERM if name != "database" else signal.SIGINT)
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and any(birth_of(pid) for _, pid in left):
        time.sleep(0.05)
    for name, pid in left:
        if name != "database":  # the database's own start looks after it, and longer
            kill_group(pid)
    forget(home)


def _file(home: Home) -> Path:
    return home.root / "processes.json"
