"""The command line of ``./gis``, refused in one line where it is wrong."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from gis_server.command.console import Failure

# Commands that are Django's or a layer's; the name of the management command that does the work.
HANDED_ON = {
    "manage": None,
    "import": "import_file",
    "export": "export_layer",
    "seed": "seed_tiles",
    "pack": "pack_tiles",
    "tiles": "tiles",
    "user": "user",
}


class _Parser(argparse.ArgumentParser):
    """Argument errors as one line with exit status 2."""

    def error(self, message: str) -> NoReturn:
        raise Failure(f"{message} ({self.prog} --help lists what there is)", status=2)


def parse(argv: Sequence[str], default_home: Path) -> argparse.Namespace:
    """What the person asked for.

    Args:
        argv: the words behind ``./gis``.
        default_home: home where ``--home`` is not given.

    Raises:
        Failure: with status 2, naming the word that is wrong.
    """
    name, *words = argv
    if name in HANDED_ON:
        return _parse_handed_on(name, words, default_home)
    if name not in PARSERS:
        raise Failure(f"there is no command {name}; ./gis --help lists them", status=2)
    parser = PARSERS[name](default_home)
    if name != "test":
        return parser.parse_args(words, argparse.Namespace(command=name, words=words))
    options, pytest = parser.parse_known_args(words, argparse.Namespace(command=name))
    options.pytest = pytest
    return options


def _up(default_home: Path) -> _Parser:
    up = _Parser(prog="./gis up", description="Start the city; Ctrl-C stops it.", allow_abbrev=False)
    up.add_argument("--port", type=_port, default=8000, metavar="N", help="port of the web server (8000)")
    up.add_argument("--host", default="127.0.0.1", metavar="H", help="address it listens on (127.0.0.1)")
    _add_home(up, default_home)
    up.add_argument("--data", type=_folder, metavar="DIR", help="load this folder of real files, not the sample")
    up.add_argument("--city", type=_file, metavar="FILE", help="settings file of the city (Mitaka's)")
    up.add_argument("--workers", type=_count, default=2, metavar="N", help="processes that answer requests (2)")
    return up


def _test(default_home: Path) -> _Parser:
    text = "Every check, then every test. With arguments for pytest, only pytest with these."
    test = _Parser(prog="./gis test", description=text, allow_abbrev=False)
    _add_home(test, default_home / "test")
    test.add_argument("--all", action="store_true", help="the heavy tests as well")
    return test


def _doctor(default_home: Path) -> _Parser:
    text = "What is there, what is missing, and the line that mends it."
    doctor = _Parser(prog="./gis doctor", description=text, allow_abbrev=False)
    _add_home(doctor, default_home)
    doctor.add_argument("--port", type=_port, default=8000, metavar="N", help="port that up would use (8000)")
    return doctor


def _bench(default_home: Path) -> _Parser:
    text = "How quick the product is beside other programs at the same work; docs/benchmarks.md explains the rows."
    bench = _Parser(prog="./gis bench", description=text, allow_abbrev=False)
    bench.add_argument("subjects", nargs="*", metavar="SUBJECT", help="what is measured: etl … (everything)")
    _add_home(bench, default_home / "bench")
    bench.add_argument("--json", type=Path, metavar="FILE", help="write the rows into this file as well")
    bench.add_argument("--only", default="", metavar="NAME", help="only the measurement of this name, as etl.csv")
    bench.add_argument("--rounds", type=_count, default=3, metavar="N", help="runs of each; the median counts (3)")
    bench.add_argument(
        "--scale",
        type=_share,
        default=1.0,
        metavar="X",
        help="share of the generated rows, as 0.01; goals are for 1 (1)",
    )
    return bench


PARSERS = {"up": _up, "test": _test, "doctor": _doctor, "bench": _bench}


def _add_home(parser: argparse.ArgumentParser, default: Path) -> None:
    parser.add_argument("--home", type=Path, default=default, metavar="DIR", help=f"home ({default})")


def _parse_handed_on(name: str, words: list[str], default_home: Path) -> argparse.Namespace:
    """All words belong to the command, except a home: before Django's commands, anywhere before the others."""
    home, rest = default_home, list(words)
    place = rest.index("--home") if "--home" in rest else -1
    if place == 0 or (place > 0 and name != "manage"):
        if place + 1 >= len(rest):
            raise Failure("argument --home: expected one folder", status=2)
        home = Path(rest[place + 1])
        del rest[place : place + 2]
    if name == "manage" and not rest:
        raise Failure("./gis manage needs a command of Django; ./gis manage help lists them", status=2)
    return argparse.Namespace(command=name, home=home, words=rest)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port; a number from 1 to 65535 is")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 to 64")
    return int(text)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0 < share <= 10:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0 and up to 10")
    return share


def _folder(text: str) -> Path:
    path = Path(text).absolute()
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a folder")
    if not os.access(path, os.R_OK | os.X_OK):
        raise argparse.ArgumentTypeError(f"{text} cannot be read")
    return path


def _file(text: str) -> Path:
    path = Path(text).absolute()
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"{text} is not a file")
    if not os.access(path, os.R_OK):
        raise argparse.ArgumentTypeError(f"{text} cannot be read")
    return path
