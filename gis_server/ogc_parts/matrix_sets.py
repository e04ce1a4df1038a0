"""The tile matrix sets as the standard describes them, and which of their tiles a box of degrees touches. Pure.

Source: OGC 17-083r4 (Two Dimensional Tile Matrix Set and Tile Set Metadata 2.0), 7.1, 8.2 and Annex D.1.
"""

from __future__ import annotations

import math
from typing import Any, Final

from tile_cache.degrees import Bounds, box_around
from tile_cache.grid import EXTENT, WEB_MERCATOR_QUAD, Grid, place_in

QUAD_URI: Final = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
SCALE_SET_URI: Final = "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible"
LAST_QUAD_MATRIX: Final = 24
"""The registered definition ends here; tiles are made to the grid's last zoom."""

PIXELS: Final = 256
METRES_PER_PIXEL_OF_SCALE: Final = 0.00028

Json = dict[str, Any]


def uri(grid: Grid, root: str) -> str:
    """The name of a set: the one in the OGC's register, or where its definition is.

    Args:
        root: absolute address of the list of tile matrix sets.
    """
    return QUAD_URI if grid.is_mercator else f"{root}/{grid.name}"


def definition(grid: Grid, root: str) -> Json:
    """The whole tile matrix set, without links and title.

    The plane zones put the northing first. EPSG abbreviates their axes X (north) and Y (east); they are named N and
    E here, since clients read X as east.
    """
    last = LAST_QUAD_MATRIX if grid.is_mercator else grid.last_zoom
    return {
        "id": grid.name,
        "uri": uri(grid, root),
        "crs": grid.crs_uri,
        "orderedAxes": ["X", "Y"] if grid.is_mercator else ["N", "E"],
        **({"wellKnownScaleSet": SCALE_SET_URI} if grid.is_mercator else {}),
        "tileMatrices": [_matrix(grid, zoom) for zoom in range(last + 1)],
    }


def _matrix(grid: Grid, zoom: int) -> Json:
    cell_size_m = grid.edge_m(zoom) / PIXELS
    return {
        "id": str(zoom),
        "scaleDenominator": cell_size_m / METRES_PER_PIXEL_OF_SCALE,
        "cellSize": cell_size_m,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [grid.west, grid.north] if grid.is_mercator else [grid.north, grid.west],
        "tileWidth": PIXELS,
        "tileHeight": PIXELS,
        "matrixWidth": 2**zoom,
        "matrixHeight": 2**zoom,
    }


def limits(extent: Bounds, zoom: int, margin_units: int, grid: Grid = WEB_MERCATOR_QUAD) -> Json:
    """The rows and columns of a matrix that something within `extent` can be in.

    Args:
        extent: west, south, east, north in degrees.
        margin_units: how far a tile reaches beyond its edge, in units of `EXTENT`.

    >>> limits((139.5, 35.6, 139.6, 35.7), 10, 0)
    {'tileMatrix': '10', 'minTileRow': 403, 'maxTileRow': 403, 'minTileCol': 908, 'maxTileCol': 909}
    """
    first_col, first_row, last_col, last_row = _tiles_around(extent, zoom, grid)
    margin = margin_units / EXTENT
    return {
        "tileMatrix": str(zoom),
        "minTileRow": _within(first_row - margin, zoom),
        "maxTileRow": _within(last_row + margin, zoom),
        "minTileCol": _within(first_col - margin, zoom),
        "maxTileCol": _within(last_col + margin, zoom),
    }


def is_within(limit: Json, row: int, col: int) -> bool:
    """Whether a tile lies in the limits of its matrix."""
    return bool(limit["minTileRow"] <= row <= limit["maxTileRow"] and limit["minTileCol"] <= col <= limit["maxTileCol"])


def _tiles_around(extent: Bounds, zoom: int, grid: Grid) -> tuple[float, float, float, float]:
    """First column, first row, last column, last row; each with the part of the tile behind the point."""
    west, south, east, north = extent
    if grid.is_mercator:
        return *place_in(west, _in_square(north), zoom, grid), *place_in(east, _in_square(south), zoom, grid)
    box = box_around(_clipped(extent, grid.ground), grid.srid)
    if box is None:
        return 0, 0, 2**zoom - 1, 2**zoom - 1
    edge_m = grid.edge_m(zoom)
    left, bottom, right, top = box
    return (
        (left - grid.west) / edge_m,
        (grid.north - top) / edge_m,
        (right - grid.west) / edge_m,
        (grid.north - bottom) / edge_m,
    )


def _clipped(extent: Bounds, ground: Bounds) -> Bounds:
    """The part of a box within another; what lies outside is brought to its edge."""
    west, south, east, north = (
        min(max(side, ground[axis]), ground[axis + 2]) for side, axis in zip(extent, (0, 1, 0, 1), strict=True)
    )
    return west, south, east, north


def _in_square(lat: float) -> float:
    return min(max(lat, -85.06), 85.06)


def _within(number: float, zoom: int) -> int:
    return min(max(math.floor(number), 0), int(2**zoom) - 1)
