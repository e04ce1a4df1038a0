"""Signing in and out."""

from __future__ import annotations

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from gis_server.accounts import throttling
from layers.spec import Audience

HOME_OF_STAFF = "/disaster/"


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The form; on POST, the session."""
    target = own_path(request.POST.get("next") or request.GET.get("next") or "", HOME_OF_STAFF)
    if request.method == "GET":
        return _form(request, target)
    name, password = (_storable(request.POST.get(key, "")) for key in ("username", "password"))
    if throttling.is_throttled(request, name):
        response = _form(request, target, "signin.throttled", status=429)
        response["Retry-After"] = str(int(throttling.WINDOW.total_seconds()))
        return response
    user = authenticate(request, username=name, password=password)
    if user is None:
        throttling.note_failure(request, name)
        return _form(request, target, "signin.wrong", status=401)
    throttling.forget_failures(request, name)
    login(request, user)
    return HttpResponseRedirect(target)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return HttpResponseRedirect(own_path(request.POST.get("next", ""), "/"))


def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """The administration uses the same door, so that its door is throttled too."""
    target = own_path(request.GET.get("next", ""), "/admin/")
    return HttpResponseRedirect(reverse("sign-in") + "?" + urlencode({"next": target}))


def own_path(target: str, otherwise: str) -> str:
    """`target` if it is a path of this site; anything else could send the reader elsewhere.

    >>> own_path("//evil.example", "/"), own_path("/navi/", "/")
    ('/', '/navi/')
    """
    safe = (
        target.startswith("/") and target.isprintable() and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    )
    return target if safe else otherwise


def _form(request: HttpRequest, target: str, fault: str | None = None, status: int = 200) -> HttpResponse:
    audience = getattr(request, "audience", Audience.PUBLIC)
    needs_more = fault is None and request.user.is_authenticated and "next" in request.GET and request.method == "GET"
    context = {"next": target, "fault": fault, "name": request.POST.get("username", ""), "needs_more": needs_more}
    return render(request, "accounts/sign_in.html", context | {"audience": audience}, status=status)


def _storable(text: str) -> str:
    """PostgreSQL text holds no null character; a name with one is simply not known."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
