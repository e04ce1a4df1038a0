"""``{% seeding_filled words.download format="PMTiles" %}`` fills holes in words."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.simple_tag
def seeding_filled(words: str, **values: Any) -> str:
    """The words with their holes filled, escaped like any other variable."""
    return words.format(**values)
