"""`python -m tests.bench`, which `./gis bench` starts with a database around it: measures, prints, judges."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import django

django.setup()  # the measurements know the layers, whose models need it

from gis_server.command.arguments import parse  # noqa: E402
from gis_server.command.console import Failure  # noqa: E402
from tests.bench import api, etl, tiles  # noqa: E402, F401 - register their measurements
from tests.bench.registry import Measure, Place, chosen  # noqa: E402
from tests.bench.rows import Row, as_json, table  # noqa: E402
from tests.bench.running import WorkFailedError  # noqa: E402


def main(argv: Sequence[str]) -> int:
    """The exit status: 0 when every goal is met, 1 when one is not, 2 for a name that nothing has."""
    home = Path(os.environ["GIS_HOME"])
    try:
        options = parse(["bench", *argv], home)
        measures = chosen(options.subjects, options.only)
    except (Failure, LookupError) as error:
        print(f"gis: {error.args[0]}", file=sys.stderr)
        return 2
    place = Place(home, options.rounds, options.scale, _tell)
    rows = [row for name, measure in measures.items() for row in _rows_of(name, measure, place)]
    print(f"\n{table(rows)}")
    if options.json:
        options.json.write_text(json.dumps([as_json(row) for row in rows], ensure_ascii=False, indent=1) + "\n")
    return 1 if any(row.met is False for row in rows) else 0


def _rows_of(name: str, measure: Measure, place: Place) -> list[Row]:
    """What cannot be measured is a row that says why; the others are measured all the same."""
    try:
        return list(measure(place))
    except WorkFailedError as error:
        return [Row(name, "s", None, note=str(error), has_failed=True)]


def _tell(text: str) -> None:
    print(f"{time.monotonic() - _BEGAN:6.1f} s  {text}", flush=True)


_BEGAN = time.monotonic()

if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
