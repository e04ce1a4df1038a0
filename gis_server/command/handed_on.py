"""``./gis manage``, ``import``, ``user``: Django's commands with the home's database around them."""

from __future__ import annotations

import argparse
import os
import subprocess
from contextlib import nullcontext

from gis_server.command import signals
from gis_server.command.arguments import HANDED_ON
from gis_server.command.database import Database, shared_database
from gis_server.command.places import build_server_environment, claim
from gis_server.command.setup import Setup, bring_everything

# Commands that look at nothing but the code.
WITHOUT_DATABASE = {"help", "version", "--help", "-h", "--version", "makemigrations", "startapp"}


def hand_on(options: argparse.Namespace, setup: Setup) -> int:
    """Run the management command that does the work, here and now, with our input and output; its exit status."""
    bring_everything(setup)
    home = claim(options.home)
    name = HANDED_ON[options.command]
    words = [*([name] if name else []), *options.words]
    if words[0] in WITHOUT_DATABASE or {"--help", "-h"} & set(words):
        return _run(words, build_server_environment(setup.env, home, setup.database_url, setup.city), setup)
    given = nullcontext(Database(setup.database_url, None))
    with given if setup.database_url else shared_database(home, setup.env, setup.console) as database:
        # One of ours may be the first command on a home; where the city is up, its tables are there.
        is_new = name is not None and bool(database.server or setup.database_url)
        env = build_server_environment(setup.env, home, database.url, setup.city)
        return _run(words, env, setup, "gis_server.command.with_tables" if is_new else "gis_server.manage")


def _run(words: list[str], env: dict[str, str], setup: Setup, module: str = "gis_server.manage") -> int:
    argv = [os.fspath(setup.checkout.python), "-m", module, *words]
    with signals.left_to_the_child():
        return subprocess.run(argv, env=env, check=False).returncode  # noqa: S603 - what the person asked for
