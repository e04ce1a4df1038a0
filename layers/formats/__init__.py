"""The formats in which layers go out, shared by `./gis export`, the downloads and the API."""

from __future__ import annotations

from layers.formats.base import Export, Format, UnwritableError, exchanged_fields
from layers.formats.csv_table import CSV
from layers.formats.flatgeobuf import FLATGEOBUF
from layers.formats.geojson import GEOJSON
from layers.formats.geopackage import GEOPACKAGE
from layers.formats.geoparquet import GEOPARQUET
from layers.formats.jsonfg import JSON_FG
from layers.formats.kml import KML
from layers.formats.shapefile import SHAPEFILE
from layers.formats.xlsx import XLSX
from layers.spec import LayerSpec

FORMATS: tuple[Format, ...] = (GEOJSON, CSV, XLSX, GEOPACKAGE, SHAPEFILE, FLATGEOBUF, GEOPARQUET, KML, JSON_FG)


def formats_for(layer: LayerSpec) -> tuple[Format, ...]:
    """The formats that can hold a layer: a Shapefile holds one kind of geometry."""
    has_one_kind = layer.geometry_type not in {"Geometry", "GeometryCollection"}
    return tuple(known for known in FORMATS if has_one_kind or known is not SHAPEFILE)


def find_format(name: str) -> Format | None:
    """The format of this name or extension.

    >>> [getattr(find_format(name), "name", None) for name in ("gpkg", "fg.json", "dxf")]
    ['gpkg', 'jsonfg', None]
    """
    name = name.lower().removeprefix(".")
    return next((known for known in FORMATS if name == known.name or name in known.extensions), None)


def find_format_of_file(file_name: str) -> Format | None:
    """The format by the end of a file's name; of two that fit, the longer end wins.

    >>> find_format_of_file("shelters.fg.json").name, find_format_of_file("shelters.JSON").name
    ('jsonfg', 'geojson')
    """
    ends = {end: known for known in FORMATS for end in known.extensions}
    fitting = [end for end in ends if file_name.lower().endswith("." + end)]
    return ends[max(fitting, key=len)] if fitting else None


__all__ = [
    "FORMATS",
    "Export",
    "Format",
    "UnwritableError",
    "exchanged_fields",
    "find_format",
    "find_format_of_file",
    "formats_for",
]
