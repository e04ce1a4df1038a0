"""Answers: JSON, pages and problems, each with the headers that its audience calls for."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from layers import problems
from layers.problems import Problem
from layers.spec import Audience
from ogc_api import asking, pages, words
from ogc_api.asking import Asked
from ogc_api.sharing import share

JSON = "application/json"
GEOJSON = "application/geo+json"
SCHEMA_JSON = "application/schema+json"
OPENAPI_JSON = "application/vnd.oai.openapi+json;version=3.0"
DEPENDS_ON = ("Accept", "Accept-Language", "Authorization", "Cookie")
"""What an answer depends on besides its address: the caller's rights, language and format."""

View = Callable[..., HttpResponseBase]
SAFE_METHODS = frozenset({"GET", "HEAD"})


def answers(*methods: str) -> Callable[[View], View]:
    """A view of this API: answers these methods, and every `Problem` as RFC 9457 says (a page for browsers).

    A view that only reads asks for no proof of origin, so that a method it does not offer is called just that.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                if request.method in methods:
                    return share(request, view(request, *args, **kwargs), methods)
                if request.method == "OPTIONS":
                    return share(request, _allowing(HttpResponse(status=204), methods), methods)
                return _allowing(problem_response(request, _not_allowed(request, methods)), methods)
            except Problem as problem:
                return share(request, problem_response(request, problem), methods)

        if set(methods) <= SAFE_METHODS:  # a False would also undo the mark of a decorator further out
            answer.csrf_exempt = True  # type: ignore[attr-defined]  # Django's own mark
        return answer

    return decorate


def _allowing(response: HttpResponse, methods: tuple[str, ...]) -> HttpResponse:
    response["Allow"] = ", ".join((*methods, "OPTIONS"))
    return response


def _not_allowed(request: HttpRequest, methods: tuple[str, ...]) -> Problem:
    right = ", ".join(methods)
    return Problem(
        405, "method not allowed", f"{request.method} is not offered at {request.path}; offered are: {right}"
    )


def problem_response(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The problem as a document, or as a page where a browser asks. Never kept by any cache."""
    document = problem.document()
    if asking.wants_html(request):
        language = asking.language_of(request)
        context = {"problem": document, **pages.problem(request, document, language), **_frame(request, language)}
        response = render(request, "ogc_api/problem.html", context, status=problem.status)
    else:
        response = HttpResponse(to_text(document), content_type=problems.MEDIA_TYPE, status=problem.status)
    response["Cache-Control"] = "no-store"
    patch_vary_headers(response, DEPENDS_ON)
    return response


def json_response(
    request: HttpRequest, asked: Asked, document: Mapping[str, Any], media_type: str = JSON
) -> HttpResponse:
    """A small document, with an ETag of its own text."""
    content = to_text(document).encode()
    etag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
    response = not_modified(request, etag) or HttpResponse(content, content_type=media_type)
    return with_headers(response, asked, etag)


def page(request: HttpRequest, asked: Asked, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """A page for browsers. It belongs to its reader (name, language), so no shared cache keeps it."""
    response = render(request, f"ogc_api/{template}", {"asked": asked, **_frame(request, asked.language), **context})
    response["Cache-Control"] = "private, no-cache" if asked.audience is Audience.PUBLIC else "private, no-store"
    response["Content-Language"] = asked.language
    patch_vary_headers(response, DEPENDS_ON)
    return response


def _frame(request: HttpRequest, language: str) -> dict[str, Any]:
    return {
        "base_template": getattr(settings, "OGC_API_BASE_TEMPLATE", "base.html"),
        "base": asking.base_url(request),
        "language": language,
        "words": words.in_language(language),
    }


def with_headers(response: HttpResponseBase, asked: Asked, etag: str) -> Any:
    """What the public sees may be kept by anybody who asks again each time; what others see, by nobody."""
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache" if asked.audience is Audience.PUBLIC else "private, no-store"
    response["Content-Language"] = asked.language
    patch_vary_headers(response, DEPENDS_ON)
    return response


def not_modified(request: HttpRequest, etag: str) -> HttpResponse | None:
    """304, where the caller has what would be sent; compared weakly, as RFC 9110, 13.1.2 says."""
    known = {tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))}
    if etag.removeprefix("W/") in known or "*" in known:
        return HttpResponseNotModified()
    return None


def to_text(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
