"""The fast road: features that everybody may read, for programs, without the walk through all of Django's middleware.

It answers exactly as the whole site would (a test compares every header and byte), or not at all: a request with a
cookie or a token, a browser's, one that goes wrong in any way is left to Django. What it has answered it keeps, and
gives again while one look at the layer's revision says that nothing has changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIRequest
from django.db import Error
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.http import parse_etags

from gis_server.kept_answers import LARGEST_BYTES, Kept, KeptAnswers, Key
from gis_server.protection import protecting_headers
from gis_server.web.middleware import preferred_language
from gis_server.web.translation import LANGUAGES
from layers import registry
from layers.changes import revision_of
from layers.spec import Audience
from ogc_api.keeping import RESTS_ON
from ogc_api.writing import views as features

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

_ADDRESS: Final = re.compile(r"/api/collections/(?P<collection>[^/]+)/items(?:/(?P<feature>.+?))?/?")
_DEPENDS_ON: Final = (
    "REQUEST_METHOD",
    "wsgi.url_scheme",
    "HTTP_HOST",
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_ACCEPT",
    "HTTP_ACCEPT_LANGUAGE",
)
"""What a kept answer depends on, besides whether it may be compressed, and the declarations of layers."""
_OF_THE_BODY: Final = frozenset({"Content-Type", "Content-Length", "Content-Encoding", "Content-Disposition"})

_kept = KeptAnswers()


def find_answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes] | None:
    """The answer to a request that this road is for; None leaves it to Django."""
    address = _address(environ.get("PATH_INFO", ""))
    if address is None or not _is_for_everybody(environ):
        return None
    key = _key(environ)
    kept = _kept.find(key)
    try:
        if kept is not None and kept.revision == revision_of(kept.layer):
            return _again(kept, environ, start_response)
    except Error:
        return None
    return _anew(environ, start_response, address, key)


def _address(path: str) -> dict[str, str] | None:
    """The collection, and the feature where one is named; WSGI gives the bytes of a path as Latin letters."""
    try:
        address = _ADDRESS.fullmatch(path.encode("latin-1").decode())
    except UnicodeError:
        return None
    return address and {name: value for name, value in address.groupdict().items() if value is not None}


def _is_for_everybody(environ: Environ) -> bool:
    """Read by a program without a name at the root of a host; pages need more of Django than their features."""
    return (
        environ["REQUEST_METHOD"] in {"GET", "HEAD"}
        and "HTTP_COOKIE" not in environ
        and "HTTP_AUTHORIZATION" not in environ
        and not environ.get("SCRIPT_NAME")
        and "html" not in environ.get("HTTP_ACCEPT", "")
        and "f=html" not in environ.get("QUERY_STRING", "")
    )


def _key(environ: Environ) -> Key:
    zipped = "gzip" if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "") else ""
    return (zipped, str(registry.generation()), *(environ.get(name, "") for name in _DEPENDS_ON))


def _again(kept: Kept, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """What was answered before; 304 where the caller still has it (compared weakly, RFC 9110, 13.1.2)."""
    asked = environ.get("HTTP_IF_NONE_MATCH", "")
    if asked and _is_among(kept.header("ETag"), asked):
        start_response("304 Not Modified", [header for header in kept.headers if header[0] not in _OF_THE_BODY])
        return []
    start_response("200 OK", list(kept.headers))
    return [kept.body]


def _is_among(etag: str, asked: str) -> bool:
    known = {tag.removeprefix("W/") for tag in parse_etags(asked)}
    return etag.removeprefix("W/") in known or "*" in known


def _anew(environ: Environ, start_response: StartResponse, address: dict[str, str], key: Key) -> Iterable[bytes] | None:
    request = _request(environ)
    view = features.item if "feature" in address else features.items
    response = convert_exception_to_response(partial(view, **address))(request)
    is_page = response.get("Content-Type", "").startswith("text/html")
    if is_page or response.status_code not in {200, 304}:
        response.close()
        return None
    response = _finished(request, response)
    headers = [*response.items(), *(header for header in protecting_headers() if not response.has_header(header[0]))]
    start_response(f"{response.status_code} {response.reason_phrase}", headers)
    if response.status_code == 304:
        return []
    return _sent(response, _keeper(environ, headers, key))


def _request(environ: Environ) -> WSGIRequest:
    """The request as the site's own middleware would have passed it on."""
    path = environ.get("PATH_INFO", "")
    request = WSGIRequest(environ)  # it writes the decoded path into what it is given
    environ["PATH_INFO"] = path  # as it came, where Django is to answer after all
    asked = request.GET.get("lang", "")
    request.LANGUAGE_CODE = asked if asked in LANGUAGES else preferred_language(request)
    request.user, request.audience = AnonymousUser(), Audience.PUBLIC
    return request


def _finished(request: WSGIRequest, response: HttpResponseBase) -> HttpResponseBase:
    if not response.streaming and not response.has_header("Content-Length"):
        response["Content-Length"] = str(len(response.content))  # type: ignore[attr-defined]  # it is no stream
    finished: HttpResponseBase = _second_half(GZipMiddleware)(request, response)
    return finished


@cache
def _second_half(middleware: type[Any]) -> Callable[[HttpRequest, HttpResponseBase], Any]:
    """What a middleware does to an answer."""
    half: Callable[[HttpRequest, HttpResponseBase], Any] = middleware(lambda request: None).process_response
    return half


def _keeper(environ: Environ, headers: list[tuple[str, str]], key: Key) -> Callable[[bytes], None]:
    """Keeps a whole body, where the view said what it rests on."""
    rests_on = environ.get(RESTS_ON)

    def keep(body: bytes) -> None:
        if rests_on is not None and len(body) <= LARGEST_BYTES:
            _kept.keep(key, Kept(*rests_on, headers, body))

    return keep


def _sent(response: Any, keep: Callable[[bytes], None]) -> Iterable[bytes]:
    if response.streaming:
        return _Stream(response, keep)
    keep(response.content)
    return [response.content]


class _Stream:
    """A body sent while it is made. What is small enough is kept when it has come to its end."""

    def __init__(self, response: Any, keep: Callable[[bytes], None]) -> None:
        self._response, self._keep = response, keep

    def __iter__(self) -> Iterator[bytes]:
        parts: list[bytes] | None = []
        length = 0
        for part in self._response:
            length += len(part)
            if parts is not None:
                parts.append(part)
                parts = parts if length <= LARGEST_BYTES else None
            yield part
        if parts is not None:
            self._keep(b"".join(parts))

    def close(self) -> None:
        self._response.close()
