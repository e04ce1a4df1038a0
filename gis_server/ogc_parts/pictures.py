"""Maps as pictures: layers drawn by Mapnik, as ``/maps`` draws them, on the ground that is asked for.

Only layers that everybody may read are drawn, with the rows and fields that everybody may see, whoever asks.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from mapproxy.query import MapQuery
from mapproxy.source import SourceError
from mapproxy.srs import SRS
from PIL import Image

from layers import registry
from layers.crs import LON_LAT_SRID, Crs
from layers.problems import Problem
from layers.spec import Audience, LayerSpec
from tile_cache.looks.base_map import BASE_GROUP, GROUND_COLOUR
from tile_cache.looks.style import is_shown
from tile_cache.maps.mapnik_source import LayersSource
from tile_cache.maps.mapproxy_config import base_layers

FORMATS: Final = {"png": "image/png", "jpeg": "image/jpeg"}
JPEG_QUALITY: Final = 90
PAPER: Final = (255, 255, 255)
"""Behind layers that have no ground of their own (OGC 20-058, 8.2: the default of ``bgcolor``)."""

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is asked for.

    Args:
        passes: names of the layers that are drawn together, each pass over the one before.
        box: least x, least y, greatest x, greatest y in the units of `crs`, x being east.
        size: width and height in pixels.
        background: behind everything; None leaves what is empty transparent.
    """

    passes: tuple[tuple[str, ...], ...]
    crs: Crs
    box: Box
    size: tuple[int, int]
    form: str
    background: Colour | None

    @property
    def layer_names(self) -> list[str]:
        return [name for names in self.passes for name in names]


def is_drawn(layer: LayerSpec) -> bool:
    """Whether there are maps of the layer: those that everybody may read."""
    return layer.read == Audience.PUBLIC


def of_city() -> tuple[str, ...]:
    """The layers of the map of all the data: the ground, and what the map of the city begins with."""
    others = [layer for layer in registry.visible_to(Audience.PUBLIC) if is_shown(layer, "city")]
    return tuple(layer.name for layer in others)


def of_ground() -> tuple[str, ...]:
    return tuple(layer.name for layer in base_layers())


def paper_of(passes: Sequence[Sequence[str]]) -> Colour:
    """The background that the style has: the ground's where the ground is drawn."""
    names = {name for each in passes for name in each}
    if any(layer.name in names for layer in registry.every() if layer.group == BASE_GROUP):
        return _rgb(GROUND_COLOUR)
    return PAPER


def fingerprint_of(picture: Picture) -> str:
    """Differs where the pictures differ although the data do not."""
    told = []
    for source in map(_source, picture.passes):
        if source not in _fingerprints:
            _fingerprints[source] = source.fingerprint
        told.append(_fingerprints[source])
    return "-".join(told)


def draw(picture: Picture) -> bytes:
    """The picture as a file.

    Raises:
        Problem: 503 where the map cannot be drawn now.
    """
    canvas = Image.new("RGBA", picture.size, (*picture.background, 255) if picture.background else (0, 0, 0, 0))
    query = MapQuery(picture.box, picture.size, _srs(picture.crs), "image/png")
    for names in picture.passes:
        try:
            drawn = _source(names).get_map(query)
        except SourceError as error:
            raise Problem(503, "no map now", "the map could not be drawn; please ask again in a moment") from error
        canvas.alpha_composite(drawn.as_image().convert("RGBA"))
    return _written(canvas, picture.form)


def _written(canvas: Image.Image, form: str) -> bytes:
    file = BytesIO()
    if form == "jpeg":
        canvas.convert("RGB").save(file, "JPEG", quality=JPEG_QUALITY)
    else:
        canvas.save(file, "PNG", compress_level=6)
    return file.getvalue()


_lock = threading.Lock()
_sources: dict[tuple[int, tuple[str, ...]], LayersSource] = {}
_fingerprints: dict[LayersSource, str] = {}


def _source(names: tuple[str, ...]) -> LayersSource:
    """The drawing of some layers, made once per process, and anew when layers have been added.

    Their number is bounded: each is of one layer, of the ground or of the city.
    """
    generation = registry.generation()
    with _lock:
        if any(kept != generation for kept, _ in _sources):
            forget()
        if (generation, names) not in _sources:
            _sources[generation, names] = LayersSource(names, None)
        return _sources[generation, names]


def forget() -> None:
    """Make every drawing anew when next asked."""
    _sources.clear()
    _fingerprints.clear()


def _srs(crs: Crs) -> SRS:
    """The system as Mapnik takes it: x is east."""
    return SRS("EPSG:4326") if crs.srid == LON_LAT_SRID else SRS(crs.srid)


def _rgb(colour: str) -> Colour:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
