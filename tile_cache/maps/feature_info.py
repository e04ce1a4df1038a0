"""What lies at a place of a picture: GetFeatureInfo of WMS and WMTS, as a source of MapProxy.

Read through the one door out (`layers.reading`) as everybody may see it: fields and rows are chosen first, and only
what is drawn at the picture's scale is looked for. Areas count where the place is inside them, points and lines
within some pixels of it.

Source: OGC 06-042 (WMS 1.3.0), 7.4; OGC 07-057r7 (WMTS 1.0.0), 7.3.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.db import Error as DatabaseError
from mapproxy.exception import RequestError
from mapproxy.layer import InfoLayer
from mapproxy.query import InfoQuery
from pyproj import Transformer

from layers import reading, registry
from layers.crs import LON_LAT_SRID
from layers.query import Query
from layers.spec import Audience, LayerSpec
from tile_cache.looks.drawing import Drawing, drawings
from tile_cache.looks.mapnik_style import SCALE_OF_ZOOM_0, is_public, scale_denominator
from tile_cache.looks.style import in_order
from tile_cache.looks.symbols import ICON_GROWTH, ICON_PX, Icon, value_at
from tile_cache.maps.found import Found, Hit
from tile_cache.maps.map_requests import AWAY

REACH_PX: Final = 10.0
"""So far from the place a point or a line may be; a symbol that is larger counts as far as it is drawn."""

PIXEL_M: Final = 0.00028
METRES_PER_DEGREE: Final = 6378137 * math.pi / 180
LEAST_SCALE: Final = 1e-3
LEAST_DEGREES: Final = 1e-12
CORNERS: Final = 24


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of a picture.

    Args:
        bbox: of the picture: least x, least y, greatest x, greatest y, in `srs`.
        size: of the picture, pixels.
        position: column and row of the pixel, from the upper left.
    """

    bbox: tuple[float, float, float, float]
    size: tuple[int, int]
    srs: str
    position: tuple[int, int]

    @property
    def scale(self) -> float:
        """The denominator of the scale, as Mapnik counts it: by the picture's width."""
        metres = METRES_PER_DEGREE if _transformer(self.srs).source_crs.is_geographic else 1.0
        return max((self.bbox[2] - self.bbox[0]) / self.size[0] * metres / PIXEL_M, LEAST_SCALE)

    @property
    def lon_lat(self) -> tuple[float, float]:
        ((lon, lat),) = self._degrees([(0.0, 0.0)])
        return lon, lat

    def ring(self, radius_px: float) -> list[tuple[float, float]]:
        """A circle around the place, closed, in degrees."""
        turns = [2 * math.pi * corner / CORNERS for corner in range(CORNERS)]
        points = self._degrees([(radius_px * math.cos(turn), radius_px * math.sin(turn)) for turn in turns])
        return [*points, points[0]]

    def _degrees(self, offsets_px: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        west, south, east, north = self.bbox
        across, down = (east - west) / self.size[0], (north - south) / self.size[1]
        column, row = self.position[0] + 0.5, self.position[1] + 0.5
        xs = [west + (column + dx) * across for dx, _ in offsets_px]
        ys = [north - (row + dy) * down for _, dy in offsets_px]
        lons, lats = _transformer(self.srs).transform(xs, ys)
        return list(zip(lons, lats, strict=True))


@cache
def _transformer(srs: str) -> Transformer:
    return Transformer.from_crs("OGC:CRS84" if srs == "CRS:84" else srs, LON_LAT_SRID, always_xy=True)


class LayersInfo(InfoLayer):
    """The features of some layers at a place, the topmost first."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)

    def get_info(self, query: InfoQuery) -> Found:
        try:
            layers = [registry.get(name, Audience.PUBLIC) for name in self._names]
            hits = hits_at(layers, spot_of(query), count_of(query), has_geometry="json" in query.info_format)
        except DatabaseError as error:
            raise RequestError(AWAY) from error
        return Found.of(query.info_format, hits)


def spot_of(query: InfoQuery) -> Spot:
    return Spot(tuple(query.bbox), tuple(query.size), query.srs.srs_code, tuple(query.pos))


def count_of(query: InfoQuery) -> int:
    """How many features of a layer are wanted at most; `map_requests` has checked it."""
    return int(query.feature_count or 1)


def hits_at(layers: Sequence[LayerSpec], spot: Spot, count: int, *, has_geometry: bool) -> list[Hit]:
    """At most `count` features at a place; of layers that lie on each other the topmost first."""
    found: list[Hit] = []
    if not all(math.isfinite(degrees) for degrees in spot.lon_lat):
        return found
    for layer in _from_the_top(layers):
        query = info_query(layer, spot, count - len(found), has_geometry=has_geometry)
        if query is not None:
            found += [Hit.of_feature(layer, text) for _, text, *_ in reading.rows(query)]
        if len(found) >= count:
            break
    return found


def info_query(layer: LayerSpec, spot: Spot, limit: int, *, has_geometry: bool) -> Query | None:
    """Rows (id, GeoJSON feature as text, …) of a layer at a place, nearest first; None where it is not drawn there."""
    visible = [drawing for drawing in drawings(layer) if is_public(drawing) and is_at_scale(drawing, spot.scale)]
    if not visible:
        return None
    order = reading.Order((), (_distance_sql(spot), "t.id DESC"), Query(""))
    conditions = (_place_condition(spot, reach_px(visible, spot.scale)), *_kind_condition(visible))
    selection = reading.select(
        layer,
        Audience.PUBLIC,
        limit=limit,
        conditions=conditions,
        order=order,
        form=reading.Form(has_geometry=has_geometry),
    )
    return reading.features_query(selection)


def is_at_scale(drawing: Drawing, scale: float) -> bool:
    """Whether Mapnik draws it at a scale (see `mapnik_style.mapnik_layers`)."""
    least = 0.0 if drawing.end_zoom is None else scale_denominator(drawing.end_zoom) * 1.01
    return least <= scale < scale_denominator(drawing.first_zoom) * 1.01


def reach_px(visible: Sequence[Drawing], scale: float) -> float:
    if not any(isinstance(drawing.symbol, Icon) for drawing in visible):
        return REACH_PX
    zoom = math.log2(SCALE_OF_ZOOM_0 / scale)
    return max(REACH_PX, ICON_PX / 2 * value_at(ICON_GROWTH, zoom))


def _place_condition(spot: Spot, reach: float) -> Query:
    ring = ", ".join(f"{lon!r} {lat!r}" for lon, lat in spot.ring(reach))
    lon, lat = spot.lon_lat
    point = f"ST_SetSRID(ST_MakePoint(%s, %s), {LON_LAT_SRID})"
    return Query(
        f" AND ST_Intersects(t.geometry, ST_GeomFromText(%s, {LON_LAT_SRID}))"
        f" AND (ST_Dimension(t.geometry) < 2 OR ST_Intersects(t.geometry, {point}))",
        (f"POLYGON(({ring}))", lon, lat),
    )


def _kind_condition(visible: Sequence[Drawing]) -> Iterator[Query]:
    """Of a layer whose kinds appear one after the other, those that are drawn by now."""
    if any(drawing.which is None for drawing in visible):
        return
    values: dict[str, list[Any]] = {}
    for drawing in visible:
        if drawing.which is not None:
            values.setdefault(drawing.which.field, []).extend(drawing.which.values)
    parts = [Query(f"t.{reading.quoted(field)} = ANY(%s)", (codes,)) for field, codes in values.items()]
    condition = Query(" AND (")
    for number, part in enumerate(parts):
        condition += Query(" OR " if number else "") + part
    yield condition + Query(")")


def _distance_sql(spot: Spot) -> str:
    """SQL of a feature's distance from the place, about in pixels: degrees are scaled as they are at the place."""
    ring = spot.ring(1.0)
    east, south = ring[0], ring[CORNERS // 4]
    lon, lat = spot.lon_lat
    across, down = max(abs(east[0] - lon), LEAST_DEGREES), max(abs(south[1] - lat), LEAST_DEGREES)
    factors = f"{1 / across!r}, {1 / down!r}"
    place = f"ST_MakePoint({lon / across!r}, {lat / down!r})"
    return f"ST_Distance(ST_Scale(ST_SetSRID(t.geometry, 0), {factors}), {place})"


def _from_the_top(layers: Sequence[LayerSpec]) -> list[LayerSpec]:
    """The layers whose last drawing lies on top first."""
    by_name = {layer.name: layer for layer in layers}
    last = dict.fromkeys(drawing.layer.name for drawing in reversed(in_order(layers)))
    return [by_name[name] for name in last]
