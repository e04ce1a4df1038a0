"""Who asks for what on the pages of this app."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from gis_server.seeding.words import in_language
from gis_server.web.staff_pages import language_of
from layers.problems import Problem
from layers.spec import Audience


def check_staff(request: HttpRequest) -> None:
    """Refuse everybody but staff.

    Raises:
        Problem: 401 for somebody who has not signed in, 403 for an account without the role.
    """
    if not request.user.is_authenticated:
        raise Problem(401, "sign in first", "only staff who have signed in may seed tiles")
    if not getattr(request, "audience", Audience.PUBLIC).covers(Audience.STAFF):
        raise Problem(403, "not allowed", "only staff may seed tiles; this account has no such role")


def check_parameters(request: HttpRequest, known: Iterable[str] = ()) -> None:
    """Refuse parameters that would be silently without effect.

    Raises:
        Problem: 400, naming the parameter.
    """
    allowed = (*known, "lang")
    for name in request.GET:
        if name not in allowed:
            detail = f"the parameter {name!r:.80} is not known here; known are: {', '.join(allowed)}"
            raise Problem(400, "unknown parameter", detail, parameter=name[:80])


def page(request: HttpRequest, template: str, context: dict[str, Any], cache: str) -> HttpResponse:
    response = render(request, f"seeding/{template}", {"words": in_language(language_of(request))} | context)
    response["Cache-Control"] = cache
    return response
