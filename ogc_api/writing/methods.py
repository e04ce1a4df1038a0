"""What every view that writes has in common: which bodies it takes, how it asks for a name, what it says when busy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.db import OperationalError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from layers.problems import Problem
from ogc_api.answering import View, answers
from ogc_api.writing.door import UNAUTHENTICATED

RETRY_AFTER_S: Final = "1"
_DEADLOCK: Final = "40P01"
"""SQLSTATE of PostgreSQL: two writers waited for one another, and this one was given up."""


def writes(accepted: Mapping[str, str], *methods: str) -> Callable[[View], View]:
    """A view that writes. It asks for the proof of origin itself, see `door.open_for`.

    Args:
        accepted: the headers by which OPTIONS says which media types are taken.
    """

    def decorate(view: View) -> View:
        answered = answers(*methods)(_giving_up(view))

        def either(request: HttpRequest, **address: str) -> HttpResponseBase:
            response = answered(request, **address)
            if request.method == "OPTIONS":
                for header, media_type in accepted.items():
                    response[header] = media_type
            elif response.status_code == 401:
                response["WWW-Authenticate"] = UNAUTHENTICATED
            elif response.status_code == 503:
                response["Retry-After"] = RETRY_AFTER_S
            return response

        return csrf_exempt(either)

    return decorate


def _giving_up(view: View) -> View:
    def one(request: HttpRequest, **address: str) -> HttpResponseBase:
        try:
            return view(request, **address)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != _DEADLOCK:
                raise
            detail = "somebody else writes to the same features; nothing was stored, send the same request again"
            raise Problem(503, "busy", detail) from error

    return one
