"""Rasters: elevation, flood depth and the like, kept as one Cloud Optimized GeoTIFF each below the home.

A raster is not a layer of features: the row here says what the file is, the file holds the cells.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models.functions import Now

from layers.crs import LON_LAT_SRID
from layers.spec import Text

KINDS: Final = {
    "elevation": Text("標高", "Elevation"),
    "flood_depth": Text("浸水深", "Flood depth"),
    "other": Text("その他", "Other"),
}

VERTICAL_DATUMS: Final = {
    "JGD2024": Text("JGD2024（測地成果2024）東京湾平均海面", "JGD2024 height above the mean sea level of Tokyo Bay"),
    "JGD2011": Text("JGD2011 東京湾平均海面", "JGD2011 height above the mean sea level of Tokyo Bay"),
    "JGD2000": Text("JGD2000 東京湾平均海面", "JGD2000 height above the mean sea level of Tokyo Bay"),
    "EGM96": Text("EGM96 ジオイド", "EGM96 geoid"),
    "EGM2008": Text("EGM2008 ジオイド", "EGM2008 geoid"),
    "unknown": Text("不明", "Not known"),
}
"""What heights are counted from. JGD2024 and JGD2011 differ by decimetres in parts of Japan, EGM96 by about a metre."""


class Raster(models.Model):
    """One stored raster.

    `nodata` is the value that stands for "nothing here", None where every cell counts. `minimum` and `maximum` are
    those of the cells that hold something, None where none does. `resolution_m` is the mean side of a cell.
    """

    key = models.CharField(primary_key=True, max_length=120)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=[(key, text.ja) for key, text in KINDS.items()])
    srid = models.PositiveIntegerField()
    vertical_datum = models.CharField(max_length=20, choices=[(key, text.ja) for key, text in VERTICAL_DATUMS.items()])
    unit = models.CharField(max_length=20, blank=True)
    nodata = models.FloatField(null=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bands = models.PositiveSmallIntegerField()
    bounds = models.PolygonField(srid=LON_LAT_SRID)
    resolution_m = models.FloatField()
    minimum = models.FloatField(null=True)
    maximum = models.FloatField(null=True)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    source = models.CharField(max_length=120)
    attribution = models.CharField(max_length=300)
    licence = models.CharField(max_length=100)
    imported_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.key

    @property
    def path(self) -> Path:
        return store_folder() / self.file_name


def store_folder() -> Path:
    """Where the files of rasters lie."""
    return Path(settings.RASTER_STORE)
