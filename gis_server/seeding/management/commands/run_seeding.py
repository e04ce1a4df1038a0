"""Do one run of seeding: what the worker starts as a process of its own."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError

from gis_server.seeding.running import work_on
from gis_server.seeding.tasks import DATABASE_AWAY


class Command(BaseCommand):
    help = "Do what a run of seeding asks for (the worker calls this)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=int, help="number of the run")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            work_on(options["run"])
        except (OperationalError, InterfaceError) as error:
            self.stderr.write(f"the database does not answer: {str(error).splitlines()[0]}")
            sys.exit(DATABASE_AWAY)
