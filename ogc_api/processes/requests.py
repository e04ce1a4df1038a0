"""Execute requests: the body, what it may ask of the outputs, and whether the caller will come back for them.

Source: OGC API - Processes - Part 1: Core (OGC 18-062r2), 7.11; Prefer: RFC 7240.
"""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest

from layers.problems import Problem

MAX_BODY_BYTES = 1_000_000
MEMBERS = ("inputs", "outputs", "response")
RESPONSES = ("raw", "document")
RESPOND_ASYNC = "respond-async"
DEFAULT_OPTIONS = ("sync-execute",)

Metadata = dict[str, Any]


def read_body(request: HttpRequest, metadata: Metadata) -> dict[str, Any]:
    """The execute request of a process.

    Raises:
        Problem: 413 where it is too large, 400 naming the member that is wrong.
    """
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY_BYTES:
        raise Problem(413, "too large", f"the request is larger than {MAX_BODY_BYTES} bytes")
    body = _parsed(request.body)
    for name in body:
        if name not in MEMBERS:
            raise fault(name[:80], f"known here; known are: {', '.join(MEMBERS)}")
    if not isinstance(body.get("inputs", {}), dict):
        raise fault("inputs", "a JSON object")
    if body.get("response", "raw") not in RESPONSES:
        raise fault("response", f"one of {', '.join(RESPONSES)}")
    if "outputs" in body:
        _check_outputs(body["outputs"], metadata.get("outputs", {}))
    return body


def _parsed(content: bytes) -> dict[str, Any]:
    right = 'JSON such as {"inputs": {…}}'
    try:
        body = json.loads(content)
        # Neither NaN nor half a character can be written down again.
        json.dumps(body, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise fault("body", right, error) from error
    if not isinstance(body, dict):
        raise fault("body", right)
    return body


def _check_outputs(asked: Any, known: Metadata) -> None:
    """Only what is described may be asked for, by value, in the media type that it has."""
    if not isinstance(asked, dict) or not asked:
        raise fault("outputs", f"a JSON object that names one of: {', '.join(known)}")
    for name, wanted in asked.items():
        if name not in known:
            raise fault("outputs", f"made of outputs of this process, which are: {', '.join(known)}")
        where = f"outputs.{name}"
        if not isinstance(wanted, dict) or not set(wanted) <= {"transmissionMode", "format"}:
            raise fault(where, "a JSON object of transmissionMode and format")
        if wanted.get("transmissionMode", "value") != "value":
            raise fault(f"{where}.transmissionMode", "value, the only one offered")
        media_type = media_type_of(known[name])
        if wanted.get("format", {"mediaType": media_type}) != {"mediaType": media_type}:
            raise fault(f"{where}.format", f'{{"mediaType": "{media_type}"}}, the only one offered')


def media_type_of(output: Metadata) -> str:
    """The media type of an output as it is described."""
    return str(output.get("schema", {}).get("contentMediaType", "application/json"))


def is_async(request: HttpRequest, metadata: Metadata) -> bool:
    """Whether the process is run as a job: the caller prefers it, or the process is not run otherwise (7.11.2.3)."""
    options = metadata.get("jobControlOptions", DEFAULT_OPTIONS)
    if "async-execute" not in options:
        return False
    return "sync-execute" not in options or prefers_async(request.headers.get("Prefer", ""))


def prefers_async(header: str) -> bool:
    """Whether a header ``Prefer`` names the preference.

    >>> prefers_async("wait=10, Respond-Async"), prefers_async("return=minimal"), prefers_async('x="respond-async"')
    (True, False, False)
    """
    preferences = (part.partition(";")[0].partition("=")[0].strip().lower() for part in header.split(","))
    return RESPOND_ASYNC in preferences


def fault(name: str, right: str, error: Exception | None = None) -> Problem:
    """The answer to a member that is wrong: its name, and what would be right."""
    reason = f": {error}" if error else ""
    return Problem(400, "invalid request", f"{name} is not {right}{reason}"[:500], parameter=name)
