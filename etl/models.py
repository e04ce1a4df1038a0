"""What was imported: each run with its report, so that it can be looked up, handed out and undone."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.gis.db import models

from layers.crs import LON_LAT_SRID


class ImportRun(models.Model):
    """One file's import, written in the transaction that loads it; a failed one by itself.

    `transaction` and `moment` are those of the loading: by them its entries in the log and its rows are found.
    """

    class State(models.TextChoices):
        LOADED = "loaded", "取り込み済み Loaded"
        UNCHANGED = "unchanged", "変更なし Unchanged"
        FAILED = "failed", "失敗 Failed"
        STOPPED = "stopped", "中止 Stopped"
        UNDONE = "undone", "取り消し済み Undone"

    file_name = models.CharField(max_length=255)
    file_bytes = models.BigIntegerField(default=0)
    file_sha256 = models.CharField(max_length=64, blank=True)
    actor = models.CharField(max_length=150)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=State)
    message = models.TextField(blank=True)
    source_key = models.CharField(max_length=120, blank=True, db_index=True)
    source_before = models.JSONField(null=True)
    recognition = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    layers = models.JSONField(default=list)
    accepted = models.BigIntegerField(default=0)
    repaired = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    entries_left_out = models.BigIntegerField(default=0)
    transaction = models.BigIntegerField(null=True)
    moment = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.pk}: {self.file_name}"


class ImportEntry(models.Model):
    """One finding of a run: a repair, a refusal or a notice; `point` shows where a refused row lies."""

    class Kind(models.TextChoices):
        REPAIRED = "repaired", "修正 Repaired"
        REFUSED = "refused", "受け入れ不可 Refused"
        NOTICE = "notice", "お知らせ Notice"

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=10, choices=Kind)
    place = models.CharField(max_length=200)
    layer = models.CharField(max_length=60, blank=True)
    feature_id = models.CharField(max_length=200, blank=True)
    field = models.CharField(max_length=200, blank=True)
    value = models.TextField(blank=True)
    after = models.TextField(blank=True)
    reason = models.TextField()
    expected = models.TextField(blank=True)
    point = models.PointField(srid=LON_LAT_SRID, null=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.place}: {self.reason}"
