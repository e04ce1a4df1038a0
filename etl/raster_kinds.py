"""Which files are rasters, told without GDAL, which takes long to load."""

from __future__ import annotations

from typing import Final

from etl.archives import check_archive
from etl.contents import Contents
from etl.record import UnreadableFileError

RASTER_KINDS: Final = frozenset({"TIFF", "HGT", "ASCII grid"})


def is_raster(contents: Contents) -> bool:
    """Whether a file is one for `etl.rasters.inspect` rather than for a reader.

    An archive that cannot be looked through is none: the readers say what is wrong with it.
    """
    if contents.kind != "ZIP archive":
        return contents.kind in RASTER_KINDS
    try:
        return any(name.lower().endswith(".hgt") for name in check_archive(contents.path))
    except UnreadableFileError:
        return False
