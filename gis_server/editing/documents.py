"""What a page sends: a GeoJSON feature or the changed members of one, read into a value or refused with the reason."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from layers.problems import Problem

LARGEST_BODY_BYTES: Final = 1_000_000
"""A drawn shape of 20,000 vertices; files of many features go through the import."""

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,119}")
_VERSION: Final = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')


@dataclass(frozen=True, slots=True)
class Edit:
    """A feature as sent. `geometry` None means that it was not sent."""

    feature_id: str | None
    properties: Mapping[str, Any]
    geometry: Any


def read_edit(request: HttpRequest) -> Edit:
    """The edit in the body of a request.

    Raises:
        Problem: 400 or 413, saying what is wrong.
    """
    document = _document(_body(request))
    if not isinstance(document, dict):
        raise _fault("the body must be a GeoJSON feature", "body")
    properties = document.get("properties")
    if properties is None:
        properties = {}
    if not isinstance(properties, dict):
        raise _fault("properties must be an object", "properties")
    return Edit(_feature_id(document.get("id")), properties, document.get("geometry"))


def read_version(request: HttpRequest) -> int:
    """The version that the editor saw, from the header If-Match.

    Raises:
        Problem: 428 where it is missing (RFC 6585, 3), 400 where it is no version.
    """
    header = request.headers.get("If-Match", "").strip()
    if not header:
        detail = 'the header If-Match must name the version that was edited, as in If-Match: "3"'
        raise Problem(428, "which version?", detail, parameter="If-Match")
    match = _VERSION.fullmatch(header)
    if match is None:
        raise _fault(f'If-Match must be a version as in "3", not {header[:60]!r}', "If-Match")
    return int(match[1])


def _body(request: HttpRequest) -> bytes:
    too_large = Problem(413, "too large", f"the body may have {LARGEST_BODY_BYTES} bytes")
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY_BYTES:
            raise too_large
        body = bytes(request.body)
    except (RequestDataTooBig, ValueError) as error:
        raise too_large from error
    if len(body) > LARGEST_BODY_BYTES:
        raise too_large
    return body


def _document(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _fault("the body is not JSON", "body") from error


def _feature_id(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or _ID.fullmatch(value) is None:
        raise _fault("id must be up to 120 letters, digits and . _ : -", "id")
    return value


def _fault(detail: str, parameter: str) -> Problem:
    return Problem(400, "invalid feature", detail, parameter=parameter)
