"""Where every ``./gis`` command begins and where what cannot be done becomes one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from gis_server import environment
from gis_server.command import arguments
from gis_server.command.bench import bench
from gis_server.command.console import Console, Failure
from gis_server.command.doctor import doctor
from gis_server.command.handed_on import hand_on
from gis_server.command.places import Checkout, build_tool_environment
from gis_server.command.setup import Setup
from gis_server.command.test_run import test_run
from gis_server.command.up import up

COMMANDS = {"up": up, "test": test_run, "doctor": doctor, "bench": bench}


def main(argv: Sequence[str]) -> int:
    """Carry out one command; its exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # text files both
    try:
        surroundings = environment.read()
        options = arguments.parse(argv, surroundings.home)
        checkout = Checkout(environment.CHECKOUT)
        own = options.command in COMMANDS
        setup = Setup(
            checkout=checkout,
            env=build_tool_environment(environment.variables(), checkout),
            database_url=surroundings.database_url,
            city=os.fspath(surroundings.city_file.absolute()) if surroundings.city_file else "",
            # The output of Django's commands may go into a file: progress does not belong there.
            console=Console(sys.stdout if own else sys.stderr),
        )
        return COMMANDS.get(options.command, hand_on)(options, setup)
    except environment.EnvironmentFault as fault:
        print(f"gis: {fault}", file=sys.stderr)
        return 2
    except Failure as failure:
        print(f"gis: {failure}", file=sys.stderr)
        return failure.status
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        print(f"gis: {error.strerror or error}{where}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
