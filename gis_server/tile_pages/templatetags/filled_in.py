"""``{% filled_in words.clear_all tileset="base" %}`` fills holes in words; ``{% word words name %}`` chooses one."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.simple_tag
def filled_in(words: str, **values: Any) -> str:
    """The words with their holes filled, escaped like any other variable."""
    return words.format(**values)


@register.simple_tag
def word(words: dict[str, Any], name: str) -> str:
    """The word of this name; the name itself where there is none."""
    return str(words.get(name, name))
