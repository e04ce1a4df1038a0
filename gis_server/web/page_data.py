"""What a page's JavaScript has to know: the city, the reader, and the words of the layers' declarations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from gis_server.web.translation import LANGUAGES
from layers import units
from layers.catalog.codes import HAZARDS
from layers.feature import Source
from layers.spec import Audience, Field, LayerSpec

SAMPLE_SOURCE = "sample"


def build_page_data(request: HttpRequest, layers: Iterable[LayerSpec]) -> dict[str, Any]:
    """The members of the page's data block (JSON)."""
    language = getattr(request, "LANGUAGE_CODE", LANGUAGES[0])
    audience = getattr(request, "audience", Audience.PUBLIC)
    city = settings.CITY
    return {
        "language": language,
        "city": {"name": city.name.in_language(language), "bounds": city.bounds, "centre": city.centre},
        "hazards": {name: HAZARDS[name].in_language(language) for name in city.hazards},
        "layers": {layer.name: _words_of_layer(layer, audience, language) for layer in layers},
        "user": request.user.get_username() if audience > Audience.PUBLIC else None,
        "mayEdit": [layer.name for layer in layers if audience.covers(layer.edit)],
    }


def has_sample_data() -> bool:
    """Whether made-up data are loaded, which every page then says."""
    return Source.objects.filter(key=SAMPLE_SOURCE).exists()


def _words_of_layer(layer: LayerSpec, audience: Audience, language: str) -> dict[str, Any]:
    fields = layer.fields_for(audience)
    return {
        "title": layer.title.in_language(language),
        "fields": {field.name: _words_of_field(field, language) for field in fields},
    }


def _words_of_field(field: Field, language: str) -> dict[str, Any]:
    codes = {str(code): words.in_language(language) for code, words in field.codes.items()}
    return {
        "title": field.title.in_language(language),
        "unit": units.shown(field.unit, language) or None,
        "codes": codes,
    }
