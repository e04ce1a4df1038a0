"""Calls the management command ``prepare``, which creates the tables and loads the first city."""

from __future__ import annotations

from collections.abc import Mapping

from gis_server.command.places import Home
from gis_server.command.processes import Program, stream
from gis_server.command.setup import Setup


def prepare(home: Home, env: Mapping[str, str], setup: Setup, *options: str) -> None:
    """Bring the database to where the city can be served; what it says is shown as it comes."""
    argv = [setup.checkout.python, "-m", "gis_server.manage", "prepare", *options]
    log = home.log("prepare")
    stream(Program(argv, env, setup.checkout.root), "preparing the database", log, setup.console)
