"""``{% t "key" name=value %}``: the words of the pages in the reader's language."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context

from gis_server.web.translation import LANGUAGES, translate

register = template.Library()


@register.simple_tag(takes_context=True)
def t(context: Context, key: str, **values: Any) -> str:
    """The words behind `key`, escaped like any other variable."""
    language = getattr(context.get("request"), "LANGUAGE_CODE", LANGUAGES[0])
    return translate(key, language, **values)
