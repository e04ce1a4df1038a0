"""The other servers, installed by their lock file into an environment of their own below the bench's home."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from gis_server.command import python_packages
from gis_server.command.console import Console
from gis_server.command.places import Checkout, build_tool_environment
from gis_server.environment import CHECKOUT
from tests.bench.registry import Place

LOCK = "requirements-bench.lock"


def bring_peers(place: Place) -> Path:
    """The environment of pygeoapi and tipg, made at the first run and whenever the lock file has changed.

    Raises:
        Failure: it could not be installed.
    """
    checkout, venv = Checkout(CHECKOUT), place.home / "peers"
    wanted = python_packages.stamp_for(checkout, LOCK)
    env = build_tool_environment(os.environ, checkout)
    if python_packages.find_stamp(venv) == wanted and python_packages.works(venv / "bin" / "python", env):
        return venv
    place.tell("installing pygeoapi and tipg")
    python_packages.synchronise(checkout, venv, LOCK, env, Console(sys.stdout))
    (venv / python_packages.STAMP).write_text(json.dumps({"lock": wanted.lock, "digest": wanted.digest}))
    return venv
