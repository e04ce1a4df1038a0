"""Work of the worker in a process of its own, whose memory goes back when it ends, and which ends with the worker."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from django.conf import settings

from gis_server.command.processes import end_with_parent

PATIENCE_S = 10


async def run_child(*words: str) -> int:
    """Run one of Django's commands to its end; its status, negative for the number of a signal.

    Being told to stop ends the process, and with it its transaction.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gis_server.manage", *words,
        cwd=Path(settings.BASE_DIR).parent, stdin=asyncio.subprocess.DEVNULL, preexec_fn=end_with_parent(),
    )  # fmt: skip
    try:
        return await process.wait()
    except asyncio.CancelledError:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), PATIENCE_S)
        except TimeoutError:
            process.kill()
            await process.wait()
        raise


def reason_of(status: int, process: str = "the process", blameless: str = "") -> str:
    """Why a process ended that should not have.

    Args:
        blameless: whose fault it is not, where one might think so: ``not of the file``.

    >>> reason_of(-9, "the reading process")
    'the reading process was stopped by signal 9; is there too little memory?'
    >>> reason_of(1, blameless="not of the file")
    "a fault of the program, not of the file; the worker's log has the details"
    """
    if status < 0:
        return f"{process} was stopped by signal {-status}; is there too little memory?"
    whose = f", {blameless}" if blameless else ""
    return f"a fault of the program{whose}; the worker's log has the details"
