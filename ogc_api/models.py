"""What this API itself keeps: the answers to requests that a client may send again."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class RememberedRequest(models.Model):
    """One answered POST with an Idempotency-Key: who sent what, and what was answered."""

    actor = models.CharField(max_length=150)
    key = models.CharField(max_length=200, db_collation="C")
    digest = models.CharField(max_length=64)
    answer = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="remembered_request_key")]  # noqa: RUF012

    def __str__(self) -> str:
        return f"{self.actor} {self.key}"
