"""What this API itself keeps: the answers to requests that a client may send again, and jobs with their results."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone


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


class Job(models.Model):
    """One process that is run while its caller does something else (OGC 18-062r2, 7.12).

    Whoever was signed in owns it, and nobody else gets to know of it; without an owner, its id is the only way to it.
    `request` is the execute request as JSON text; `audience` and `language` are those that it is run for.
    `caller` stands for who asked, without saying who it is. `attempt` counts how often a worker has begun.
    """

    class Status(models.TextChoices):
        ACCEPTED = "accepted", "順番待ち Waiting"
        RUNNING = "running", "実行中 Running"
        SUCCESSFUL = "successful", "完了 Successful"
        FAILED = "failed", "失敗 Failed"
        DISMISSED = "dismissed", "取消 Dismissed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    process = models.CharField(max_length=100)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    caller = models.CharField(max_length=64, db_index=True)
    audience = models.CharField(max_length=20)
    language = models.CharField(max_length=2)
    request = models.TextField()
    status = models.CharField(max_length=10, choices=Status, default=Status.ACCEPTED, db_index=True)
    progress = models.PositiveSmallIntegerField(default=0)
    message = models.TextField(blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    handed_over = models.BigIntegerField(null=True)
    created = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)
    updated = models.DateTimeField(default=timezone.now)
    media_type = models.CharField(max_length=200, blank=True)
    result = models.TextField(blank=True)
    result_bytes = models.BigIntegerField(default=0)
    problem = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["owner", "-created", "id"], name="job_of_owner")]  # noqa: RUF012

    def __str__(self) -> str:
        return f"{self.process} {self.pk}"
