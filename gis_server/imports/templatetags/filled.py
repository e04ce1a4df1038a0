"""``{% filled words.kept days=7 %}`` fills holes in words; ``{{ text|said:language }}`` puts the importer's over."""

from __future__ import annotations

from typing import Any

from django import template

from gis_server.imports.phrases import in_words

register = template.Library()


@register.simple_tag
def filled(words: str, **values: Any) -> str:
    """The words with their holes filled, escaped like any other variable."""
    return words.format(**values)


@register.filter
def said(text: str, language: str) -> str:
    """A sentence of the importer in the reader's language."""
    return in_words(text, language)
