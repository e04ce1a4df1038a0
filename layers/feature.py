"""The abstract feature: what every row of every layer has."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import F, Func
from django.db.models.functions import Now

from layers.crs import LON_LAT_SRID


class IsSoundGeometry(Func):
    """True for a valid geometry within the range of longitude and latitude (see `layers/sql/functions.sql`)."""

    function = "machigis_sound"
    output_field = models.BooleanField()


class Feature(models.Model):
    """One object of the city. Each layer adds its own columns and a column `geometry` in EPSG:4326, x = longitude.

    `id` is the source's own key where there is one, so that importing a file again keeps it.
    `version`, `entered_at` and `changed_at` are kept by the database, whoever writes (see `layers.changes`).
    """

    id = models.CharField(primary_key=True, max_length=120, db_collation="C")
    city_code = models.CharField(max_length=6, blank=True, db_default="")
    source = models.CharField(max_length=120, blank=True, db_default="")
    version = models.PositiveIntegerField(db_default=1, editable=False)
    entered_at = models.DateTimeField(db_default=Now(), editable=False)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True
        constraints = [  # noqa: RUF012 - Django's own form
            models.CheckConstraint(
                condition=IsSoundGeometry(F("geometry")),
                name="%(class)s_geometry_is_sound",
            )
        ]

    def __str__(self) -> str:
        return str(getattr(self, "name", "") or self.id)


def geometry(kind: type[models.GeometryField]) -> models.GeometryField:
    """The column `geometry` of a layer, stored as longitude and latitude."""
    return kind(srid=LON_LAT_SRID)


class Source(models.Model):
    """Where rows come from: one publisher's data set, with the line that must be shown with it."""

    key = models.CharField(primary_key=True, max_length=120)
    title = models.CharField(max_length=200)
    attribution = models.CharField(max_length=300)
    licence = models.CharField(max_length=100)
    url = models.URLField(blank=True)
    imported_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.key
