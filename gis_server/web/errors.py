"""Django's error handlers: whatever fails, wherever, gets a problem document or a page, never a stack trace."""

from __future__ import annotations

import sys

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from gis_server.web.problems import problem_of, problem_response


def bad_request(request: HttpRequest, exception: BaseException) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return problem_response(request, problem_of(413, "the body of the request is too large"))
    return problem_response(request, problem_of(400))


def forbidden(request: HttpRequest, exception: BaseException) -> HttpResponse:
    return problem_response(request, problem_of(403))


def not_found(request: HttpRequest, exception: BaseException) -> HttpResponse:
    return problem_response(request, problem_of(404, f"there is nothing at {request.path}"))


def server_error(request: HttpRequest) -> HttpResponse:
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return database_away(request)
    return problem_response(request, problem_of(500, "the server could not answer; the fault has been logged"))


def database_away(request: HttpRequest) -> HttpResponse:
    """The database does not answer, which is nobody's fault who asks."""
    response = problem_response(request, problem_of(503, "the database cannot be reached at the moment"))
    response["Retry-After"] = "5"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return problem_response(request, problem_of(403, f"the form came without its proof of origin: {reason}"))
