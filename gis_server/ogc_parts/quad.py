"""WebMercatorQuad: its definition, and which of its tiles a box of degrees touches. Pure.

Source: OGC 17-083r4 (Two Dimensional Tile Matrix Set and Tile Set Metadata 2.0), 7.1, 8.2 and Annex D.1.
"""

from __future__ import annotations

import math
from typing import Any, Final

from layers.crs import WEB_MERCATOR_SRID, epsg_uri
from tile_cache.grid import EXTENT, HALF_WORLD_M, Bounds

NAME: Final = "WebMercatorQuad"
URI: Final = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
CRS_URI: Final = epsg_uri(WEB_MERCATOR_SRID)
SCALE_SET_URI: Final = "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible"
LAST_MATRIX: Final = 24
"""The registered definition ends here; tiles are made to `MAX_ZOOM`."""

PIXELS: Final = 256
METRES_PER_PIXEL_OF_SCALE: Final = 0.00028

Json = dict[str, Any]


def definition() -> Json:
    """The whole tile matrix set, without links and title."""
    return {
        "id": NAME,
        "uri": URI,
        "crs": CRS_URI,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": SCALE_SET_URI,
        "tileMatrices": [_matrix(zoom) for zoom in range(LAST_MATRIX + 1)],
    }


def _matrix(zoom: int) -> Json:
    cell_size_m = 2 * HALF_WORLD_M / PIXELS / 2**zoom
    return {
        "id": str(zoom),
        "scaleDenominator": cell_size_m / METRES_PER_PIXEL_OF_SCALE,
        "cellSize": cell_size_m,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-HALF_WORLD_M, HALF_WORLD_M],
        "tileWidth": PIXELS,
        "tileHeight": PIXELS,
        "matrixWidth": 2**zoom,
        "matrixHeight": 2**zoom,
    }


def limits(extent: Bounds, zoom: int, margin_units: int) -> Json:
    """The rows and columns of a matrix that something within `extent` can be in.

    Args:
        extent: west, south, east, north in degrees.
        margin_units: how far a tile reaches beyond its edge, in units of `EXTENT`.

    >>> limits((139.5, 35.6, 139.6, 35.7), 10, 0)
    {'tileMatrix': '10', 'minTileRow': 402, 'maxTileRow': 403, 'minTileCol': 908, 'maxTileCol': 909}
    """
    west, south, east, north = extent
    margin = margin_units / EXTENT
    return {
        "tileMatrix": str(zoom),
        "minTileRow": _within(_row(north, zoom) - margin, zoom),
        "maxTileRow": _within(_row(south, zoom) + margin, zoom),
        "minTileCol": _within(_column(west, zoom) - margin, zoom),
        "maxTileCol": _within(_column(east, zoom) + margin, zoom),
    }


def is_within(limit: Json, row: int, col: int) -> bool:
    """Whether a tile lies in the limits of its matrix."""
    return bool(limit["minTileRow"] <= row <= limit["maxTileRow"] and limit["minTileCol"] <= col <= limit["maxTileCol"])


def _column(lon: float, zoom: int) -> float:
    return float((lon + 180) / 360 * 2**zoom)


def _row(lat: float, zoom: int) -> float:
    northing = math.asinh(math.tan(math.radians(min(max(lat, -85.06), 85.06))))
    return float((1 - northing / math.pi) / 2 * 2**zoom)


def _within(number: float, zoom: int) -> int:
    return min(max(math.floor(number), 0), int(2**zoom) - 1)
