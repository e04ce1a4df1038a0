"""The added layers as this process knows them. One number, which grows with each change, says if they are still so.

It is asked for once a second, and whenever one of them is asked for by its name: what it hides is hidden at once.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import DatabaseError

from layers import changes, registry
from layers.added.declaration import read_declaration
from layers.registry import Added

ASK_EVERY_S: Final = 1.0
COUNTER: Final = "+added"
"""Beside the layers' own revisions; no layer's name holds a plus sign."""


@dataclass(slots=True)
class _Known:
    added: Added = field(default_factory=Added)
    asked_at_s: float = field(default=float("-inf"))


_known = _Known()
_lock = threading.Lock()


def consult(is_exact: bool) -> Added:
    """The layers that are offered now; where `is_exact` is false, up to a second ago."""
    if is_exact or time.monotonic() - _known.asked_at_s >= ASK_EVERY_S:
        with _lock:
            _ask()
    return _known.added


def forget() -> None:
    """Ask again at the next occasion."""
    _known.asked_at_s = float("-inf")


def count_up(cursor: Any) -> None:
    """Tell every process, within the transaction that changes something."""
    cursor.execute(
        "INSERT INTO layers_revision AS r (layer, revision) VALUES (%s, 1)"
        " ON CONFLICT (layer) DO UPDATE SET revision = r.revision + 1",
        [COUNTER],
    )


def _ask() -> None:
    """Where the database is away, what was known stays: whoever needs it will be told of that by their own query."""
    try:
        generation = changes.revision_of(COUNTER)
        if generation != _known.added.generation:
            _known.added = _load(generation)
        _known.asked_at_s = time.monotonic()
    except DatabaseError:
        return


def _load(generation: int) -> Added:
    from layers.added.models import AddedLayer, build_layer  # models are there when the first request comes

    rows = AddedLayer.objects.filter(is_offered=True).order_by("name")
    declared = [read_declaration(row.name, row.declaration) for row in rows]
    return Added(generation, {one.name: build_layer(one) for one in declared})


def begin() -> None:
    """Let the registry know the added layers beside the declared ones."""
    registry.consult(consult)
