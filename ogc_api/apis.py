"""pygeoapi inside: one long-lived API object for each audience and language, asked for documents.

The objects are built with a base address that stands for every host; the address of the request takes its
place in the finished text. So nobody can make the server build more of them by naming other hosts. What a
caller sends never reaches pygeoapi: it is asked with a request of our own, for JSON in one language.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from pygeoapi.api import API, APIRequest

from layers import registry
from layers.spec import Audience
from ogc_api import config, tidying
from ogc_api.asking import Asked

STAND_IN = "http://base-url.invalid/api"
"""Takes the place of the base address; ``.invalid`` is nobody's (RFC 2606)."""

Ask = Callable[..., tuple[dict[str, str], int, str]]


def api(audience: Audience, language: str) -> API:
    """pygeoapi's API object for an audience; made when first needed, and anew when layers have been added."""
    return _api(audience, language, registry.generation())


@lru_cache(maxsize=16)
def _api(audience: Audience, language: str, generation: int) -> API:
    logging.getLogger("pygeoapi").setLevel(logging.ERROR)  # it warns of every word that is not a language's name
    return API(_config(audience, language), openapi={})


def _config(audience: Audience, language: str) -> dict[str, Any]:
    processes = getattr(settings, "OGC_API_PROCESSES", {})
    return config.build_config(registry.every(), audience, settings.CITY, STAND_IN, processes, language)


def ask(asked: Asked, question: Ask, *args: str) -> Any:
    """The document that pygeoapi answers with, for this caller and at this address, ready to be changed."""
    return _at(asked, _answer(asked.audience, asked.language, registry.generation(), question, *args))


def forget() -> None:
    """Build everything anew when next asked: the processes or the layers have changed."""
    for kept in (_api, _answer):
        kept.cache_clear()


def _at(asked: Asked, text: str) -> Any:
    return json.loads(text.replace(STAND_IN, json.dumps(asked.base_url)[1:-1]))


@lru_cache(maxsize=1024)
def _answer(audience: Audience, language: str, generation: int, question: Ask, *args: str) -> str:
    """Text of pygeoapi's answer. `args` must name something that exists, so that their number is bounded."""
    inside = _api(audience, language, generation)
    request = SimpleNamespace(GET={"f": "json", "lang": language}, headers={}, path_info="", body=b"")
    _, status, text = question(inside, APIRequest.from_django(request, inside.locales), *args)
    if status != 200:
        raise RuntimeError(f"pygeoapi answers {status} to {question.__name__}{args}: {text}")
    return tidying.tidy(text, language)
