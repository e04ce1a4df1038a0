"""What MapProxy leaves unchecked in a request for a map, and what its answers mean in HTTP.

MapProxy answers some wrong numbers with a stack trace in the log and "internal error", and every fault of the
caller's with the status 500. Here wrong numbers are a service exception of the OGC before they reach it, and what
the caller did wrong is a 400.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape, quoteattr

from layers.problems import MEDIA_TYPE, Problem

AWAY = "the map could not be drawn"
"""The sentence with which our source gives up; an answer that holds it is not the caller's fault."""

StartResponse = Callable[..., Any]
Answer = tuple[str, list[tuple[str, str]], bytes]
SIZES = ("WIDTH", "HEIGHT")
PLACES = ("I", "J", "X", "Y", "TILEROW", "TILECOL", "TILEMATRIX")
REQUESTS = frozenset({"getmap", "map", "getfeatureinfo", "feature_info", "gettile"})


def find_fault(query_string: str) -> Problem | None:
    """What is wrong with the numbers of a request to WMS or WMTS; None where nothing is.

    >>> find_fault("REQUEST=GetMap&BBOX=1,2,3&WIDTH=10&HEIGHT=10").parameter
    'bbox'
    >>> find_fault("REQUEST=GetMap&BBOX=1,2,3,4&WIDTH=10&HEIGHT=10") is None
    True
    """
    given = {name.upper(): value for name, value in parse_qsl(query_string, keep_blank_values=True)}
    if given.get("REQUEST", "").lower() not in REQUESTS:
        return None
    for name in (*SIZES, *PLACES):
        least = 1 if name in SIZES else 0
        if name in given and not _is_count(given[name], least):
            return _fault(name, f"{name} must be a whole number, {least} or more, not {given[name][:40]!r}")
    if "BBOX" in given and not _is_bbox(given["BBOX"]):
        return _fault("BBOX", f"BBOX must be four numbers, the smaller ones first, not {given['BBOX'][:80]!r}")
    return None


def service_exception(problem: Problem) -> Answer:
    """The problem as WMS 1.1.1 and 1.3.0 say it (OGC 06-042, Annex E.2)."""
    content = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ServiceExceptionReport version="1.3.0" xmlns="http://www.opengis.net/ogc">\n'
        f'  <ServiceException code="InvalidParameterValue" locator={quoteattr(problem.parameter or "")}>'
        f"{escape(problem.detail)}</ServiceException>\n</ServiceExceptionReport>\n"
    )
    return f"{problem.status} Bad Request", [("Content-Type", "text/xml; charset=utf-8")], content.encode()


def problem_answer(problem: Problem) -> Answer:
    content = json.dumps(problem.document(), ensure_ascii=False).encode()
    return f"{problem.status} {problem.title}", [("Content-Type", MEDIA_TYPE)], content


def send(start_response: StartResponse, answer: Answer) -> Iterable[bytes]:
    status, headers, content = answer
    start_response(status, [*headers, ("Content-Length", str(len(content)))])
    return [content]


def corrected(answer: Answer) -> Answer:
    """MapProxy's answer with the status that its content means."""
    status, headers, content = answer
    if not status.startswith("500"):
        return answer
    if AWAY.encode() in content:
        return "503 Service Unavailable", [*headers, ("Retry-After", "5")], content
    if content.lstrip().startswith(b"<"):
        return "400 Bad Request", headers, content
    if b"invalid request" in content:
        return problem_answer(Problem(400, "bad request", "there is no tile of such an address", parameter="path"))
    return answer


def _fault(name: str, detail: str) -> Problem:
    return Problem(400, "bad request", detail, parameter=name.lower())


def _is_count(text: str, least: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= least


def _is_bbox(text: str) -> bool:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return False
    return all(math.isfinite(n) and abs(n) < 1e9 for n in (west, south, east, north)) and west < east and south < north
