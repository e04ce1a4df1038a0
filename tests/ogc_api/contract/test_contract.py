"""The API does what its definition says: schemathesis with every check, as the public, as staff and as an admin.

Writing changes features, so this has a city of its own. What the definition lists is asked, whatever part it belongs
to; of the layers, which all run on the same code, one of each kind, and all of them in the long run (`heavy`).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from layers import registry
from tests.running import CHECKOUT, RunningCity, running_city

pytestmark = pytest.mark.server
FOLDER = Path(__file__).parent
PHASES = "coverage,fuzzing,stateful"
ONE_OF_EACH_KIND = {
    "public": ("shelters",),
    "staff": ("facilities",),
    "admin": ("damage-areas",),
}
"""Points with code lists and numbers; with addresses of the web; areas with times, and with rules of their own."""
SECONDS = 600
"""For a machine that is busy; a quiet one needs a tenth."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCity]:
    with running_city(tmp_path_factory.mktemp("contract"), database="contract_city") as running:
        yield running


@pytest.fixture(scope="module")
def headers(city: RunningCity) -> dict[str, list[str]]:
    """How each role proves itself."""
    proofs: dict[str, list[str]] = {"public": []}
    for role in ("staff", "admin"):
        city.gis("user", "add", f"contract-{role}", "--role", role)
        token = city.gis("user", "token", f"contract-{role}").split()[-1]
        proofs[role] = ["-H", f"Authorization: Bearer {token}"]
    return proofs


@pytest.fixture(scope="module")
def held(city: RunningCity, headers: dict[str, list[str]]) -> Iterator[dict[str, Future[None]]]:
    """Every role at the same time, as in life; each test waits for its own."""
    with ThreadPoolExecutor(len(ONE_OF_EACH_KIND)) as pool:
        yield {role: pool.submit(hold_role, city, headers[role], role) for role in ONE_OF_EACH_KIND}


def hold_role(city: RunningCity, headers: list[str], role: str) -> None:
    chosen = ["--exclude-path-regex", other_layers(role)]
    if role != "public":  # the same addresses, as these see them: what they may write
        chosen += ["--include-path-regex", "^/collections"]
    hold_to_its_definition(city, *headers, "-n", "3", *chosen)


def hold_to_its_definition(city: RunningCity, *options: str, seconds: int = SECONDS) -> None:
    program = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(FOLDER / "schemathesis.toml"), "run"]
    words = [*program, f"{city.url}/api/openapi", "--phases", PHASES, "--no-color", *options]
    done = subprocess.run(
        words,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        cwd=city.home,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    told = re.sub(r"(.{1,9}?)\1{30,}", r"\1…", done.stdout)  # values of the greatest length tell nothing more
    assert done.returncode == 0, told[-30_000:] + done.stderr[-2_000:]
    assert re.search(r"[1-9]\d+ generated, [1-9]\d+ passed", done.stdout)


def other_layers(role: str) -> str:
    """A pattern for the addresses of the layers that are left to the long run."""
    names = [layer.name for layer in registry.every() if layer.name not in ONE_OF_EACH_KIND[role]]
    return f"^/collections/({'|'.join(names)})(/|$)"


@pytest.mark.parametrize("role", ["public", "staff", "admin"])
def test_the_api_does_what_its_definition_says(held: dict[str, Future[None]], role: str):
    held[role].result()


@pytest.mark.heavy
@pytest.mark.parametrize("role", ["public", "staff", "admin"])
def test_every_layer_does_what_the_definition_says(city: RunningCity, headers: dict[str, list[str]], role: str):
    hold_to_its_definition(city, *headers[role], "-n", "50", seconds=7200)
