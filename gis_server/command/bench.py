"""``./gis bench``: how quick the product is beside other programs, against a private PostGIS with its own settings."""

from __future__ import annotations

import argparse

from gis_server.command import signals
from gis_server.command.setup import Setup, bring_everything
from gis_server.command.system_packages import needs_of_bench
from gis_server.command.test_run import database_of_its_own, run_here


def bench(options: argparse.Namespace, setup: Setup) -> int:
    """Measure and print the table; 0 when every goal is met, else 1. The measurements are in tests/bench/."""
    signals.stop_in_order()
    bring_everything(setup, besides=needs_of_bench())
    try:
        with database_of_its_own("bench", options.home, setup, is_durable=True) as env:
            return run_here([setup.checkout.python, "-m", "tests.bench", *options.words], env)
    except signals.Stopped:
        setup.console.step("stopped")
        return 130
