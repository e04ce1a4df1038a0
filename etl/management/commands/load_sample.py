"""Load the made-up city, so that everything can be tried at once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from etl import sources
from etl.loading import Hooks, load
from etl.record import DataSet
from etl.report import Report
from etl.sample import sample_rows
from etl.validation import checked


class Command(BaseCommand):
    help = "Load the made-up sample city (架空のサンプル) into the layers. The same seed gives the same city."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        rows = list(sample_rows(settings.CITY, options["seed"]))
        columns: dict[str, tuple[str, ...]] = {}
        for row in rows:
            columns.setdefault(row.layer, tuple(row.values))
        data_set = DataSet(sources.sample(), columns, iter(rows), "架空のサンプル市")
        report = Report("load_sample")
        merged = load(data_set, checked(data_set.rows), "load_sample", Hooks(report.tell))
        report.take(merged)
        self.stdout.write(report.text())
        self._store_rasters(options["seed"])

    def _store_rasters(self, seed: int) -> None:
        from etl.sample_store import store_sample_rasters  # loads GDAL, which rows do not need

        for line in store_sample_rasters(settings.CITY, seed):
            self.stdout.write(line)
