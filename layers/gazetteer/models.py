"""The gazetteer's table: derived from the layers and never edited, so it keeps no log of its own."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex

from layers.crs import LON_LAT_SRID


class Place(models.Model):
    """One named feature as it can be found. Keys are compared only (see `layers.gazetteer.normalise`).

    `grams` holds every pair of letters of the keys, in a GIN index that any PostgreSQL has: pg_trgm needs three
    letters, and Japanese names are looked for by two. `extent_m` is how far the feature reaches from its `point`.
    """

    layer = models.CharField(max_length=60)
    feature_id = models.CharField(max_length=120, db_collation="C")
    city_code = models.CharField(max_length=6)
    name = models.TextField()
    kana = models.TextField()
    address = models.TextField()
    code = models.TextField()
    same_place = models.TextField()
    extent_m = models.IntegerField()
    point = models.PointField(srid=LON_LAT_SRID)
    name_key = models.TextField(db_collation="C")
    kana_key = models.TextField(db_collation="C")
    address_key = models.TextField(db_collation="C")
    grams = ArrayField(models.TextField(db_collation="C"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["layer", "feature_id"], name="place_feature")]  # noqa: RUF012
        indexes = [  # noqa: RUF012
            GinIndex(fields=["grams"], name="place_grams"),
            models.Index(fields=["name_key"], name="place_name"),
            models.Index(fields=["same_place", "city_code"], name="place_same"),
        ]

    def __str__(self) -> str:
        return f"{self.layer}/{self.feature_id} {self.name}"


class PlacesRead(models.Model):
    """Up to which revision of a layer, and by which rules, its places have been entered."""

    layer = models.CharField(primary_key=True, max_length=60)
    revision = models.BigIntegerField()
    rules = models.TextField()

    def __str__(self) -> str:
        return f"{self.layer} {self.revision}"
