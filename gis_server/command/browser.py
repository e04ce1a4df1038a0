"""The browser of the tests: the system's Chromium, or Playwright's own build where the system's is only a snap."""

from __future__ import annotations

from pathlib import Path

from gis_server.command.console import Failure
from gis_server.command.places import Checkout
from gis_server.command.processes import Program, run
from gis_server.command.setup import Setup
from gis_server.command.system_packages import find_chromium


def bring_browser(setup: Setup) -> Path:
    """The browser's program, fetched once into the checkout's cache where the system has none."""
    system = find_chromium()
    found = Path(system) if system else _find_own(setup.checkout)
    return found or _fetch(setup)


def _fetch(setup: Setup) -> Path:
    setup.console.step("fetching Chromium and the libraries it needs (Playwright's build)")
    env = dict(setup.env) | {"PLAYWRIGHT_BROWSERS_PATH": str(_folder(setup.checkout))}
    playwright = setup.checkout.venv / "bin" / "playwright"
    program = Program([playwright, "install", "--with-deps", "chromium"], env, setup.checkout.root)
    try:
        run(program, "fetching Chromium", setup.checkout.setup_log, setup.console)
    except Failure as failure:
        raise Failure(f"{failure}; install Chromium or Google Chrome and start again") from failure
    found = _find_own(setup.checkout)
    if found is None:
        raise Failure(f"Chromium was fetched but is not below {_folder(setup.checkout)}")
    return found


def _find_own(checkout: Checkout) -> Path | None:
    return next(iter(sorted(_folder(checkout).glob("chromium-*/chrome-*/chrome"))), None)


def _folder(checkout: Checkout) -> Path:
    return checkout.cache / "browsers"
