"""What ends a management command early is one line: a wrong option, without the usage before it; Ctrl-C, at any moment.

Nothing of Django is loaded here: that takes most of a second, in which Ctrl-C may come too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

_INTERRUPTED = 130
_UNHEARD = 141


@contextmanager
def stopped_in_one_line() -> Iterator[None]:
    """Ctrl-C ends what is done within, as does a reader that has gone; an unfinished transaction is not stored."""
    try:
        yield
    except KeyboardInterrupt:
        sys.stderr.write("gis: stopped\n")
        raise SystemExit(_INTERRUPTED) from None
    except BrokenPipeError:  # as `| head` leaves it; files that have been loaded by then stay loaded
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(_UNHEARD) from None


def say_in_one_line() -> None:
    """Let Django's commands, called from a command line, report a wrong option as ``gis`` itself does."""
    from django.core.management.base import CommandParser

    CommandParser.error = _error  # Django has no other place to say so


def _error(self: CommandParser, message: str) -> NoReturn:
    if self.called_from_command_line:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")
    from django.core.management.base import CommandError

    raise CommandError(f"Error: {message}")
