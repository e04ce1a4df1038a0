"""What went wrong, as a problem document (RFC 9457) for programs and as a page for people."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from layers.problems import MEDIA_TYPE, Problem

PAGES: Final = frozenset({400, 401, 403, 404, 405, 413, 429, 500, 503})
"""Statuses for which the catalogues have a heading and a way on."""


def problem_response(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The answer that fits the caller."""
    if wants_page(request):
        return _page(request, problem)
    body = json.dumps(problem.document(), ensure_ascii=False)
    return HttpResponse(body, status=problem.status, content_type=MEDIA_TYPE)


def wants_page(request: HttpRequest) -> bool:
    """Whether a person with a browser asks: it names HTML in so many words, and no other format in the address."""
    if request.GET.get("f", "html") != "html":
        return False
    return "text/html" in request.headers.get("Accept", "")


def problem_of(status: int, detail: str = "") -> Problem:
    """A problem that is told by its status alone.

    >>> problem_of(404).title
    'Not Found'
    """
    return Problem(status, HTTPStatus(status).phrase, detail or HTTPStatus(status).description)


def _page(request: HttpRequest, problem: Problem) -> HttpResponse:
    key = problem.status if problem.status in PAGES else (500 if problem.status >= 500 else 400)
    context = {"problem": problem, "heading": f"error.{key}.title", "advice": f"error.{key}.advice"}
    return render(request, "web/problem.html", context, status=problem.status)
