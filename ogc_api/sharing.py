"""Answers for programs in the pages of other sites (CORS): what everybody may read, and nothing else.

Only a request that carries no proof of who asks is answered so. A browser sends none across sites where the answer says
``*``, and writing is never offered to other sites at all.

Source: WHATWG Fetch Standard, 3.2 (CORS protocol).
"""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

EXPOSED = ("Content-Bbox", "Content-Crs", "Content-Datetime", "ETag", "Link")
"""Headers that a program may see beside those that it always may."""
ASKED_WITH = ("Accept", "Accept-Language", "If-None-Match")
"""Headers that a program may send."""
PREFLIGHT_AGE_S = 86_400
_READING = ("GET", "HEAD")


def share[Response: HttpResponseBase](request: HttpRequest, response: Response, methods: Iterable[str]) -> Response:
    """Allow programs of other sites to read this answer, or to ask what they may read at this address.

    Args:
        methods: what is offered at the address.
    """
    offered = [method for method in _READING if method in methods]
    asked = request.headers.get("Access-Control-Request-Method") if request.method == "OPTIONS" else request.method
    if asked not in offered or "Authorization" in request.headers or request.COOKIES:
        return response
    response["Access-Control-Allow-Origin"] = "*"
    if request.method == "OPTIONS":
        response["Access-Control-Allow-Methods"] = ", ".join((*offered, "OPTIONS"))
        response["Access-Control-Allow-Headers"] = ", ".join(ASKED_WITH)
        response["Access-Control-Max-Age"] = str(PREFLIGHT_AGE_S)
    else:
        response["Access-Control-Expose-Headers"] = ", ".join(EXPOSED)
    return response
