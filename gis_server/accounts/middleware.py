"""Who is asking: a person with a session, a program with a token, or nobody in particular."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers

from gis_server.accounts.models import find_token
from gis_server.accounts.roles import audience_of
from gis_server.web.problems import problem_response
from layers.problems import Problem
from layers.spec import Audience


class AudienceMiddleware:
    """Sets `request.audience`. A wrong token is refused rather than taken for the public.

    A request with a token carries its proof in a header that no other site can send, so it needs no CSRF token;
    a session is a cookie and does.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            audience = _audience(request)
        except Problem as problem:
            response = problem_response(request, problem)
            response["WWW-Authenticate"] = 'Bearer realm="machi-gis", error="invalid_token"'
            return response
        request.audience = audience  # type: ignore[attr-defined]  # set by us
        response = self.get_response(request)
        patch_vary_headers(response, ["Authorization", "Cookie"])
        if audience > Audience.PUBLIC:
            patch_cache_control(response, private=True)
        return response


def _audience(request: HttpRequest) -> Audience:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _token_audience(request, token.strip())
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        request.user = AnonymousUser()  # spares public requests the look at the session
        return Audience.PUBLIC
    return audience_of(request.user)


def _token_audience(request: HttpRequest, token: str) -> Audience:
    known = find_token(token)
    if known is None:
        raise Problem(401, "invalid token", "the token in the header Authorization is unknown, expired or revoked")
    known.note_use()
    request.user = known.user
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # set by us
    return audience_of(known.user)
