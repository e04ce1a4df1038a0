"""The reader's language, and the answer to what went wrong."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from gis_server.web.errors import database_away
from gis_server.web.problems import problem_of, problem_response
from gis_server.web.translation import LANGUAGES
from layers.problems import Problem

GetResponse = Callable[[HttpRequest], HttpResponse]

LANGUAGE_COOKIE = "lang"
A_YEAR_S = 365 * 24 * 3600
PROGRAMS = ("/api/", "/tiles/", "/maps/", "/edit/", "/places/")
"""Addresses that programs ask: there `lang` chooses for this one answer and is not remembered."""


class LanguageMiddleware:
    """Sets `request.LANGUAGE_CODE`: from ``?lang=``, else the cookie, else what the browser prefers, else Japanese."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("lang", "")
        language = asked if asked in LANGUAGES else _remembered(request) or preferred_language(request)
        request.LANGUAGE_CODE = language  # type: ignore[attr-defined]  # set by us
        with translation.override(language):
            response = self.get_response(request)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        if asked == language and not request.path.startswith(PROGRAMS):
            response.set_cookie(
                LANGUAGE_COOKIE, language, max_age=A_YEAR_S, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
            )
        return response


def _remembered(request: HttpRequest) -> str | None:
    language = request.COOKIES.get(LANGUAGE_COOKIE)
    return language if language in LANGUAGES else None


def preferred_language(request: HttpRequest) -> str:
    """What the browser prefers, else Japanese."""
    for tag, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if tag.split("-")[0] in LANGUAGES:
            return tag.split("-")[0]
    return LANGUAGES[0]


class ProblemMiddleware:
    """Answers a `Problem` that a view raised, and refusals that Django leaves without words."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.streaming and not response.content:
            return _method_refused(request, response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Problem):
            return problem_response(request, exception)
        if isinstance(exception, Http404):
            return problem_response(request, problem_of(404, str(exception)))
        if isinstance(exception, PermissionDenied):
            return problem_response(request, problem_of(403, str(exception)))
        if isinstance(exception, OperationalError | InterfaceError):
            return database_away(request)
        return None


def _method_refused(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    allowed = response.headers.get("Allow", "")
    detail = f"{request.method} is not possible here; possible are: {allowed}"
    answer = problem_response(request, problem_of(405, detail))
    answer["Allow"] = allowed
    return answer
