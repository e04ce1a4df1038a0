"""The portal."""

from __future__ import annotations

import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.http import require_safe

from gis_server.disaster.picture import picture
from layers.spec import Audience


@require_safe
def portal(request: HttpRequest) -> HttpResponse:
    """What this is, where to go, and how things stand."""
    audience = getattr(request, "audience", Audience.PUBLIC)
    now = timezone.localtime()
    context = {
        "picture": picture(audience),
        "now": now,
        "now_words": moment_in_words(now, request.LANGUAGE_CODE),  # type: ignore[attr-defined]  # set by us
    }
    return render(request, "web/portal.html", context)


def moment_in_words(moment: datetime.datetime, language: str) -> str:
    """Date and time as people say them.

    >>> moment_in_words(datetime.datetime(2026, 4, 1, 9, 5), "ja")
    '4月1日 9:05'
    """
    time = f"{moment.hour}:{moment.minute:02}"
    if language == "en":
        return f"{moment.day} {moment:%b} {time}"
    return f"{moment.month}月{moment.day}日 {time}"


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines need the pages, not every tile and every way of filtering."""
    lines = [
        "User-agent: *",
        *(
            f"Disallow: {path}"
            for path in ("/api/", "/tiles/", "/maps/", "/admin/", "/edit/", "/imports/", "/seeding/")
        ),
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(static("web/favicon.svg"))
