"""Rasters with known values, each brought in for one test."""

from __future__ import annotations

import numpy as np
import pytest

from layers.raster import Raster
from tests.ogc_api.rasters.files import GEOGRAPHIC, bring_in, slope_cells


@pytest.fixture
def slope(tmp_path) -> Raster:
    return bring_in(tmp_path, "slope", slope_cells(), nodata=-9999, kind="elevation", vertical_datum="JGD2011")


@pytest.fixture
def lonlat(tmp_path) -> Raster:
    """100 columns and 50 rows of a thousandth of a degree; column + 1000 * row."""
    cells = (np.arange(100)[None, :] + 1000 * np.arange(50)[:, None]).astype("int32")
    return bring_in(tmp_path, "lonlat", cells, crs="EPSG:4326", transform=GEOGRAPHIC, unit="pieces")


@pytest.fixture
def classes(tmp_path) -> Raster:
    """Every value counts: there is none that means nothing."""
    cells = (np.indices((40, 40)).sum(axis=0) % 5).astype("uint8")
    return bring_in(tmp_path, "classes", cells, kind="flood_depth", unit="")
