"""A process that imports files in children of its own, and kills them when it is told to.

Each line on stdin is ``SECONDS FILE``: a child imports the file, and is killed after so many seconds (0: never). The
answer is ``ended`` or ``killed``, how many seconds it took, and the exit status. The product starts once for all.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from pathlib import Path

import django


def main() -> None:
    django.setup()
    for line in sys.stdin:
        seconds, path = line.rstrip("\n").split(" ", 1)
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            _import(Path(path))
        answer = "killed" if _has_to_be_killed(child, float(seconds)) else "ended"
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{answer} {time.monotonic() - began} {status}\n")
        sys.stdout.flush()


def _has_to_be_killed(child: int, seconds: float) -> bool:
    if not seconds:
        return False
    poll = select.poll()
    poll.register(os.pidfd_open(child), select.POLLIN)
    if poll.poll(seconds * 1000):
        return False
    os.kill(child, signal.SIGKILL)
    return True


def _import(path: Path) -> None:
    from django.conf import settings

    from etl.pipeline import import_opened, open_file
    from etl.readers import Options

    options = Options(settings.CITY, source_key="killed")
    import_opened(open_file(path, options), options, lambda _: None)
    os._exit(0)


if __name__ == "__main__":
    main()
