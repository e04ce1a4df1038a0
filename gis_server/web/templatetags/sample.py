"""``{% sample_band %}``: says on every page that the data are made up, where they are."""

from __future__ import annotations

from django import template
from django.db import Error
from django.template.context import Context
from django.utils.html import format_html

from gis_server.web.page_data import has_sample_data
from gis_server.web.translation import LANGUAGES, translate

register = template.Library()


@register.simple_tag(takes_context=True)
def sample_band(context: Context) -> str:
    """The band; nothing for a real city, and nothing where the database is away: the page of that fault is shown."""
    try:
        if not has_sample_data():
            return ""
    except Error:
        return ""
    language = getattr(context.get("request"), "LANGUAGE_CODE", LANGUAGES[0])
    return format_html('<p class="sample-band" role="note">{}</p>', translate("site.sample", language))
