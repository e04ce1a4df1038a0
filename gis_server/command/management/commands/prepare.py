"""Brings a database to where the city can be served: the tables of this version, and on the first start a city."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from gis_server.command.models import FirstLoad
from gis_server.command.static_files import collect
from layers.changes import Change

# Any number will do that no other part of the product locks.
ADVISORY_LOCK = 0x6D6163686967


class Command(BaseCommand):
    """Migrate and load, one process at a time however many start together."""

    help = "Create or update the tables and, in an empty database, load a city."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data", default="", help="folder of real files to load instead of the sample")
        parser.add_argument("--tables-only", action="store_true", help="load nothing, collect nothing")

    def handle(self, *, data: str, tables_only: bool, **options: Any) -> None:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            raise CommandError(f"the database does not answer: {str(error).strip().splitlines()[0]}") from error
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
            try:
                self._migrate(always=not tables_only)
                if not tables_only:
                    self._load(str(Path(data).resolve()) if data else "")
                    collect(Path(settings.STATIC_ROOT))
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])

    def _migrate(self, *, always: bool) -> None:
        """``always``: Django's own step after migrations also renews what is derived from the declarations."""
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            self.stdout.write(f"tables: {len(plan)} migrations")
        if plan or always:
            call_command("migrate", interactive=False, verbosity=0)

    def _load(self, folder: str) -> None:
        if not is_load_needed(folder):
            return
        load = FirstLoad.objects.create(source=folder)
        self.stdout.write(f"loading {folder}" if folder else "loading the made-up sample city (架空のサンプル)")
        if folder:
            call_command("load_folder", folder, stdout=self.stdout, stderr=self.stderr)
        else:
            call_command("load_sample", stdout=self.stdout, stderr=self.stderr)
        load.finished = timezone.now()
        load.save(update_fields=["finished"])


def is_load_needed(folder: str) -> bool:
    """Whether this start has to load: a folder that was not loaded yet, or anything into an untouched database.

    A database that was filled in another way (a restored copy, imports) is left as it is.
    """
    if FirstLoad.objects.filter(source=folder, finished__isnull=False).exists():
        return False
    if folder:
        return True
    if FirstLoad.objects.filter(finished__isnull=False).exists():
        return False
    return FirstLoad.objects.exists() or not Change.objects.exists()
