"""Mapnik itself, and the fonts that it finds on this machine."""

from __future__ import annotations

import logging
import os
from functools import cache
from types import ModuleType

from tile_cache.looks import mapnik_style

FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts")
log = logging.getLogger(__name__)


@cache
def load_mapnik() -> ModuleType:
    """Mapnik, with the fonts of this machine.

    On import it names its own copies of PROJ's and GDAL's data in the environment, where rasterio and pyogrio would
    then look for theirs and not understand them. Mapnik itself needs neither: it is given its projections in full.
    """
    before = {name: os.environ.get(name) for name in ("PROJ_LIB", "GDAL_DATA")}
    import mapnik

    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
    for folder in FONT_FOLDERS:
        if os.path.isdir(folder):
            mapnik.FontEngine.register_fonts(folder, True)
    return mapnik


@cache
def faces() -> tuple[str, ...]:
    """The font faces for names, best first; those with Japanese characters before all others."""
    present = sorted(load_mapnik().FontEngine.face_names())
    found = tuple(
        face
        for family in mapnik_style.FONTS
        for face in present
        if face.startswith(family) and "Oblique" not in face and "Italic" not in face
    )
    if not any("CJK" in face or "Hiragino" in face or "IPA" in face for face in found):
        log.warning("no Japanese font is installed (Debian: fonts-noto-cjk): names on maps will be boxes")
    return found or tuple(present[:1])
