"""Stored rasters (heights, depths) as layers of MapProxy: drawn from the file's overviews, in any reference system.

A picture is read in strips, so that its memory is bounded. What holds nothing is transparent. A raster's file has
another name whenever it is brought in anew: the name is part of the fingerprint of its tiles, and of the key by which
MapProxy is built (`maps`), so that no tile outlives its raster.
"""

from __future__ import annotations

import json
import logging
import math
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import numpy as np
import rasterio
from django.db import Error as DatabaseError
from mapproxy.extent import MapExtent
from mapproxy.image import ImageResult
from mapproxy.image.opts import ImageOptions
from mapproxy.layer import BlankImageError, InfoLayer
from mapproxy.layer.map_layer import MapLayer
from mapproxy.query import InfoQuery, MapQuery
from mapproxy.source import SourceError
from mapproxy.srs import SRS
from PIL import Image
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from layers.crs import LON_LAT_SRID, WEB_MERCATOR_SRID
from layers.raster import VERTICAL_DATUMS, Raster
from layers.raster_cells import Grid, computed_cells, facts_of
from layers.raster_reading import value_at
from layers.spec import Text
from tile_cache.keeping.stored import fingerprint_of
from tile_cache.maps import ramps
from tile_cache.maps.feature_info import METRES_PER_DEGREE, spot_of
from tile_cache.maps.found import Found, Hit
from tile_cache.maps.map_requests import AWAY

SOURCE_TYPE: Final = "machigis-raster"
PREFIX: Final = "raster."
"""Names of layers have no full stop, so no layer is ever called so. The API calls them the same."""

STRIP_ROWS: Final = 256
EARTH_RADIUS_M: Final = 6378137.0
EDITION: Final = 1
"""Counted up when the same cells are drawn otherwise by this program."""

_NAMEABLE: Final = re.compile(r"[\w.-]+")
"""What stands in an address and between the commas of LAYERS."""

_TOLD: Final = ("key", "file_name", "title", "kind", "unit", "attribution", "licence")
log = logging.getLogger(__name__)


def every() -> tuple[Raster, ...]:
    """The rasters that there are, in the order of their keys.

    Raises:
        django.db.Error: where the database is away.
    """
    return tuple(raster for raster in Raster.objects.order_by("key") if _NAMEABLE.fullmatch(raster.key))


def state() -> tuple[tuple[str, ...], ...]:
    """Differs whenever a raster comes, goes, or is another one: asked with each request, and so of few columns.

    Raises:
        django.db.Error: where the database is away.
    """
    return tuple(Raster.objects.order_by("key").values_list(*_TOLD))


def layer_name(raster: Raster) -> str:
    return f"{PREFIX}{raster.key}"


class RasterSource(MapLayer):
    """One raster, drawn by its ramp."""

    supports_meta_tiles = True
    names: tuple[str, ...] = ()
    """The layers that its tiles depend on: none."""
    buffer_px = 0

    def __init__(self, raster: Raster) -> None:
        super().__init__(ImageOptions(transparent=True, format="image/png"))
        self._raster = raster
        self._ramp = ramps.ramp_of(raster)
        self.extent = MapExtent(raster.bounds.extent, SRS(LON_LAT_SRID))

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(EDITION, self._raster.file_name, self._ramp)

    def get_map(self, query: MapQuery) -> ImageResult:
        try:
            if not self.extent.intersects(MapExtent(query.bbox, query.srs)):
                raise BlankImageError
            strips = [_strip(self._raster, self._ramp, grid) for grid in _strips(query)]
        except (FileNotFoundError, rasterio.RasterioIOError) as error:
            log.warning("%s could not be drawn: %s", self._raster.key, error)
            raise SourceError(AWAY) from error
        except (ProjError, rasterio.errors.RasterioError, ValueError) as error:
            log.info("%s is not drawn at %s in %s: %s", self._raster.key, query.bbox, query.srs, error)
            raise BlankImageError from error
        picture = Image.fromarray(np.concatenate(strips))
        return ImageResult(picture, size=query.size, image_opts=self.image_opts)


def _strips(query: MapQuery) -> Iterator[Grid]:
    """The picture as grids of some rows each, from the north."""
    srid = _srid(query.srs)
    west, south, east, north = query.bbox
    width, height = query.size
    across, down = (east - west) / width, (north - south) / height
    for top in range(0, height, STRIP_ROWS):
        yield Grid(srid, west, north - top * down, across, down, width, min(STRIP_ROWS, height - top))


def _strip(raster: Raster, ramp: ramps.Ramp, grid: Grid) -> np.ndarray:
    """The colours of one strip; for hills it is read with a margin of one cell."""
    factor = _factor(raster, grid)
    if factor is None:
        return np.zeros((grid.height, grid.width, 4), "uint8")
    if not ramp.is_shaded:
        return ramps.paint(ramp, computed_cells(raster, [1], grid, factor)[0])
    wider = Grid(
        grid.srid,
        grid.west - grid.cell_width,
        grid.north + grid.cell_height,
        grid.cell_width,
        grid.cell_height,
        grid.width + 2,
        grid.height + 2,
    )
    cells = computed_cells(raster, [1], wider, factor)[0]
    return ramps.paint(ramp, cells[1:-1, 1:-1], ramps.hillshade(cells, *_cell_m(grid)))


def _factor(raster: Raster, grid: Grid) -> float | None:
    """How many stored cells lie side by side in a pixel, at least; None where the strip is beyond the raster."""
    own = facts_of(raster).grid
    west, south, east, north = grid.bounds
    box = _transformer(grid.srid, own.srid).transform_bounds(west, south, east, north, errcheck=False)
    if not all(map(math.isfinite, box)):
        box = own.bounds
    inside = own.bounds
    if box[0] > inside[2] or box[2] < inside[0] or box[1] > inside[3] or box[3] < inside[1]:
        return None
    across = (box[2] - box[0]) / grid.width / own.cell_width
    down = (box[3] - box[1]) / grid.height / own.cell_height
    return max(min(across, down), 1e-6)


@cache
def _transformer(srid: int, own_srid: int) -> Transformer:
    return Transformer.from_crs(srid, own_srid, always_xy=True)


def _cell_m(grid: Grid) -> tuple[float, float]:
    """The sides of a pixel on the ground, metres."""
    _, south, _, north = grid.bounds
    if CRS.from_epsg(grid.srid).is_geographic:
        narrowed = max(math.cos(math.radians((south + north) / 2)), 1e-3)
        return grid.cell_width * METRES_PER_DEGREE * narrowed, grid.cell_height * METRES_PER_DEGREE
    if grid.srid == WEB_MERCATOR_SRID:
        scale = 1 / math.cosh((south + north) / 2 / EARTH_RADIUS_M)
        return grid.cell_width * scale, grid.cell_height * scale
    return grid.cell_width, grid.cell_height


def _srid(srs: Any) -> int:
    code = srs.srs_code.upper()
    if code == "CRS:84":
        return LON_LAT_SRID
    return WEB_MERCATOR_SRID if code == "EPSG:900913" else int(code.removeprefix("EPSG:"))


class RasterInfo(InfoLayer):
    """The value of a raster at a place, with its unit."""

    def __init__(self, raster: Raster) -> None:
        self._raster = raster

    def get_info(self, query: InfoQuery) -> Found:
        lon, lat = spot_of(query).lon_lat
        value = None
        if math.isfinite(lon) and math.isfinite(lat):
            try:
                value = value_at(self._raster, lon, lat)
            except (rasterio.RasterioIOError, DatabaseError):
                log.warning("%s could not be read", self._raster.key)
        return Found.of(query.info_format, [] if value is None else [hit_of(self._raster, lon, lat, value)])


def hit_of(raster: Raster, lon: float, lat: float, value: float) -> Hit:
    """The value as a feature at the place."""
    name = raster.kind if raster.kind != "other" else "value"
    value = round(value, 3)
    properties = {name: value, "unit": raster.unit, "attribution": raster.attribution}
    lines = [(ramps.kind_text(raster), _same(f"{value:g} {raster.unit}".strip()))]
    if raster.kind == "elevation":
        properties["vertical_datum"] = raster.vertical_datum
        lines.append((Text("高さの基準", "Vertical datum"), VERTICAL_DATUMS[raster.vertical_datum]))
    lines.append((Text("出典", "Source"), _same(raster.attribution)))
    feature = {
        "type": "Feature",
        "featureType": layer_name(raster),
        "id": raster.key,
        "geometry": {"type": "Point", "coordinates": [round(lon, 7), round(lat, 7)]},
        "properties": properties,
    }
    return Hit(_same(raster.title), json.dumps(feature, ensure_ascii=False), tuple(lines))


def _same(text: str) -> Text:
    return Text(text, text)
