"""What is stored, as the ledger knows it."""

from __future__ import annotations

from django.db import models


class StoredTile(models.Model):
    """One tile in the store. The table is not logged: after a crash of the database it is empty, and counted anew."""

    pk = models.CompositePrimaryKey("tileset", "grid", "z", "x", "y", "suffix")
    tileset = models.CharField(max_length=200, db_collation="C")
    grid = models.CharField(max_length=200, db_collation="C")
    z = models.SmallIntegerField()
    x = models.BigIntegerField()
    y = models.BigIntegerField()
    suffix = models.CharField(max_length=10, db_collation="C")
    bytes = models.IntegerField()
    rendered_at = models.DateTimeField()
    used_at = models.DateTimeField()
    hits = models.BigIntegerField(db_default=0)
    render_ms = models.FloatField(null=True)
    recipe = models.CharField(max_length=40, db_default="")
