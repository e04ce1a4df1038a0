"""The cells of gathered points as SQL that Mapnik reads, where pictures are drawn as tiles would be. Pure.

A picture has any scale, so the cells are those of the nearest zoom, the same as in tiles of Web Mercator, whatever the
picture's own reference system. They are counted to their ends although the picture may show a part of them. Mapnik
fills in ``!bbox!`` and ``!pixel_width!``, which is zero where it only asks for the columns.
"""

from __future__ import annotations

import itertools
from typing import Final

from layers import tiling
from layers.crs import LON_LAT_SRID
from layers.reading import quoted
from layers.spec import LayerSpec
from tile_cache.content.gathering import CELLS
from tile_cache.looks.symbols import GATHERED_PX

MERCATOR_NORTH: Final = 85.051129
"""Degrees: where the tiles end."""

_ZOOM: Final = f"floor(0.5 + ln({360 / 512!r} / nullif(!pixel_width!::float8, 0)) / ln(2::float8))"
_CELL: Final = f"({360 / CELLS!r} / power(2::float8, {_ZOOM}))"
_NORTH: Final = f"least(greatest(ST_Y(t.geometry), -{MERCATOR_NORTH}), {MERCATOR_NORTH})"
_UP: Final = f"degrees(ln(tan(radians(45 + {_NORTH} / 2))))"  # in degrees of the equator, as wide as those of longitude
_COLUMN: Final = f"floor(ST_X(t.geometry) / {_CELL})"
_ROW: Final = f"floor({_UP} / {_CELL})"
_KEYS: Final = f"{_COLUMN}, {_ROW}"
_NEAR: Final = f"t.geometry && ST_Expand(!bbox!, {_CELL})"
# No field has a name with this sign.
_ALONE, _CELL_COLUMN, _CELL_ROW = quoted("+count"), quoted("+column"), quoted("+row")
ORDER: Final = f"t.{_CELL_ROW}, t.{_CELL_COLUMN}"
"""Of the rows of `several_sql`: from the south, as cells come in tiles."""


def several_sql(layer: LayerSpec, condition: str) -> str:
    """What stands after FROM, with the alias ``t``: a row for each cell of several features.

    Args:
        condition: which rows, on the alias ``t``.
    """
    by = tiling.gathered_by(layer)
    columns = [
        f"ST_SetSRID(ST_Point(avg(ST_X(t.geometry)), avg(ST_Y(t.geometry))), {LON_LAT_SRID}) AS geometry",
        f"count(*) AS {tiling.COUNT}",
        f"{_ROW} AS {_CELL_ROW}",
        f"{_COLUMN} AS {_CELL_COLUMN}",
    ]
    if by:
        columns.append(f"mode() WITHIN GROUP (ORDER BY t.{quoted(by)}) AS {quoted(by)}")
    select = f"SELECT {', '.join(columns)} FROM {quoted(layer.table)} t WHERE {_NEAR} AND {condition}"
    return f"({select} GROUP BY {_KEYS} HAVING count(*) > 1) t"


def alone_sql(layer: LayerSpec, condition: str) -> str:
    """The same for features that are alone in their cell: rows of the layer's table."""
    counted = f"SELECT t.*, count(*) OVER (PARTITION BY {_KEYS}) AS {_ALONE} FROM {quoted(layer.table)} t"
    return f"(SELECT t.* FROM ({counted} WHERE {_NEAR} AND {condition}) t WHERE t.{_ALONE} = 1) t"


def width_sql(wider_px: float) -> str:
    """The width of a circle in pixels, for the alias ``t``: straight between two stops, as in MapLibre."""
    cases = []
    for (n0, w0), (n1, w1) in itertools.pairwise(GATHERED_PX):
        between = f"{w0} + (t.{tiling.COUNT} - {n0}) * {(w1 - w0) / (n1 - n0)!r}"
        cases.append(f"WHEN t.{tiling.COUNT} <= {n1} THEN {between}")
    return f"(CASE {' '.join(cases)} ELSE {GATHERED_PX[-1][1]} END)::float8 + {wider_px!r}"
