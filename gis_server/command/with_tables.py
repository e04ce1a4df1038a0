"""Runs one of the product's own management commands in a database that may be new: creates the tables first."""

from __future__ import annotations

import gc
import sys

from gis_server.command.one_line import say_in_one_line, stopped_in_one_line


def main() -> None:
    """``python -m gis_server.command.with_tables COMMAND …``, in one process because starting Django takes a second."""
    with stopped_in_one_line():
        _run()


def _run() -> None:
    import django
    from django.core.management import CommandError, call_command, execute_from_command_line

    gc.disable()  # nothing is thrown away while modules are loaded, and looking for it takes a tenth of the start
    django.setup()
    gc.freeze()
    gc.enable()
    try:
        call_command("prepare", "--tables-only", stdout=sys.stderr)
    except CommandError as error:
        sys.exit(f"gis: {error}")
    say_in_one_line()
    execute_from_command_line(["./gis", *sys.argv[1:]])


if __name__ == "__main__":
    main()
