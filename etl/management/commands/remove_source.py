"""Take a data set out again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from etl.loading import remove
from layers.feature import Source


class Command(BaseCommand):
    help = "Remove every row of one imported data set from all layers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", help="key of the source, as in the property `source` of its features")

    def handle(self, *args: Any, **options: Any) -> None:
        source = Source.objects.filter(key=options["key"]).first()
        if source is None:
            known = ", ".join(Source.objects.order_by("key").values_list("key", flat=True)) or "none"
            raise CommandError(f"no source is called {options['key']!r}; there are: {known}", returncode=2)
        for one in remove(source, "remove_source"):
            self.stdout.write(f"{one.layer}: {one.deleted} rows removed")
