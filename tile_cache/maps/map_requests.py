"""What MapProxy's answers mean in HTTP, and faults as the services of the OGC say them.

MapProxy answers some wrong numbers with a stack trace in the log and "internal error", and every fault of the
caller's with the status 500. Here what is wrong is a service exception before it reaches MapProxy (`map_checks`
finds it), and what the caller did wrong is a 400.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from layers.problems import MEDIA_TYPE, Problem
from tile_cache.maps.map_checks import code_of, is_wmts

AWAY = "the map could not be drawn"
"""The sentence with which our source gives up; an answer that holds it is not the caller's fault."""

PAGE_POLICY = "default-src 'none'; sandbox"
"""A page made of what people have written does nothing but stand there."""

_CACHING = frozenset({"cache-control", "etag", "expires", "last-modified", "pragma"})
OUTDATED = 'machigis; hit; detail="possibly outdated"'
"""How a cache tells that it could not ask whether what it gives is still true (RFC 9211)."""

StartResponse = Callable[..., Any]
Answer = tuple[str, list[tuple[str, str]], bytes]


def service_exception(problem: Problem) -> Answer:
    """The problem as WMS 1.1.1 and 1.3.0 say it (OGC 06-042, Annex E.2)."""
    content = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ServiceExceptionReport version="1.3.0" xmlns="http://www.opengis.net/ogc">\n'
        f'  <ServiceException code="{code_of(problem)}" locator={quoteattr(problem.parameter or "")}>'
        f"{escape(problem.detail)}</ServiceException>\n</ServiceExceptionReport>\n"
    )
    return f"{problem.status} Bad Request", [("Content-Type", "text/xml; charset=utf-8")], content.encode()


def exception_of(problem: Problem, query_string: str) -> Answer:
    """The problem as the service says it that the request names."""
    return ows_exception(problem) if is_wmts(query_string) else service_exception(problem)


def ows_exception(problem: Problem) -> Answer:
    """The problem as WMTS says it (OGC 06-121r3, 8)."""
    content = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ExceptionReport version="1.0.0" xmlns="http://www.opengis.net/ows/1.1">\n'
        f'  <Exception exceptionCode="InvalidParameterValue" locator={quoteattr(problem.parameter or "")}>'
        f"<ExceptionText>{escape(problem.detail)}</ExceptionText></Exception>\n</ExceptionReport>\n"
    )
    return f"{problem.status} Bad Request", [("Content-Type", "text/xml; charset=utf-8")], content.encode()


def problem_answer(problem: Problem) -> Answer:
    content = json.dumps(problem.document(), ensure_ascii=False).encode()
    return f"{problem.status} {problem.title}", [("Content-Type", MEDIA_TYPE)], content


def send(start_response: StartResponse, answer: Answer) -> Iterable[bytes]:
    status, headers, content = answer
    start_response(status, [*headers, ("Content-Length", str(len(content)))])
    return [content]


def away() -> Answer:
    """Said where the database is away and nothing can be drawn."""
    status, headers, content = problem_answer(Problem(503, "not available", AWAY))
    return status, [*headers, ("Retry-After", "5")], content


def revalidated(answer: Answer) -> Answer:
    """A picture that a client keeps and asks about each time, by a tag of its bytes; a page that does nothing.

    MapProxy would let clients keep tiles for days, and tells two tiles of the same length by nothing.
    """
    status, headers, content = answer
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    if kind.startswith("text/html"):
        return status, [*headers, ("Content-Security-Policy", PAGE_POLICY)], content
    if not kind.startswith("image/") or not status.startswith("200"):
        return answer
    tag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    kept = [(name, value) for name, value in headers if name.lower() not in _CACHING]
    return status, [*kept, ("Cache-Control", "no-cache"), ("ETag", tag)], content


def not_modified(answer: Answer, if_none_match: str) -> Answer:
    """The answer to a caller that may still have the picture (compared weakly, RFC 9110, 13.1.2)."""
    _, headers, _ = answer
    tag = next((value for name, value in headers if name == "ETag"), "")
    if not tag or tag not in {each.strip().removeprefix("W/") for each in if_none_match.split(",")}:
        return answer
    return "304 Not Modified", [(name, value) for name, value in headers if name.lower() != "content-type"], b""


def outdated(answer: Answer) -> Answer:
    """The same, said to be possibly outdated (RFC 7234, 5.5.2, and RFC 9211)."""
    status, headers, content = answer
    marks = [("Warning", '111 machigis "Revalidation Failed"'), ("Cache-Status", OUTDATED)]
    return status, [*headers, *marks], content


def unkept(answer: Answer) -> Answer:
    """An answer that no client keeps."""
    status, headers, content = answer
    kept = [(name, value) for name, value in headers if name.lower() not in _CACHING]
    return status, [*kept, ("Cache-Control", "no-store")], content


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
