"""Where GeoDjango finds GDAL and GEOS: inside the wheels of rasterio and shapely.

A system GDAL would work only until Mapnik is imported, which points PROJ and GDAL at its own data files
(docs/decisions/0003-native-libraries.md).
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path


def bundled_library(package: str, stem: str) -> str | None:
    """Path of the shared library `stem` inside the wheel of `package`, None where it was built from source."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0])
    pattern = f"{stem}.*dylib" if sys.platform == "darwin" else f"{stem}-*.so*"
    places = (folder.parent / f"{package}.libs", folder / ".dylibs")
    return next((str(found) for place in places for found in sorted(place.glob(pattern))), None)
