"""Run one job: what the worker starts as a process of its own."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ogc_api.processes.running import run_job


class Command(BaseCommand):
    help = "Run a process as a job (the worker calls this)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("job", help="id of the job")

    def handle(self, *args: Any, **options: Any) -> None:
        run_job(options["job"])
