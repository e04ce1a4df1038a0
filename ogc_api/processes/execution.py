"""Running a process: POST /processes/{id}/execution, answered with its result, or with the job that will have it.

Our own road instead of pygeoapi's, which answers every fault of a process with 400 and its text, writes ``<``
as ``&lt;`` in results, keeps jobs in files that every caller sees, and calls any address that a caller names as
``subscriber``. Source: OGC API - Processes - Part 1: Core (OGC 18-062r2), 7.11.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from ogc_api import apis, asking
from ogc_api.answering import DEPENDS_ON, JSON, answers, to_text
from ogc_api.asking import Asked
from ogc_api.callers import caller_of
from ogc_api.processes import documents, jobs, running
from ogc_api.processes.progress import Waited
from ogc_api.processes.requests import RESPOND_ASYNC, is_async, read_body
from ogc_api.views import check_process


def execution(request: HttpRequest, process: str) -> HttpResponseBase:
    """Run a process, or have it run."""
    response = _execution(request, process=process)
    if response.status_code in (429, 503):
        response["Retry-After"] = str(jobs.RETRY_AFTER_S)
    return response


execution.csrf_exempt = True  # type: ignore[attr-defined]  # what leaves something behind asks for the proof itself


@csrf_exempt  # type: ignore[untyped-decorator]
@answers("POST")
def _execution(request: HttpRequest, process: str) -> HttpResponseBase:
    check_process(process)
    asked = asking.read(request)
    processor = apis.api(asked.audience, asked.language).manager.get_processor(process)
    body = read_body(request, processor.metadata)
    if is_async(request, processor.metadata):
        running.check(processor, body)
        return proven(request, lambda: _accept(request, asked, process, body))
    media_type, content = running.run(processor, body, Waited())
    return uncached(HttpResponse(content, content_type=media_type))


def _accept(request: HttpRequest, asked: Asked, process: str, body: dict[str, Any]) -> HttpResponse:
    order = jobs.Order(process, body, caller_of(request), asked.audience.name, asked.language)
    document = documents.status_info(jobs.submit(order), asked)
    response = HttpResponse(to_text(document), content_type=JSON, status=201)
    response["Location"] = documents.job_url(document["jobID"], asked)
    response["Preference-Applied"] = RESPOND_ASYNC
    return uncached(response)


def proven(request: HttpRequest, act: Any) -> HttpResponse:
    """Act for somebody. A session is a cookie, which a browser sends for any site, so it needs the proof of origin."""
    if not request.user.is_authenticated:
        return act()  # type: ignore[no-any-return]
    response: HttpResponse = csrf_protect(lambda _: act())(request)
    return response


def uncached(response: HttpResponse) -> HttpResponse:
    """What is one caller's, and true only now, is kept by nobody."""
    response["Cache-Control"] = "no-store"
    patch_vary_headers(response, DEPENDS_ON)
    return response
