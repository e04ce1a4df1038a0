"""The short road to vector tiles, for all that everybody may see: past Django, from the memory of the process.

What it gives is what the view would give (`tile_cache.answers` makes both). A request that goes wrong in any way is
left to Django, where faults are worded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from gis_server.protection import protecting_headers
from layers.problems import Problem
from layers.spec import Audience
from tile_cache import answers, tilesets
from tile_cache.answers import FAULT, Answer, AskedTile

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

_ADDRESS: Final = re.compile(
    r"/tiles/(?P<name>[^/]+)(?:/(?P<revision>[0-9]+-[^/]+)|/(?P<grid>[A-Za-z][^/]*))?/(?P<z>[0-9]+)/(?P<x>[0-9]+)/(?P<y>[0-9]+)\.mvt"
)
_LINES: Final = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


def find_answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes] | None:
    """The answer to a request that this road is for; None leaves it to Django."""
    is_read = environ["REQUEST_METHOD"] in {"GET", "HEAD"}
    if not is_read or environ.get("SCRIPT_NAME") or not _is_ours(environ.get("HTTP_HOST", "")):
        return None
    path = environ["PATH_INFO"]
    is_gzip = answers.takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
    oldest_s = 0.0 if "no-cache" in environ.get("HTTP_CACHE_CONTROL", "") else None
    found = answers.find(path, is_gzip=is_gzip, oldest_s=oldest_s)
    if found is None:
        found = _make(environ, is_gzip=is_gzip)
    if found is None or not (found.is_for_everybody or _is_nobody(environ)):
        return None
    return _send(answers.not_modified(found, environ.get("HTTP_IF_NONE_MATCH", "")), environ, start_response)


@lru_cache(maxsize=1000)
def _is_ours(host: str) -> bool:
    """Whether the site is reached under this name, as Django asks for every other address."""
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _is_nobody(environ: Environ) -> bool:
    """Whether the caller comes without a name, and so sees what everybody sees."""
    return "HTTP_COOKIE" not in environ and "HTTP_AUTHORIZATION" not in environ


def _make(environ: Environ, *, is_gzip: bool) -> Answer | None:
    path = environ["PATH_INFO"]
    address = _ADDRESS.fullmatch(path) if path.isascii() else None
    if address is None:
        return None
    named = {name: text for name, text in address.groupdict().items() if text is not None}
    try:
        if not (_is_nobody(environ) or tilesets.get(named["name"], Audience.PUBLIC).is_for_everybody):
            return None  # Django finds out who asks, and what they may see
        return answers.answer(AskedTile(path, audience=Audience.PUBLIC, is_gzip=is_gzip, **named))
    except Problem as problem:
        if _is_nobody(environ):  # for somebody the same address may be right
            environ[FAULT] = problem
        return None


def _send(found: Answer, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    length = [] if found.status in {204, 304} else [("Content-Length", str(len(found.body)))]
    start_response(_LINES[found.status], [*found.headers, *length, *protecting_headers()])
    return [found.body] if environ["REQUEST_METHOD"] == "GET" and found.body else []
