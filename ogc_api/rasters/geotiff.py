"""Cells as a GeoTIFF (OGC 19-008r4), in memory: tiled, packed, with what the bands are and whose they are."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import rasterio
from rasterio.crs import CRS
from rasterio.io import MemoryFile

from layers.raster import VERTICAL_DATUMS
from ogc_api.rasters.choosing import Choice
from ogc_api.rasters.systems import code_of

GEOTIFF: Final = "image/tiff; application=geotiff"
BLOCK: Final = 256

_WIDER: Final = {
    "uint8": ("int16", -32768.0),
    "int8": ("int16", -32768.0),
    "uint16": ("int32", -2147483648.0),
    "int16": ("int32", -2147483648.0),
}
"""Of whole numbers that all count, the type that has one more for "nothing here"."""


def geotiff(choice: Choice) -> bytes:
    """The chosen cells as a file; what holds nothing keeps the value that says so, or is given one."""
    cells = choice.cells()
    kind, nodata = _type_of(choice, cells)
    grid, raster = choice.grid, choice.stored.raster
    profile: dict[str, Any] = {
        "driver": "GTiff",
        "width": grid.width,
        "height": grid.height,
        "count": len(choice.bands),
        "dtype": kind,
        "nodata": nodata,
        "crs": CRS.from_epsg(code_of(choice.crs)),
        "transform": grid.transform,
        "compress": "deflate",
        "predictor": 3 if np.dtype(kind).kind == "f" else 2,
    }
    if min(grid.width, grid.height) > BLOCK:
        profile |= {"tiled": True, "blockxsize": BLOCK, "blockysize": BLOCK}
    filled = cells.astype(kind) if nodata is None else cells.astype(kind).filled(nodata)
    with MemoryFile() as memory:
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), memory.open(**profile) as target:
            target.write(np.ma.getdata(filled))
            target.descriptions = [band.name for band in choice.bands]
            target.units = [band.unit for band in choice.bands]
            target.update_tags(
                TIFFTAG_IMAGEDESCRIPTION=raster.title,
                TIFFTAG_COPYRIGHT=f"{raster.attribution} ({raster.licence})",
                VERTICAL_DATUM=VERTICAL_DATUMS[raster.vertical_datum].en,
            )
        content: bytes = memory.read()
    return content


def _type_of(choice: Choice, cells: np.ma.MaskedArray) -> tuple[str, float | None]:
    """Type of the cells and the value of nothing; wider where some hold nothing and no value is free to say so."""
    kind, nodata = str(cells.dtype), choice.stored.facts.nodata
    if nodata is not None or not np.ma.getmaskarray(cells).any():
        return kind, nodata
    return _WIDER.get(kind, ("float64", float("nan")))
