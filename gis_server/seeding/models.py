"""What the worker is asked to render beforehand, and how far it is."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from layers.progress import seconds_left


class SeedRun(models.Model):
    """One seeding of the store, or one making of the city's offline packs; of each kind one at a time.

    `wanted` is the document of a `tile_cache.seeding.wanted.Wanted`; `actor` is empty where the worker itself began.
    """

    class Kind(models.TextChoices):
        SEED = "seed", "タイルの準備 Seeding"
        PACKS = "packs", "オフラインパックの作成 Offline packs"

    class State(models.TextChoices):
        WAITING = "waiting", "順番待ち Waiting"
        RUNNING = "running", "実行中 Running"
        DONE = "done", "完了 Done"
        FAILED = "failed", "失敗 Failed"
        CANCELLED = "cancelled", "中止 Cancelled"

    kind = models.CharField(max_length=10, choices=Kind)
    wanted = models.JSONField(default=dict)
    actor = models.CharField(max_length=150, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    failed = models.BigIntegerField(default=0)
    message = models.TextField(blank=True)
    job = models.BigIntegerField(null=True)
    is_cancel_wanted = models.BooleanField(default=False)
    asked_at = models.DateTimeField(default=timezone.now)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind"], condition=models.Q(state__in=["waiting", "running"]), name="seedrun_one_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_busy(self) -> bool:
        return self.state in BUSY

    @property
    def seconds_left(self) -> float | None:
        """How long it will still take; None while that cannot be said."""
        if self.state != self.State.RUNNING or self.began_at is None:
            return None
        return seconds_left(self.done, self.total, (timezone.now() - self.began_at).total_seconds())


BUSY = frozenset({SeedRun.State.WAITING, SeedRun.State.RUNNING})


def move(run: SeedRun, before: Collection[str], after: str, **members: Any) -> bool:
    """Change the state if it is one of `before`, whoever else tries the same; whether it was."""
    members |= {"state": after}
    changed = SeedRun.objects.filter(pk=run.pk, state__in=list(before)).update(**members)
    if changed:
        for name, value in members.items():
            setattr(run, name, value)
    return bool(changed)
