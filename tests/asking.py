"""Asking a running city over HTTP, as any client would."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, media type and body of an answer."""

    status: int
    media_type: str
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


def get(url: str, **headers: str) -> Answer:
    """GET `url`; an error status is an answer like any other."""
    return _answer(urllib.request.Request(url, headers=headers))  # noqa: S310 - loopback


def post(url: str, document: Any, **headers: str) -> Answer:
    """POST a JSON document."""
    body = json.dumps(document).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json", **headers})  # noqa: S310
    return _answer(request)


def _answer(request: urllib.request.Request) -> Answer:
    try:
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
            return Answer(response.status, response.headers.get_content_type(), response.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.headers.get_content_type(), error.read())
