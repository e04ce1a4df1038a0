"""The made-up city's rasters into the store, by the road that every raster takes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import rasterio
from rasterio.transform import from_origin

from etl import sources
from etl.rasters import inspect, store
from etl.readers.base import Options
from etl.sample.rasters import CELL_M, NODATA, SampleRaster, sample_rasters
from layers.city import City


def store_sample_rasters(city: City, seed: int) -> Iterator[str]:
    """Store each and tell of it in a line; one that is stored already is left as it is."""
    source = sources.sample()
    for raster in sample_rasters(city, seed):
        with tempfile.TemporaryDirectory(prefix="machigis-sample-") as folder:
            path = Path(folder) / f"{raster.key}.tif"
            _write(path, raster, city.plane_srid)
            said = {"kind": raster.kind, "title": raster.title, "unit": "m"}
            options = Options(
                city, source_key=raster.key, attribution=source.attribution, licence=source.licence, constants=said
            )
            plan = inspect(path, options)
            store(plan)
        yield f"  {raster.key}: {plan.valid_cells} cells" + (", stored already" if plan.is_known else "")


def _write(path: Path, raster: SampleRaster, srid: int) -> None:
    height, width = raster.cells.shape
    place = from_origin(raster.west, raster.north, CELL_M, CELL_M)
    with rasterio.open(
        path, "w", "GTiff", width, height, 1, f"EPSG:{srid}", place, raster.cells.dtype, NODATA
    ) as target:
        target.write(raster.cells, 1)
