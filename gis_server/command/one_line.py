"""A wrong option of a management command is one line and exit status 2, without the whole usage before it."""

from __future__ import annotations

from typing import NoReturn

from django.core.management.base import CommandError, CommandParser


def say_in_one_line() -> None:
    """Let Django's commands, called from a command line, report a wrong option as ``gis`` itself does."""
    CommandParser.error = _error  # Django has no other place to say so


def _error(self: CommandParser, message: str) -> NoReturn:
    if self.called_from_command_line:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")
    raise CommandError(f"Error: {message}")
