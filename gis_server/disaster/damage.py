"""What follows from drawing and resolving a damage area: its author and its times."""

from __future__ import annotations

from typing import Any, Final

from django.utils import timezone

from gis_server.editing.rules import Properties, Rules
from layers.editing import Editor

FOLLOWING: Final = frozenset({"drawn_by", "resolved_at"})
"""Never taken from the page: they follow from who writes and from the state."""


def drawn(editor: Editor, properties: Properties) -> Properties:
    """A new area: seen and published now, unless the page says when."""
    now = timezone.now().isoformat()
    times = {"observed_at": now, "published_at": now}
    sent = {name: value for name, value in properties.items() if name not in FOLLOWING}
    return times | sent | _resolution(sent) | {"drawn_by": editor.name}


def changed(_: Editor, properties: Properties) -> Properties:
    """A changed area: resolving it notes when, reopening it takes that back."""
    sent = {name: value for name, value in properties.items() if name not in FOLLOWING}
    return sent | _resolution(sent)


def _resolution(properties: Properties) -> dict[str, Any]:
    if properties.get("status") == "resolved":
        return {"resolved_at": timezone.now().isoformat()}
    if properties.get("status") == "active":
        return {"resolved_at": None}
    return {}


DAMAGE_RULES: Final = Rules(on_create=drawn, on_update=changed)
