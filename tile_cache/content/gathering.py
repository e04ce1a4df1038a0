"""Points gathered into cells, where they would lie on one another: how many there are, and of what. Pure.

A tile is divided into 8 by 8 cells, 64 pixels wide. A cell of several features becomes one feature at their mean place
with their `count`, their commonest code and the `share` of it; a cell of one keeps the feature itself. Cells never
cross a tile's edge, so each feature is counted in one tile and the counts of all tiles add up to all features.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from layers import tiling
from layers.crs import LON_LAT_SRID
from layers.reading import Query, quoted
from layers.spec import Field, LayerSpec
from tile_cache.content.tile_sql import GEOM, NUMBER, column_sql, in_tile, layer_bytes, number_sql, rows_within
from tile_cache.degrees import Bounds
from tile_cache.grid import EXTENT, Tile

CELLS: Final = 8
"""Cells along a tile's edge."""

CELL_PX: Final = 512 // CELLS


def layer_query(layer: LayerSpec, tile: Tile, fields: Sequence[Field], condition: Query) -> Query:
    """The bytes of a layer whose points are gathered, as an SQL expression.

    Args:
        fields: what the tile carries of a feature that is alone in its cell.
        condition: which rows, beginning with AND.
    """
    by = next((field for field in fields if field.name == tiling.gathered_by(layer)), None)
    columns = "".join(f", {_column(field, by)}" for field in fields)
    west, south, east, north = _edges(tile)
    srid = LON_LAT_SRID if tile.grid.is_mercator else tile.grid.srid
    place = f"CASE WHEN c.n = 1 THEN t.geometry ELSE ST_SetSRID(ST_Point(%s + c.x * %s, %s + c.y * %s), {srid}) END"
    step_x, step_y = (east - west) / EXTENT, (north - south) / EXTENT
    rows = Query(
        f"SELECT {number_sql('t.id')} AS {NUMBER}, t.id{columns},"
        f" CASE WHEN c.n > 1 THEN c.n END AS {tiling.COUNT}, CASE WHEN c.n > 1 THEN c.share END AS {tiling.SHARE}, "
    )
    rows += in_tile(Query(place, (west, step_x, south, step_y)), tile, 0) + Query(f" AS {GEOM} FROM (")
    rows += _cells(layer, tile, by, condition) + Query(") c LEFT JOIN LATERAL (SELECT t.id, t.geometry")
    rows += Query("".join(f", {column_sql(layer, field)}" for field in fields))
    rows += Query(f" FROM {quoted(layer.table)} t WHERE c.n = 1 AND t.id = c.only OFFSET 0) t ON true ORDER BY c.cell")
    return layer_bytes(layer.name, rows)


def _column(field: Field, by: Field | None) -> str:
    name = quoted(field.name)
    return f"CASE WHEN c.n > 1 THEN c.code ELSE t.{name} END AS {name}" if field == by else f"t.{name}"


def _cells(layer: LayerSpec, tile: Tile, by: Field | None, condition: Query) -> Query:
    """Rows (cell, n, x, y, only, code, share): the places counted in whole units, so their order does not matter."""
    codes = Query("SELECT s.cell, s.code, count(*) AS n, sum(s.x) AS x, sum(s.y) AS y, min(s.id) AS only FROM (")
    codes += Query(
        f"SELECT u.id, u.code, u.x, u.y, u.y / {EXTENT // CELLS} * {CELLS} + u.x / {EXTENT // CELLS} AS cell"
    )
    codes += Query(" FROM (") + _units(layer, tile, by, condition) + Query(" OFFSET 0) u) s GROUP BY s.cell, s.code")
    return (
        Query(
            "SELECT k.cell, sum(k.n)::int AS n, min(k.only) AS only,"
            " (sum(k.x) / sum(k.n))::float8 + 0.5 AS x, (sum(k.y) / sum(k.n))::float8 + 0.5 AS y,"
            ' (array_agg(k.code ORDER BY k.n DESC, k.code::text COLLATE "C"))[1] AS code,'
            f" {'(round(100 * max(k.n) / sum(k.n)) / 100)::float8' if by else 'NULL::float8'} AS share FROM ("
        )
        + codes
        + Query(") k GROUP BY k.cell")
    )


def _units(layer: LayerSpec, tile: Tile, by: Field | None, condition: Query) -> Query:
    """Each point's place in units of the tile, from its south-west.

    In Web Mercator longitude and latitude serve unchanged: a tile is small enough for its latitudes to be evenly spaced
    within it, and the place of a feature that is alone is its own in any case. Transforming 100,000 points would take
    longer than all the rest; a plane grid needs it.
    """
    west, south, east, north = _edges(tile)
    last = EXTENT - 1
    select = Query(
        f"SELECT v.id, v.code, least({last}, floor((ST_X(v.place) - %s) * %s)::int) AS x,"
        f" least({last}, floor((ST_Y(v.place) - %s) * %s)::int) AS y FROM (",
        (west, EXTENT / (east - west), south, EXTENT / (north - south)),
    )
    is_mercator = tile.grid.is_mercator
    place = "t.geometry" if is_mercator else f"ST_Transform(t.geometry, {tile.grid.srid})"
    code = f"t.{quoted(by.name)}" if by else "NULL::text"
    near = Query(f"SELECT t.id, {code} AS code, {place} AS place FROM {quoted(layer.table)} t")
    near += rows_within(tile, 0) + condition + Query("" if is_mercator else " OFFSET 0")
    # On the line between two tiles a point belongs to the one in the north-east.
    within = Query(") v WHERE ST_X(v.place) >= %s AND ST_X(v.place) < %s", (west, east))
    return select + near + within + Query(" AND ST_Y(v.place) >= %s AND ST_Y(v.place) < %s", (south, north))


def _edges(tile: Tile) -> Bounds:
    """West, south, east, north in degrees, or in metres of a plane grid, whose edges are round numbers.

    By the same arithmetic for both tiles at an edge, so no point is lost.
    """
    if not tile.grid.is_mercator:
        return tile.bounds_m
    west, _, _, north = tile.buffered_lon_lat(0)
    _, _, _, south = Tile(tile.z, tile.x, tile.y + 1).buffered_lon_lat(0)
    east, *_ = Tile(tile.z, tile.x + 1, tile.y).buffered_lon_lat(0)
    return west, south, east, north
