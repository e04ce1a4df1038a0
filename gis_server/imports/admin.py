"""Imports in Django's administration: to be read only; what can be done with them is on the pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from etl.models import ImportEntry, ImportRun
from gis_server.imports.models import Upload


class ReadOnly(admin.ModelAdmin):
    """Shows, changes nothing."""

    show_full_result_count = False

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnly):
    list_display = ("id", "began_at", "file_name", "source_key", "state", "accepted", "repaired", "refused", "actor")
    list_filter = ("state",)
    search_fields = ("file_name", "source_key", "actor")


@admin.register(ImportEntry)
class ImportEntryAdmin(ReadOnly):
    list_display = ("id", "run", "kind", "place", "field", "value", "reason")
    list_filter = ("kind",)
    exclude = ("point",)


@admin.register(Upload)
class UploadAdmin(ReadOnly):
    list_display = ("main", "owner", "state", "received_at", "run_number")
    list_filter = ("state",)
