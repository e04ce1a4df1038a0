"""Take a raster out again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from etl.raster_store import remove
from layers.raster import Raster


class Command(BaseCommand):
    help = "Remove one imported raster and its file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", help="key of the raster, as the report of its import and the admin page name it")

    def handle(self, *args: Any, **options: Any) -> None:
        if not remove(options["key"]):
            known = ", ".join(Raster.objects.order_by("key").values_list("key", flat=True)) or "none"
            raise CommandError(f"no raster is called {options['key']!r}; there are: {known}", returncode=2)
        self.stdout.write(f"{options['key']}: removed")
