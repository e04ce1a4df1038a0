"""Runs in Django's administration: to be read only; what can be done with them is on the page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from gis_server.seeding.models import SeedRun


@admin.register(SeedRun)
class SeedRunAdmin(admin.ModelAdmin):
    """Shows, changes nothing."""

    list_display = ("id", "kind", "state", "done", "total", "failed", "actor", "asked_at", "ended_at")
    list_filter = ("kind", "state")

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False
