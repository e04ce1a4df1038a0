"""Layers drawn by Mapnik, as a source of MapProxy.

Mapnik reads PostGIS itself, through connections of its own. A Map is used by one thread at a time: each source keeps
those that are free, and makes another where all are busy.
"""

from __future__ import annotations

import logging
import math
import queue
import warnings
from collections.abc import Iterable, Sequence
from functools import cache, cached_property
from io import BytesIO
from types import ModuleType
from typing import Any

from django.conf import settings
from mapproxy.extent import DefaultMapExtent
from mapproxy.image import ImageResult
from mapproxy.image.opts import ImageOptions
from mapproxy.layer.map_layer import MapLayer
from mapproxy.query import MapQuery
from mapproxy.source import SourceError
from mapproxy.srs import SRS
from pyproj import CRS

from layers import registry
from layers.crs import LON_LAT_SRID
from layers.spec import LayerSpec
from tile_cache.keeping.stored import fingerprint_of
from tile_cache.looks import mapnik_style
from tile_cache.looks.classes import spoken
from tile_cache.looks.drawing import Drawing
from tile_cache.looks.mapnik_library import faces, load_mapnik
from tile_cache.looks.style import in_order
from tile_cache.looks.symbols import Name
from tile_cache.looks.themes import LIGHT, painted
from tile_cache.maps.map_requests import AWAY

SOURCE_TYPE = "machigis"
BUFFER_PX = 128
"""Around a picture, so that symbols and names that reach into it from outside are drawn."""

log = logging.getLogger(__name__)


class LayersSource(MapLayer):
    """Some layers, as everybody may see them, drawn by Mapnik in any reference system."""

    supports_meta_tiles = True

    def __init__(self, names: Sequence[str], background: str | None, enlarged: float = 1.0) -> None:
        """
        Args:
            enlarged: how many times as large as usual everything is drawn (widths, symbols, letters), while the scale
                counts as so many times smaller: 2 for screens with pixels of half the size.
        """
        super().__init__(ImageOptions(transparent=background is None, format="image/png"))
        self.extent = DefaultMapExtent()
        self.names = tuple(names)
        self._background, self.enlarged = background, enlarged
        self._drawings = drawings_for_pictures(registry.get(name) for name in names)
        self._free: queue.SimpleQueue[Any] = queue.SimpleQueue()

    @property
    def buffer_px(self) -> int:
        """Pixels around a picture within which something drawn can reach into it."""
        return math.ceil(BUFFER_PX * self.enlarged)

    @cached_property
    def fingerprint(self) -> str:
        """Differs where the pictures differ although the data do not."""
        layers = mapnik_style.mapnik_layers(self._drawings)
        styles = mapnik_style.build_styles(self._drawings, faces())
        files = mapnik_style.image_files()
        return fingerprint_of(layers, styles, files, self._background, BUFFER_PX, self.enlarged)

    def is_opaque(self, query: MapQuery) -> bool:
        return self._background is not None

    def get_map(self, query: MapQuery) -> ImageResult:
        mapnik = load_mapnik()
        try:
            canvas = self._take()
            picture = _render(mapnik, canvas, query, self.enlarged)
        except RuntimeError as error:
            log.warning("%s could not be drawn: %s", ", ".join(self.names), error)
            raise SourceError(AWAY) from error
        self._free.put(canvas)
        return ImageResult(BytesIO(picture), size=query.size, image_opts=self.image_opts)

    def _take(self) -> Any:
        try:
            return self._free.get_nowait()
        except queue.Empty:
            return build_map(self._drawings, self._background, self.buffer_px)


def drawings_for_pictures(layers: Iterable[LayerSpec]) -> list[Drawing]:
    """What Mapnik draws, in the light. It places what comes first first: names come last and give way to pictograms."""
    drawn = painted(spoken(in_order(layers), "ja"), LIGHT)
    return sorted(drawn, key=lambda drawing: isinstance(drawing.symbol, Name))


def build_map(drawings: Sequence[Drawing], background: str | None, buffer_px: int = BUFFER_PX) -> Any:
    """A Mapnik map of the drawings, ready to be given a size and a place."""
    mapnik = load_mapnik()
    canvas = mapnik.Map(256, 256)
    mapnik.load_map_from_string(canvas, mapnik_style.build_styles(drawings, faces()))
    canvas.buffer_size = buffer_px
    # The picture shows the box that is asked for, whatever its shape; Mapnik would rather show more ground.
    canvas.aspect_fix_mode = mapnik.aspect_fix_mode.RESPECT
    if background is not None:
        canvas.background = mapnik.Color(background)
    for described in mapnik_style.mapnik_layers(drawings):
        layer = mapnik.Layer(described.name, f"epsg:{LON_LAT_SRID}")
        layer.maximum_scale_denominator = described.max_scale_denominator
        layer.minimum_scale_denominator = described.min_scale_denominator
        layer.datasource = mapnik.PostGIS(table=described.sql, **_connection())
        layer.styles.append(described.name)
        canvas.layers.append(layer)
    return canvas


def projection(srs: SRS) -> str:
    """A reference system as Mapnik takes it without PROJ's database: by number where it knows it, else in full."""
    code = srs.srs_code.upper()
    if code in {"EPSG:3857", "EPSG:900913"}:
        return "epsg:3857"
    if code in {"EPSG:4326", "CRS:84"}:
        return "epsg:4326"
    return _in_full(code)


@cache
def _in_full(code: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the text form loses the datum's name, not the projection
        return str(CRS(code).to_proj4())


def _render(mapnik: ModuleType, canvas: Any, query: MapQuery, enlarged: float) -> bytes:
    canvas.resize(*query.size)
    canvas.srs = projection(query.srs)
    canvas.zoom_to_box(mapnik.Box2d(*query.bbox))
    picture = mapnik.Image(*query.size)
    mapnik.render(canvas, picture, enlarged)
    return bytes(picture.to_string("png32:z=1"))


def _connection() -> dict[str, Any]:
    """Mapnik's way to the database that Django uses. The extent is stated, since the data may grow at any time."""
    database = settings.DATABASES["default"]
    members = {
        "host": database.get("HOST"),
        "port": database.get("PORT"),
        "user": database.get("USER"),
        "password": database.get("PASSWORD"),
        "dbname": _database_name(),
    }
    return {name: str(value) for name, value in members.items() if value} | {
        "geometry_field": "geometry",
        "srid": LON_LAT_SRID,
        "extent": "-180,-90,180,90",
        "estimate_extent": False,
        "application_name": "machigis-maps",
    }


def _database_name() -> str:
    """The database in use: that of Django's connection, which in tests is not the one of the settings."""
    from django.db import connection

    return str(connection.settings_dict["NAME"])
