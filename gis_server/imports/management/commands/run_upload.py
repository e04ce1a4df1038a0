"""Look at one upload, or load it: what the worker starts as a process of its own."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from gis_server.imports.looking import work_on


class Command(BaseCommand):
    help = "Do what the state of an upload asks for (the worker calls this)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("upload", help="id of the upload")

    def handle(self, *args: Any, **options: Any) -> None:
        work_on(options["upload"])
