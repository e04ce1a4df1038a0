"""What the commands of this app share: their options, Ctrl-C, and faults as one line."""

from __future__ import annotations

import contextlib
import signal
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Any, Final

from django.core.management.base import CommandError
from django.db import InterfaceError, OperationalError

from layers.problems import Problem
from tile_cache.seeding.area import CITY
from tile_cache.seeding.wanted import Wanted, get_zooms, wanted

WRONG_USE: Final = 2
INTERRUPTED: Final = 130
_CONFLICT: Final = 409


def add_area(parser: ArgumentParser, zooms: str) -> None:
    """The options of where and how deep."""
    parser.add_argument("--zooms", type=_zooms, metavar="A-B", help=f"as 8-16 ({zooms})")
    text = "the city's outline with a kilometre around it, or west,south,east,north in degrees (city)"
    parser.add_argument("--area", default=CITY, metavar="AREA", help=text)


def wanted_of(names: Sequence[str], options: dict[str, Any], *, maps: bool = False) -> Wanted:
    """What the options ask for.

    Raises:
        Problem: naming what is wrong.
    """
    return wanted(names, options["zooms"], options["area"], maps=maps)


@contextlib.contextmanager
def wrong_use() -> Iterator[None]:
    """A `Problem` as one line, with status 2; 1 for what would be right at another time."""
    try:
        yield
    except Problem as problem:
        where = f"--{problem.parameter}: " if problem.parameter in {"area", "zooms", "most-mb"} else ""
        status = 1 if problem.status == _CONFLICT else WRONG_USE
        raise CommandError(f"{where}{problem.detail}", returncode=status) from problem


@contextlib.contextmanager
def database_faults() -> Iterator[None]:
    """A database that has gone, as one line."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise CommandError(f"the database does not answer: {str(error).strip().splitlines()[0]}") from error


class Interrupt:
    """While it is entered, the first Ctrl-C asks for an end after the tile in hand; the second ends at once."""

    def __init__(self) -> None:
        self._is_wanted = False
        self._before: Any = None

    def __enter__(self) -> Interrupt:
        self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *error: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def is_wanted(self) -> bool:
        return self._is_wanted

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._is_wanted = True
        signal.signal(signal.SIGINT, self._before)


def _zooms(text: str) -> range:
    try:
        return get_zooms(text)
    except Problem as problem:
        raise ArgumentTypeError(problem.detail) from problem
