"""What every template may use: the city, the reader's language, who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import urlencode

from gis_server.web.translation import LANGUAGES
from layers.spec import Audience


@dataclass(frozen=True, slots=True)
class Site:
    """The frame around each page."""

    city_name: str
    city_code: str
    language: str
    other_language: str
    switch: str
    path: str
    audience: Audience
    user_name: str
    may_edit_disaster: bool
    may_import: bool


def site(request: HttpRequest) -> dict[str, Any]:
    """Django's context processor. Reads nothing from the database, so that error pages can use it at any time."""
    language = getattr(request, "LANGUAGE_CODE", LANGUAGES[0])
    audience = getattr(request, "audience", Audience.PUBLIC)
    user = getattr(request, "user", None) if audience > Audience.PUBLIC else None
    other = next(code for code in LANGUAGES if code != language)
    frame = Site(
        city_name=settings.CITY.name.in_language(language),
        city_code=settings.CITY.code,
        language=language,
        other_language=other,
        switch=_with_language(request, other),
        path=request.get_full_path(),
        audience=audience,
        user_name=user.get_username() if user is not None else "",
        may_edit_disaster=audience.covers(Audience.DISASTER_STAFF),
        may_import=audience.covers(Audience.STAFF),
    )
    return {"site": frame}


def _with_language(request: HttpRequest, language: str) -> str:
    """The address of this page in another language, all else as it is."""
    query = [(key, value) for key, values in request.GET.lists() if key != "lang" for value in values]
    return "?" + urlencode([*query, ("lang", language)])
