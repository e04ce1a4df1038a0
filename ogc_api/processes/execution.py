"""Running a process while its caller waits: POST /processes/{id}/execution.

Our own road instead of pygeoapi's, which answers every fault of a process with 400 and its text, writes ``<``
as ``&lt;`` in results, and calls any address that a caller names as ``subscriber``.
Source: OGC API - Processes - Part 1: Core (OGC 18-062r2), 7.11.
"""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from pygeoapi.process.base import BaseProcessor, ProcessorExecuteError

from layers.problems import Problem
from ogc_api import apis, asking
from ogc_api.answering import DEPENDS_ON, JSON, answers, to_text
from ogc_api.views import check_process

MAX_BODY_BYTES = 1_000_000
_MEMBERS = ("inputs", "outputs", "response")
_RESPONSES = ("raw", "document")


@csrf_exempt  # type: ignore[untyped-decorator]  # runs with what it is given, changes nothing, and reads no session but for its language
@answers("POST")
def execution(request: HttpRequest, process: str) -> HttpResponseBase:
    """Run a process and answer with its result."""
    check_process(process)
    asked = asking.read(request)
    body = _read_body(request)
    processor = apis.api(asked.audience, asked.language).manager.get_processor(process)
    try:
        media_type, result = processor.execute(body.get("inputs", {}), outputs=body.get("outputs"))
    except ProcessorExecuteError as error:
        raise Problem(400, "the process refuses", error.user_msg or str(error)) from error
    if body.get("response", "raw") == "document":
        media_type, result = JSON, _as_document(processor, media_type, result)
    return _result_response(media_type, result)


def _read_body(request: HttpRequest) -> dict[str, Any]:
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY_BYTES:
        raise Problem(413, "too large", f"the request is larger than {MAX_BODY_BYTES} bytes")
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise _fault("body", 'JSON such as {"inputs": {…}}', error) from error
    if not isinstance(body, dict):
        raise _fault("body", 'a JSON object such as {"inputs": {…}}')
    for name in body:
        if name not in _MEMBERS:
            raise _fault(str(name)[:80], f"known here; known are: {', '.join(_MEMBERS)}")
    if not isinstance(body.get("inputs", {}), dict):
        raise _fault("inputs", "a JSON object")
    if body.get("response", "raw") not in _RESPONSES:
        raise _fault("response", f"one of {', '.join(_RESPONSES)}")
    return body


def _fault(name: str, right: str, error: Exception | None = None) -> Problem:
    reason = f": {error}" if error else ""
    return Problem(400, "invalid request", f"{name} is not {right}{reason}"[:500], parameter=name)


def _as_document(processor: BaseProcessor, media_type: str, result: Any) -> dict[str, Any]:
    """Every output by its name, the value qualified by its media type (requirement class JSON, results.yaml)."""
    name = next(iter(processor.metadata.get("outputs", {})), "result")
    value = json.loads(result) if isinstance(result, str | bytes) and media_type.endswith("json") else result
    return {name: {"mediaType": media_type, "value": value}}


def _result_response(media_type: str, result: Any) -> HttpResponse:
    content = result if isinstance(result, str | bytes) else to_text(result)
    response = HttpResponse(content, content_type=media_type)
    response["Cache-Control"] = "no-store"
    patch_vary_headers(response, DEPENDS_ON)
    return response
