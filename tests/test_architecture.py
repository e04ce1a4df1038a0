"""Dependencies run downward only; files and functions stay small enough to be read."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
PACKAGES = ("layers", "ogc_api", "tile_cache", "etl", "gis_server")
MAX_FILE_LINES = 350
MAX_FUNCTION_LINES = 60


def sources() -> list[Path]:
    files = (path for package in PACKAGES for path in (CHECKOUT / package).rglob("*.py"))
    return [path for path in files if "migrations" not in path.parts]


def test_imports_obey_the_contracts():
    command = [Path(sys.executable).parent / "lint-imports"]
    result = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_files_and_functions_stay_small(path: Path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= MAX_FILE_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= MAX_FUNCTION_LINES, f"{node.name} has {length} lines"


def test_the_environment_is_read_in_one_place():
    # The second puts back what importing Mapnik writes into the environment.
    allowed = {CHECKOUT / "gis_server" / "environment.py", CHECKOUT / "tile_cache" / "looks" / "mapnik_library.py"}
    readers = [
        path
        for path in sources()
        if ("os.environ" in (text := path.read_text(encoding="utf-8")) or "os.getenv" in text)
        and path not in allowed
        and "DJANGO_SETTINGS_MODULE" not in text
    ]
    assert [str(path.relative_to(CHECKOUT)) for path in readers] == []
