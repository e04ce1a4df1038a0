"""Add a layer while the city runs, or change one that was added."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from layers.added import adding
from layers.problems import Problem


class Command(BaseCommand):
    help = (
        "Add a layer while the city runs, or change one that was added: ./gis manage add_layer trees trees.json"
        " (see docs/adding-a-layer.md)"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("layer", help="its name, as in /api/collections/NAME")
        parser.add_argument("declaration", nargs="?", help="a JSON file, or - for standard input")
        parser.add_argument("--withdraw", action="store_true", help="offer it no longer; its table and its log stay")

    def handle(self, *_: Any, layer: str, declaration: str | None, withdraw: bool, **__: Any) -> None:
        if withdraw is (declaration is not None):
            raise CommandError("give either a declaration or --withdraw", returncode=2)
        try:
            if declaration is not None:
                added = adding.add(layer, _read(declaration))
                self.stdout.write(f"{added.name} is offered: /api/collections/{added.name} ({added.title.ja})")
            else:
                adding.withdraw(layer)
                self.stdout.write(f"{layer} is offered no longer; its table and its log stay")
        except Problem as problem:
            raise CommandError(problem.detail) from problem


def _read(name: str) -> Any:
    try:
        return json.loads(sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{name} is not JSON: {error}") from error
