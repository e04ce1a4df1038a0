"""A chart of every layer, like that of a printer: one feature of each kind and class in a square of its own.

The charts lie in the Pacific, where nothing else is.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql

from layers import registry
from layers.spec import Audience, LayerSpec
from tests.browser.drawn import SIDE_PX, lon_lat, world_px
from tests.running import RunningCity
from tile_cache.looks.base_map import BASE_GROUP, kinds_of
from tile_cache.looks.drawing import has_bounds

SQUARE_PX: Final = 64
SQUARES: Final = SIDE_PX // SQUARE_PX
WEST, NORTH = 150.0, 35.0
"""East of all land at this latitude."""

LAYERS: Final = tuple(registry.visible_to(Audience.PUBLIC))
ID: Final = "chart-"


@dataclass(frozen=True, slots=True)
class Square:
    """One feature of a chart: its layer, its columns, its place in rows of `SQUARES`, whether everybody sees it."""

    layer: LayerSpec
    number: int
    columns: dict[str, Any]
    is_drawn: bool

    @property
    def corner_px(self) -> tuple[int, int]:
        """Left and top in the picture. Every second square is empty."""
        row, column = divmod(self.number, SQUARES // 2)
        return (2 * column + row % 2) * SQUARE_PX, row * SQUARE_PX


@dataclass(frozen=True, slots=True)
class Chart:
    """Some layers that are looked at in one picture: `number` says where the chart lies."""

    number: int
    zoom: int
    squares: tuple[Square, ...]

    @property
    def layers(self) -> list[str]:
        return list(dict.fromkeys(square.layer.name for square in self.squares))

    @property
    def is_ground(self) -> bool:
        return self.squares[0].layer.group == BASE_GROUP

    @property
    def is_named(self) -> bool:
        """Whether it consists of names, which have each reader's own letters."""
        return self.squares[0].layer.style.kind == "label"

    @property
    def is_dashed(self) -> bool:
        return is_dashed(self.squares[0].layer)

    @property
    def middle(self) -> tuple[float, float]:
        """Longitude and latitude of a corner of four tiles: no square is cut."""
        x, y = world_px(WEST + 0.2 * self.number, NORTH, self.zoom)
        return lon_lat(round(x / SIDE_PX) * SIDE_PX, round(y / SIDE_PX) * SIDE_PX, self.zoom)


def charts() -> Iterator[Chart]:
    """The charts of all layers: those of the ground, of names, of dashes and of each zoom apart."""
    number = 0
    for (zoom, *_), layers in itertools.groupby(sorted(LAYERS, key=_kind), key=_kind):
        variants = [(layer, columns) for layer in layers for columns in _variants(layer)]
        for some in itertools.batched(variants, SQUARES**2 // 2):
            squares = (
                Square(layer, at, columns, _is_drawn(layer, columns)) for at, (layer, columns) in enumerate(some)
            )
            yield Chart(number, zoom, tuple(squares))
            number += 1


def _kind(layer: LayerSpec) -> tuple[int, bool, bool, bool]:
    """The zoom with all symbols but without the words on classes, and what is not looked at together."""
    zoom = 14 if layer.style.kind == "fill" else 16
    return zoom, layer.group == BASE_GROUP, layer.style.kind == "label", is_dashed(layer)


def is_dashed(layer: LayerSpec) -> bool:
    """Whether its lines have gaps, which begin somewhere else in each program."""
    return layer.style.kind == "line" and layer.style.pattern is not None


def _variants(layer: LayerSpec) -> list[dict[str, Any]]:
    fields = dict.fromkeys(filter(None, (layer.style.by, layer.kind_field, layer.rows and layer.rows.field)))
    return [{field: value} for field in fields for value in _values(layer, field)] or [{}]


def _values(layer: LayerSpec, field: str) -> list[Any]:
    if field == layer.style.by and has_bounds(layer):
        return [*layer.style.colours, None]
    return list(layer.get_field(field).codes)


def _is_drawn(layer: LayerSpec, columns: dict[str, Any]) -> bool:
    """Whether it is for everybody, and no name of something that is larger than the map."""
    kind = kinds_of(layer).get(columns.get("kind", ""))
    if layer.style.kind == "label" and kind is not None and kind.named_until is not None:
        return False
    return layer.rows is None or columns.get(layer.rows.field, layer.rows.values[0]) in layer.rows.values


def write(city: RunningCity) -> None:
    """Put the charts of all layers into the city."""
    with psycopg.connect(city.database_url) as connection:
        for chart in charts():
            for square in chart.squares:
                columns = _needed(connection, square.layer) | square.columns
                insert(connection, square.layer, f"{ID}{chart.number}-{square.number}", shape(chart, square), columns)


def remove(city: RunningCity) -> None:
    for layer in LAYERS:
        city.sql(f"DELETE FROM {layer.table} WHERE id LIKE '{ID}%%'")


def shape(chart: Chart, square: Square) -> str:
    """Well-known text of what the layer draws, well within the square."""
    layer = square.layer
    if layer.geometry_type == "Point" or layer.style.kind in {"dot", "icon", "label"}:
        return f"POINT({_places(chart, square, (32, 32))})"
    if "Line" in layer.geometry_type:
        return f"LINESTRING({_places(chart, square, (12, 22), (52, 42))})"
    return f"POLYGON(({_places(chart, square, (14, 14), (50, 14), (50, 50), (14, 50), (14, 14))}))"


def _places(chart: Chart, square: Square, *points: tuple[int, int]) -> str:
    """Longitudes and latitudes of pixels of the square."""
    left, top = square.corner_px
    x, y = (value - SIDE_PX / 2 for value in world_px(*chart.middle, chart.zoom))
    places = (lon_lat(x + left + right, y + top + down, chart.zoom) for right, down in points)
    return ", ".join(f"{lon!r} {lat!r}" for lon, lat in places)


def insert(
    connection: psycopg.Connection[Any], layer: LayerSpec, feature_id: str, wkt: str, columns: dict[str, Any]
) -> None:
    """A row as psql or QGIS would write it."""
    place = "ST_Multi({})" if layer.geometry_type.startswith("Multi") else "{}"
    statement = sql.SQL("INSERT INTO {} (id, geometry{}) VALUES (%s, {}{})").format(
        sql.Identifier(layer.table),
        sql.SQL("").join(sql.SQL(", {}").format(sql.Identifier(name)) for name in columns),
        sql.SQL(place.format("ST_GeomFromText(%s, 4326)")),
        sql.SQL(", %s" * len(columns)),
    )
    connection.execute(statement, [feature_id, wkt, *columns.values()])


_EMPTY: Final = {"text": "", "character varying": "", "boolean": False, "timestamp with time zone": "2026-04-01"}


def _needed(connection: psycopg.Connection[Any], layer: LayerSpec) -> dict[str, Any]:
    """Values for the columns that must have one: the first code, or next to nothing; names are empty."""
    return dict(_needed_values(connection, layer))


def _needed_values(connection: psycopg.Connection[Any], layer: LayerSpec) -> Iterator[tuple[str, Any]]:
    found = connection.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s"
        " AND is_nullable = 'NO' AND column_default IS NULL AND column_name NOT IN ('id', 'geometry')",
        [layer.table],
    )
    codes = {field.name: list(field.codes) for field in layer.fields if field.codes}
    for name, kind in found.fetchall():
        yield name, codes[name][0] if name in codes else _EMPTY.get(kind, 0)
    if layer.rows is not None:
        yield layer.rows.field, layer.rows.values[0]
    if layer.style.kind == "label" and layer.style.label:
        yield layer.style.label, "三鷹"
