"""For whoever watches over the process: is it alive, is it ready?"""

from __future__ import annotations

import threading
from typing import Final

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from layers.problems import Problem

_migrated: Final = threading.Event()
"""Comparing migrations costs 50 ms; a database does not lose them, so a process asks until it hears yes."""


@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """The database answers and has every migration."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        missing = 0 if _migrated.is_set() else _missing_migrations()
    except DatabaseError as error:
        raise Problem(503, "not ready", "the database cannot be reached") from error
    if missing:
        raise Problem(503, "not ready", f"{missing} migration(s) are missing: run ./gis manage migrate")
    _migrated.set()
    return HttpResponse("ready\n", content_type="text/plain; charset=utf-8")


def _missing_migrations() -> int:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
