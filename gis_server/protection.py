"""The headers that protect every answer of the site, for answers that do not walk through its middleware."""

from __future__ import annotations

from functools import cache
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.middleware.security import SecurityMiddleware

_PROTECTING: Final = (XFrameOptionsMiddleware, ContentSecurityPolicyMiddleware, SecurityMiddleware)


@cache
def protecting_headers() -> tuple[tuple[str, str], ...]:
    """As the site's own middleware writes them."""
    response = HttpResponse()
    for middleware in _PROTECTING:
        response = middleware(lambda request: HttpResponse()).process_response(HttpRequest(), response)
    return tuple(header for header in response.items() if header[0] != "Content-Type")
