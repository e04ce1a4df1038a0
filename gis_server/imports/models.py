"""A file on its way in, from being received to being loaded; every state is kept, so that nothing hangs on a page."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

FOLDER = "imports"


class Upload(models.Model):
    """One file (with its sidecars) that somebody wants in the layers.

    `options` are those of `etl.readers.Options`, as JSON; `recognition`, `sample` and `report` come from the last look.
    `run_number` is the number of the `ImportRun`, no foreign key: runs may be cleared away, uploads too.
    """

    class State(models.TextChoices):
        RECEIVED = "received", "順番待ち Waiting"
        LOOKING = "looking", "確認中 Being looked at"
        READY = "ready", "確認できました Ready"
        LOADING = "loading", "取り込み中 Loading"
        LOADED = "loaded", "取り込み済み Loaded"
        FAILED = "failed", "失敗 Failed"
        CANCELLED = "cancelled", "中止 Cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    files = models.JSONField(default=list)
    main = models.CharField(max_length=255)
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    options = models.JSONField(default=dict)
    recognition = models.JSONField(default=dict)
    sample = models.JSONField(default=list)
    report = models.JSONField(default=dict)
    message = models.TextField(blank=True)
    job = models.BigIntegerField(null=True)
    run_number = models.BigIntegerField(null=True)
    received_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    files_removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-received_at"]

    def __str__(self) -> str:
        return self.main

    @property
    def folder(self) -> Path:
        """Where its files lie, which nobody else's do."""
        return uploads_folder() / self.pk.hex

    @property
    def path(self) -> Path:
        """The file to open."""
        return self.folder / "files" / self.main

    @property
    def preview_path(self) -> Path:
        return self.folder / "preview.geojson"

    @property
    def progress_path(self) -> Path:
        return self.folder / "progress"

    @property
    def is_busy(self) -> bool:
        """Whether the worker is at it, or will be."""
        return self.state in BUSY

    @property
    def is_changeable(self) -> bool:
        """Whether its owner may still say other things about it."""
        return self.state in {self.State.READY, self.State.FAILED} and self.files_removed_at is None

    @property
    def is_loadable(self) -> bool:
        return self.state == self.State.READY and bool(self.report) and self.files_removed_at is None

    @property
    def bytes(self) -> int:
        return sum(file["bytes"] for file in self.files)


BUSY = frozenset({Upload.State.RECEIVED, Upload.State.LOOKING, Upload.State.LOADING})
FINAL = frozenset({Upload.State.LOADED, Upload.State.CANCELLED})


def uploads_folder() -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER


def move(upload: Upload, before: Collection[str], after: str, **members: Any) -> bool:
    """Change the state if it is one of `before`, whoever else tries the same; whether it was.

    The row is locked until the transaction ends, so a cancellation and the end of a load exclude one another.
    """
    members |= {"state": after, "changed_at": timezone.now()}
    changed = Upload.objects.filter(pk=upload.pk, state__in=list(before)).update(**members)
    if changed:
        for name, value in members.items():
            setattr(upload, name, value)
    return bool(changed)
