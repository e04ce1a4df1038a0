"""``GET /places/?q=…``: places by name, kana or address, as GeoJSON."""

from __future__ import annotations

import hashlib
import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from gis_server.places.answers import collection
from gis_server.places.asked import read_request
from layers.gazetteer.entries import current_revisions
from layers.gazetteer.search import find

MEDIA_TYPE = "application/geo+json"


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """The places that a text names, best first. The answer holds until one of the layers searched changes."""
    asked = read_request(dict(request.GET.lists()))
    language = asked.language or str(getattr(request, "LANGUAGE_CODE", "ja"))
    revisions = current_revisions(settings.CITY)
    tag = _tag(language, revisions)
    unchanged = get_conditional_response(request, etag=tag)
    response = unchanged or HttpResponse(
        json.dumps(
            collection(find(asked.text, settings.CITY, near=asked.near, limit=asked.limit), language),
            ensure_ascii=False,
            separators=(",", ":"),
        ),
        content_type=MEDIA_TYPE,
    )
    response["ETag"], response["Cache-Control"] = tag, "public, no-cache"
    return response


def _tag(language: str, revisions: dict[str, int]) -> str:
    """Of the answer to one address: what else it depends on is the language and what was entered."""
    state = json.dumps([language, sorted(revisions.items())])
    return f'"{hashlib.sha256(state.encode()).hexdigest()[:20]}"'
