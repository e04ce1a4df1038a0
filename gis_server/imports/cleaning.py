"""Uploaded files do not stay for ever: once loaded, or left alone, they are removed; what was found out stays."""

from __future__ import annotations

import datetime
import shutil
import time

from django.utils import timezone

from gis_server.imports.models import BUSY, FINAL, Upload, uploads_folder
from gis_server.imports.storing import INCOMING

KEPT_AFTER_LOADING = datetime.timedelta(days=7)
KEPT_WHILE_WAITING = datetime.timedelta(days=30)
_INTERRUPTED_S = 24 * 3600.0


def remove_old_uploads() -> int:
    """Remove the files of uploads that nobody needs any more, and what broken transfers left; how many folders."""
    now = timezone.now()
    present = Upload.objects.filter(files_removed_at=None)
    done = present.filter(state__in=FINAL, changed_at__lt=now - KEPT_AFTER_LOADING)
    forgotten = present.exclude(state__in=BUSY).filter(changed_at__lt=now - KEPT_WHILE_WAITING)
    removed = 0
    for upload in done.union(forgotten):
        shutil.rmtree(upload.folder, ignore_errors=True)
        Upload.objects.filter(pk=upload.pk).update(files_removed_at=now)
        removed += 1
    return removed + _remove_interrupted()


def _remove_interrupted() -> int:
    removed = 0
    for folder in uploads_folder().glob(f"{INCOMING}*"):
        try:
            is_old = time.time() - folder.stat().st_mtime > _INTERRUPTED_S
        except FileNotFoundError:  # handed over meanwhile
            continue
        if is_old:
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed
