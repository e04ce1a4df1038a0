"""Routes that were asked for and are kept for a while, so that they can be looked at again and handed on."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class Route(models.Model):
    """A route as it was computed; it is not computed again, whatever happens afterwards.

    Whoever was signed in owns it; without an owner, its id is the only way to it. `definition` is the request as it
    was sent; `answers` holds the route in each language. `caller` stands for who asked, without saying who it is.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    caller = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=200, blank=True)
    definition = models.TextField()
    answers = models.JSONField()
    created = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"
