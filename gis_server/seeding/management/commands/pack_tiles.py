"""Write an offline pack: ``./gis pack FILE.pmtiles``."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gis_server.seeding.command_line import INTERRUPTED, Interrupt, add_area, database_faults, wanted_of, wrong_use
from layers.progress import Countdown
from tile_cache.packs.building import ENDINGS, MOST_MB, Pack, build_packs, find_format
from tile_cache.packs.contents import Stopped

WRONG_USE = 2


class Command(BaseCommand):
    help = "Write the public layers of an area into one file for use without a network (PMTiles or MBTiles)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help=f"its ending tells the format: {ENDINGS}")
        parser.add_argument("--layers", nargs="+", action="extend", default=[], metavar="L", help="layers (all public)")
        add_area(parser, "those that each layer is offered at")
        parser.add_argument("--most-mb", type=_megabytes, default=float(MOST_MB), metavar="N", help=_MOST)
        parser.add_argument("--force", action="store_true", help="replace an existing file")
        parser.add_argument("--json", action="store_true", help="say what was written as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        _check(path, replace=options["force"])
        with wrong_use(), database_faults():
            wanted = wanted_of(options["layers"], options)
            progress = Countdown(path.name)
            try:
                with Interrupt() as interrupt:
                    (pack,) = build_packs(
                        wanted, [path], options["most_mb"], on_done=_told(progress), is_stopped=interrupt.is_wanted
                    )
            except Stopped:
                raise CommandError("stopped; nothing was written", returncode=INTERRUPTED) from None
            except OSError as error:
                raise CommandError(f"{path}: cannot be written: {error.strerror or error}") from error
            finally:
                progress.done()
        self._say(pack, is_json=options["json"])

    def _say(self, pack: Pack, *, is_json: bool) -> None:
        if is_json:
            self.stdout.write(json.dumps(_document(pack), ensure_ascii=False))
            return
        megabytes = pack.size / 1_000_000
        moment = pack.contents.data_time.isoformat(timespec="seconds")
        self.stdout.write(f"{pack.path}: {pack.tiles:,} tiles, {megabytes:.1f} MB, data of {moment}")
        for name, (last, wanted) in sorted(pack.lowered.items()):
            self.stdout.write(f"  {name} ends at zoom {last}, not {wanted}, so that the pack keeps within its size")


_MOST = f"largest size, megabytes; heavy layers end at a lower zoom rather than exceed it ({MOST_MB})"


def _told(progress: Countdown) -> Any:
    def tell(done: int, total: int) -> None:
        progress.total = total
        progress(done)

    return tell


def _check(path: Path, *, replace: bool) -> None:
    if find_format(path) is None:
        raise CommandError(f"{path.name}: its ending tells no format; there are: {ENDINGS}", returncode=WRONG_USE)
    if not path.parent.is_dir():
        raise CommandError(f"{path.parent}: no such folder", returncode=WRONG_USE)
    if path.is_dir():
        raise CommandError(f"{path}: is a folder", returncode=WRONG_USE)
    if path.exists() and not replace:
        raise CommandError(f"{path}: exists already; --force replaces it", returncode=WRONG_USE)


def _document(pack: Pack) -> dict[str, Any]:
    return {
        "file": str(pack.path),
        "bytes": pack.size,
        "tiles": pack.tiles,
        "data_time": pack.contents.data_time.isoformat(),
        "layers": dict(pack.last_zooms),
        "lowered": {name: last for name, (last, _) in pack.lowered.items()},
    }


def _megabytes(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= 1_000_000:
        raise ArgumentTypeError(f"{text} is not a size in megabytes, as 50")
    return number
