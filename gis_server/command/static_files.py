"""Styles, scripts and the browser's libraries, collected into the home and compressed, only where they changed."""

from __future__ import annotations

from pathlib import Path

from django.core.management import call_command
from whitenoise.compress import Compressor

SAME_TIME_S = 1e-4


def collect(folder: Path) -> int:
    """Bring ``folder`` up to date; how many files were compressed anew."""
    call_command("collectstatic", interactive=False, verbosity=0)
    compressor = Compressor(quiet=True)
    files = [path for path in folder.rglob("*") if path.suffix not in {".gz", ".br"} and path.is_file()]
    stale = [path for path in files if compressor.should_compress(path.name) and not _is_compressed(path)]
    for path in stale:
        _compressed(path).unlink(missing_ok=True)  # of an older file; compression may not pay any more
        compressor.compress(str(path))
    return len(stale)


def _compressed(path: Path) -> Path:
    return path.with_name(path.name + ".gz")


def _is_compressed(path: Path) -> bool:
    """The compressor gives its file the time of the original, up to the precision of a float."""
    twin = _compressed(path)
    return twin.exists() and abs(twin.stat().st_mtime - path.stat().st_mtime) < SAME_TIME_S
