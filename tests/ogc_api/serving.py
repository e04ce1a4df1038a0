"""The site at an address of its own, and what GDAL reads there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.core.wsgi import get_wsgi_application
from pyproj import Transformer

from tests.serving import served


@pytest.fixture
def site(committed: None) -> Iterator[str]:
    """The site's address, over the test database."""
    with served(get_wsgi_application()) as address:
        yield address


_READ = """
import json, sys, pyogrio
address, srid, zoom, box, options = sys.argv[1], int(sys.argv[2]), sys.argv[3], *map(json.loads, sys.argv[4:])
box = dict(zip(("MINX", "MINY", "MAXX", "MAXY"), box))
read = pyogrio.read_dataframe(address, layer="Zoom level " + zoom, API="TILES", CACHE="NO", **box, **options)
print(read.set_crs(srid, allow_override=True).to_crs(4326).to_json())
"""


def read_tiles(address: str, place: tuple[float, float], srid: int, zoom: int, **options: str) -> list[dict]:
    """The features that GDAL finds within 500 m of a place, as GeoJSON.

    In a process of its own, and told the box: GDAL would take that of the collection, in degrees, for metres.

    Args:
        srid: what the tiles are in, which GDAL does not always say.
    """
    x, y = Transformer.from_crs(4326, srid, always_xy=True).transform(*place)
    box = [x - 500, y - 500, x + 500, y + 500]
    words = [f"OGCAPI:{address}", str(srid), str(zoom), json.dumps(box), json.dumps(options)]
    done = subprocess.run(
        [sys.executable, "-c", _READ, *words], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["features"]
