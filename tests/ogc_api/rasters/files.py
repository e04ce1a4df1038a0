"""Made-up rasters with known values, brought in by the road that every raster takes."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.warp
from django.conf import settings
from rasterio.transform import from_origin

from etl.rasters import inspect, store
from etl.readers import Options
from layers.raster import Raster

GEOTIFF = "image/tiff; application=geotiff"
COVJSON = "application/prs.coverage+json"
SLOPE = "/api/collections/raster.slope"
GEOGRAPHIC = from_origin(139.5, 35.8, 0.001, 0.001)
"""A thousandth of a degree a cell."""

WEST, NORTH, CELL_M = -6000, -34000, 10
PLANE = from_origin(WEST, NORTH, CELL_M, CELL_M)
"""In EPSG:6677, in the middle of the city of the tests."""


def bring_in(folder: Path, key: str, cells: np.ndarray, *, nodata: float | None = None, **said: Any) -> Raster:
    """Store cells, (row, column) or (band, row, column); `crs` and `transform` place them, the rest are constants."""
    members = {name: said.pop(name) for name in ("crs", "transform") if name in said}
    members = {"crs": "EPSG:6677", "transform": PLANE, "nodata": nodata, **members}
    bands = cells if cells.ndim == 3 else cells[None]
    path = folder / f"{key}.tif"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(
            path, "w", "GTiff", bands.shape[2], bands.shape[1], bands.shape[0], dtype=bands.dtype, **members
        ) as target:
            target.write(bands)
    chosen = {"attribution": "架空の測量", "licence": "CC0-1.0", **{k: said.pop(k) for k in ("licence",) if k in said}}
    return store(inspect(path, Options(settings.CITY, source_key=key, constants=said, **chosen)))


def slope_cells(rows: int = 60, columns: int = 80) -> np.ndarray:
    """Heights that grow by 1 m a column and 2 m a row, so that every bilinear value is known; one cell is empty."""
    cells = (np.arange(columns)[None, :] + 2 * np.arange(rows)[:, None]).astype("float32")
    cells[30, 30] = -9999
    return cells


def degrees(column: float, row: float) -> tuple[float, float]:
    """Longitude and latitude of a position in the grid of `PLANE`."""
    lons, lats = rasterio.warp.transform("EPSG:6677", "EPSG:4326", *([n] for n in PLANE @ (column, row)))
    return lons[0], lats[0]


def box_of(first_column: float, first_row: float, last_column: float, last_row: float) -> str:
    """A box in EPSG:6677 as a bbox, northing first, between two positions of the grid."""
    west, north = PLANE @ (first_column, first_row)
    east, south = PLANE @ (last_column, last_row)
    return f"{south},{west},{north},{east}"


PLANE_URI = "http://www.opengis.net/def/crs/EPSG/0/6677"
CRS84_URI = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def read_tiff(response) -> tuple[np.ma.MaskedArray, rasterio.DatasetReader]:
    assert response.status_code == 200, response.content[:500]
    assert response["Content-Type"] == GEOTIFF
    content = b"".join(response.streaming_content) if response.streaming else response.content
    source = rasterio.open(io.BytesIO(content))
    return source.read(masked=True), source


def values_of(document: dict, name: str) -> np.ndarray:
    array = document["ranges"][name]
    return np.array(array["values"], float).reshape(array["shape"])
