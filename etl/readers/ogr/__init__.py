"""GIS files of every usual format, read through GDAL, which is loaded only for a file that needs it."""

from __future__ import annotations

from etl.contents import Contents
from etl.readers.base import Options, Reader
from etl.readers.ogr.formats import format_of
from etl.record import DataSet


def find_reason(contents: Contents) -> str | None:
    name = format_of(contents)
    return None if name is None else f"its contents are those of {name}"


def open_file(contents: Contents, options: Options) -> DataSet:
    from etl.readers.ogr.reader import open_gis_file

    return open_gis_file(contents, options)


GIS_FILE = Reader("gis-file", "GIS ファイル (GeoJSON, GeoPackage, Shapefile …)", find_reason, open_file)

__all__ = ["GIS_FILE"]
