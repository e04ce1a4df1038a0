"""What the owner of a layer adds to what a page sends: the author, the times that follow from a state.

The app that owns a layer's meaning registers its rule; nothing here knows any layer by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from layers.editing import Editor

Properties = Mapping[str, Any]
Rule = Callable[[Editor, Properties], Properties]
"""From who writes and what was sent to what is stored."""


@dataclass(frozen=True, slots=True)
class Rules:
    """A layer's rules for a new feature and for a changed one."""

    on_create: Rule
    on_update: Rule


def as_sent(_: Editor, properties: Properties) -> Properties:
    return properties


_rules: dict[str, Rules] = {}


def register(layer: str, rules: Rules) -> None:
    """State the rules of a layer, once, when the app is ready."""
    _rules[layer] = rules


def rules_for(layer: str) -> Rules:
    return _rules.get(layer, Rules(as_sent, as_sent))
