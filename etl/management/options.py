"""What the import commands share: their options, progress on stderr, errors as one line."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from etl.readers import READERS, Options
from layers import registry
from layers.city import has_right_check_digit


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--layer", default="", help="the layer that a file of no known data set goes into")
    parser.add_argument("--reader", default="", help="one of " + ", ".join(reader.name for reader in READERS))
    parser.add_argument("--city-code", default="", help="six-digit municipality code of the rows")
    parser.add_argument("--source-key", default="", help="the data set of which the file is a new edition")
    parser.add_argument("--attribution", default="", help="the line to be shown with the rows")
    parser.add_argument("--licence", default="", help="licence of the rows")
    parser.add_argument("--dry-run", action="store_true", help="try and report everything, store nothing")


def read_options(options: dict[str, Any]) -> Options:
    """The options as a value.

    Raises:
        CommandError: exit status 2, for what cannot be meant.
    """
    layer, code, reader = options["layer"], options["city_code"], options["reader"]
    names = [known.name for known in registry.every()]
    if layer and layer not in names:
        raise CommandError(f"--layer: no layer is called {layer!r}; there are: {', '.join(names)}", returncode=2)
    if code and not has_right_check_digit(code):
        raise CommandError(f"--city-code: {code!r} is not a six-digit code with its check digit", returncode=2)
    if reader and reader not in (readers := [known.name for known in READERS]):
        raise CommandError(f"--reader: no reader is called {reader!r}; there are: {', '.join(readers)}", returncode=2)
    return Options(settings.CITY, layer, code, options["source_key"], options["attribution"], options["licence"])
