"""GIS files of every usual format, read through GDAL."""

from etl.readers.ogr.reader import GIS_FILE

__all__ = ["GIS_FILE"]
