"""What the import commands share: their options, and what cannot be meant."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from etl.readers import READERS, Options
from layers import registry
from layers.city import has_right_check_digit

_HIGHEST_EPSG = 1_000_000
_LONGEST = {"source_key": 80, "attribution": 300, "licence": 100}
"""Characters; ids, of 120 at most, begin with the key of their source."""


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--layer", default="", help="the layer that the rows go into")
    parser.add_argument("--reader", default="", help="one of " + ", ".join(reader.name for reader in READERS))
    parser.add_argument("--part", default="", help="sheet of a workbook, layer of a GeoPackage, member of a ZIP")
    parser.add_argument("--encoding", default="", help="encoding of text, as cp932; found from the contents otherwise")
    parser.add_argument("--crs", default="", metavar="EPSG", help="reference system of the coordinates, as EPSG:6677")
    parser.add_argument("--map", action="append", default=[], metavar="COLUMN=FIELD", help="take a column as a field")
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="a value for every row")
    parser.add_argument("--city-code", default="", help="six-digit municipality code of the rows")
    parser.add_argument("--source-key", default="", help="the data set of which the file is a new edition")
    parser.add_argument("--attribution", default="", help="the line to be shown with the rows")
    parser.add_argument("--licence", default="", help="licence of the rows")


def read_options(options: dict[str, Any]) -> Options:
    """The options as a value.

    Raises:
        CommandError: exit status 2, for what cannot be meant.
    """
    layer, code, reader = options["layer"], options["city_code"], options["reader"]
    _check_texts(options)
    names = [known.name for known in registry.every()]
    if layer and layer not in names:
        raise CommandError(f"--layer: no layer is called {layer!r}; there are: {', '.join(names)}", returncode=2)
    if code and not has_right_check_digit(code):
        raise CommandError(f"--city-code: {code!r} is not a six-digit code with its check digit", returncode=2)
    if reader and reader not in (readers := [known.name for known in READERS]):
        raise CommandError(f"--reader: no reader is called {reader!r}; there are: {', '.join(readers)}", returncode=2)
    return Options(
        city=settings.CITY,
        layer=layer,
        city_code=code,
        source_key=options["source_key"],
        attribution=options["attribution"],
        licence=options["licence"],
        encoding=_encoding(options["encoding"]),
        srid=_srid(options["crs"]),
        part=options["part"],
        constants=_pairs("--set", options["set"]),
        mapping=_pairs("--map", options["map"]),
    )


def _check_texts(options: dict[str, Any]) -> None:
    """Texts that the database could not hold."""
    for name in ("part", "source_key", "attribution", "licence", "map", "set"):
        option = f"--{name.replace('_', '-')}"
        try:
            "".join(options[name]).encode()
        except UnicodeEncodeError as error:
            raise CommandError(f"{option}: what is written is not UTF-8", returncode=2) from error
        longest = _LONGEST.get(name)
        if longest is not None and len(options[name]) > longest:
            raise CommandError(f"{option}: at most {longest} characters", returncode=2)


def _encoding(name: str) -> str:
    if not name:
        return ""
    try:
        "".encode(name)
    except (LookupError, UnicodeError) as error:
        raise CommandError(f"--encoding: {name!r} is none; utf-8, cp932 and utf-16 are", returncode=2) from error
    return name


def _srid(text: str) -> int | None:
    if not text:
        return None
    digits = text.upper().removeprefix("EPSG:")
    if not digits.isdecimal() or not 0 < int(digits) < _HIGHEST_EPSG:
        raise CommandError(f"--crs: {text!r} is not an EPSG code; EPSG:6677 is", returncode=2)
    return int(digits)


def _pairs(option: str, texts: Iterable[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise CommandError(f"{option}: {text!r} is not of the form NAME=VALUE", returncode=2)
        pairs[name] = value
    return pairs
