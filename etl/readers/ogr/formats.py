"""Which GIS format a file is of, from its beginning; GDAL is not needed to know it."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from etl.contents import Contents

GEOPARQUET = "GeoParquet"
MEMBERS = (".shp", ".gpkg", ".geojson", ".json", ".topojson", ".fgb", ".parquet", ".kml", ".gml", ".gpx")
"""Endings of the members of an archive that are read."""

_GML = re.compile(rb"http://(www\.opengis\.net/gml|fgd\.gsi\.go\.jp/)")
_TYPE = re.compile(rb'"type"\s*:\s*"(FeatureCollection|Feature|Topology)"')
_GEOMETRIES = {"Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection"}


def format_of(contents: Contents) -> str | None:
    """The format, of those that GDAL is asked to read; None for every other file."""
    if contents.kind == "XML":
        return _xml_format(contents)
    if contents.kind == "JSON":
        return _json_format(contents)
    if contents.kind == "ZIP archive":
        suffixes = {PurePosixPath(name).suffix.lower() for name in contents.members}
        return "ZIP archive" if suffixes & set(MEMBERS) else None
    return _FORMATS.get(contents.kind)


_FORMATS = {
    "JSON lines": "GeoJSON lines",
    "FlatGeobuf": "FlatGeobuf",
    "Shapefile": "Shapefile",
    "SQLite (GeoPackage or MBTiles)": "GeoPackage",
    "Parquet": GEOPARQUET,
}


def _xml_format(contents: Contents) -> str | None:
    if contents.root in {"kml", "gpx"}:
        return contents.root.upper()
    return "GML" if _GML.search(contents.head) and contents.root else None


def _json_format(contents: Contents) -> str | None:
    if contents.is_large_json:
        found = _TYPE.search(contents.head)
        return None if found is None else "TopoJSON" if found[1] == b"Topology" else "GeoJSON"
    document = contents.document
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "Topology":
        return "TopoJSON"
    return "GeoJSON" if kind in {"FeatureCollection", "Feature"} or kind in _GEOMETRIES else None
