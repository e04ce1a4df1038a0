"""What an installation remembers about itself, in the database, so that it goes where the database goes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone


class FirstLoad(models.Model):
    """A loading of a whole city: the made-up sample, or a folder of real files.

    One that was begun and not finished was interrupted, and is done again at the next start.
    """

    source = models.CharField(max_length=4096, help_text="folder of real files; empty for the sample")
    began = models.DateTimeField(default=timezone.now)
    finished = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["began"]

    def __str__(self) -> str:
        return self.source or "sample"
