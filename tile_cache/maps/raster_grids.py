"""The grids of the pictures of WMTS, TMS and ``/maps/tiles/``, as MapProxy is told of them. Pure.

Level for level `webmercator`, `webmercator_512` and `webmercator_2x` cover the same ground. With 512 pixels a picture
either shows what the next level shows, or, for screens with pixels of half the size, the same drawing twice as large.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from layers.city import City
from layers.crs import JGD2011_SRID, WEB_MERCATOR_SRID
from tile_cache.degrees import Bounds
from tile_cache.grid import HALF_WORLD_M, WEB_MERCATOR_QUAD, Grid, plane_grid

MERCATOR: Final = "webmercator"
RETINA: Final = "webmercator_2x"
"""Also asked for as ``…/webmercator/{z}/{x}/{y}@2x.png``, as many clients write it."""

_PIXELS: Final = 256
_MERCATOR_BOX: Final[Bounds] = (-HALF_WORLD_M, -HALF_WORLD_M, HALF_WORLD_M, HALF_WORLD_M)
_WORLD: Final[Bounds] = (-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True, slots=True)
class RasterGrid:
    """A pyramid of pictures.

    Args:
        bounds: west, south, east, north in the units of its system; the corner of its tiles is in the north-west.
        whole_cell: width of a pixel of level 0 in these units; each level halves it.
        tile_px: width and height of a picture.
        enlarged: how many times as large as usual things are drawn (see `mapnik_source.LayersSource`).
    """

    name: str
    srid: int
    bounds: Bounds
    whole_cell: float
    levels: int
    tile_px: int = _PIXELS
    enlarged: float = 1.0


def raster_grids(city: City) -> tuple[RasterGrid, ...]:
    """Every grid that pictures are made in, the usual one first."""
    cell = 2 * HALF_WORLD_M / _PIXELS
    square = WEB_MERCATOR_SRID, _MERCATOR_BOX
    return (
        RasterGrid(MERCATOR, *square, cell, 21),
        RasterGrid("webmercator_512", *square, cell / 2, 20, 2 * _PIXELS),
        RasterGrid(RETINA, *square, cell / 2, 20, 2 * _PIXELS, enlarged=2.0),
        RasterGrid("jgd2011", JGD2011_SRID, _WORLD, 180 / _PIXELS, 20),
        _plane(plane_grid(city.zone, city.centre[1])),
    )


def _plane(grid: Grid) -> RasterGrid:
    """The grid of the vector tiles; a level draws what WebMercatorQuad draws at the zoom that is like it.

    That is asked for by its scale, which differs by some hundredths; so much smaller or larger things are drawn.
    """
    south, east = grid.north - grid.whole_edge_m, grid.west + grid.whole_edge_m
    like = WEB_MERCATOR_QUAD.edge_m(grid.zoom_shift) / grid.whole_edge_m
    bounds = grid.west, south, east, grid.north
    cell = grid.whole_edge_m / _PIXELS
    return RasterGrid(grid.name, grid.srid, bounds, cell, grid.last_zoom + 1, enlarged=round(like, 4))


def described(grid: RasterGrid) -> dict[str, Any]:
    """The grid in MapProxy's configuration."""
    return {
        "srs": f"EPSG:{grid.srid}",
        "bbox": list(grid.bounds),
        "bbox_srs": f"EPSG:{grid.srid}",
        "origin": "nw",
        "tile_size": [grid.tile_px, grid.tile_px],
        "res": [grid.whole_cell / 2**level for level in range(grid.levels)],
    }
