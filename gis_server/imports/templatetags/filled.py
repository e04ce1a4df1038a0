"""``{% filled words.kept days=7 %}``: words whose names in braces are replaced by values."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.simple_tag
def filled(words: str, **values: Any) -> str:
    """The words with their holes filled, escaped like any other variable."""
    return words.format(**values)
