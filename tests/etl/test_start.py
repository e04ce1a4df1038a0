"""An import begins at once: what only some files need is loaded for these alone."""

from __future__ import annotations

import subprocess
import sys

from tests.running import CHECKOUT

LOADED = """
import sys, django
django.setup()
import etl.management.commands.import_file
print(*(name for name in ("pandas", "geopandas", "pyogrio", "openpyxl", "mapnik", "pygeoapi") if name in sys.modules))
"""


def test_the_command_loads_no_library_that_only_some_files_need():
    answer = subprocess.run([sys.executable, "-c", LOADED], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert answer.stdout.split() == []
