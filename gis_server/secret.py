"""The site's secret key: made at random on first use, kept in the home, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def secret_key(home: Path) -> str:
    """The key of `home`. Two processes that start together agree on one."""
    path = home / "secret_key"
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        return _made(path)


def _made(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    mine = path.with_name(f"secret_key.{os.getpid()}")
    descriptor = os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(50))
    try:
        os.link(mine, path)  # atomic, and fails where another process was first
    except FileExistsError:
        pass
    finally:
        mine.unlink()
    return path.read_text(encoding="ascii")
