"""The addresses of jobs: /jobs, /jobs/{id}, /jobs/{id}/results.

A job that somebody made who was signed in is that person's, and to everybody else as unknown as one that does not
exist. A job that nobody in particular made is reached by its id, which cannot be guessed, and is listed nowhere.
Source: OGC 18-062r2, 7.12, 7.13, 11 (Job list), 13 (Dismiss).
"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from layers import problems
from layers.problems import Problem
from ogc_api import asking
from ogc_api.answering import GEOJSON, SAFE_METHODS, answers, json_response, page, to_text
from ogc_api.asking import Asked
from ogc_api.callers import caller_of, find_own
from ogc_api.models import Job
from ogc_api.processes import documents, jobs, listing
from ogc_api.processes.execution import proven, uncached

EXCEPTION = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"


@answers("GET", "HEAD")
def job_list(request: HttpRequest) -> HttpResponseBase:
    """The jobs of whoever is signed in, newest first; nobody else has a list."""
    asked = asking.read(request, listing.PARAMETERS)
    owner = caller_of(request).owner
    found, next_cursor = listing.read_page(asked, owner)
    document = documents.job_list(found, asked, next_cursor)
    if asked.html:
        rows = [{**one, "stands": documents.message_of(one["status"], asked.language)} for one in document["jobs"]]
        following = next((link["href"] for link in document["links"] if link["rel"] == "next"), None)
        context = {"document": document, "rows": rows, "next": following, "is_somebody": owner is not None}
        return uncached(page(request, asked, "jobs.html", context))
    return uncached(json_response(request, asked, document))


@csrf_exempt  # type: ignore[untyped-decorator]  # who is known by a session gives the proof of origin in `proven`
@answers("GET", "HEAD", "DELETE")
def job(request: HttpRequest, job: str) -> HttpResponseBase:
    """How a job stands; DELETE dismisses it."""
    asked = asking.read(request)
    found = get_job(request, job)
    if request.method not in SAFE_METHODS:
        return proven(request, lambda: _dismiss(found, asked))
    document = documents.status_info(found, asked)
    if asked.html:
        return uncached(page(request, asked, "job.html", _shown(found, document, asked)))
    return uncached(json_response(request, asked, document))


def _dismiss(found: Job, asked: Asked) -> HttpResponse:
    if not jobs.dismiss(found):
        raise Problem(410, "dismissed already", f"the job {found.pk} was dismissed before")
    found.refresh_from_db()
    return uncached(
        HttpResponse(to_text(documents.status_info(found, asked)), content_type="application/json", status=200)
    )


@answers("GET", "HEAD")
def results(request: HttpRequest, job: str) -> HttpResponseBase:
    """What came out, as it would have come at once; of a job that failed, what went wrong."""
    asking.read(request)
    found = get_job(request, job)
    if found.status == Job.Status.SUCCESSFUL:
        return uncached(HttpResponse(found.result, content_type=found.media_type))
    if found.status == Job.Status.FAILED:
        problem = json.loads(found.problem)
        content = to_text(problem)
        return uncached(HttpResponse(content, content_type=problems.MEDIA_TYPE, status=problem["status"]))
    if found.status == Job.Status.DISMISSED:
        raise Problem(410, "dismissed", f"the job {found.pk} was dismissed, there is no result")
    detail = f"the job {found.pk} is {found.status}; its result is not there yet"
    raise Problem(404, "not ready yet", detail, extra={"type": f"{EXCEPTION}result-not-ready"})


def get_job(request: HttpRequest, job_id: str) -> Job:
    """A job that the caller may know of.

    Raises:
        Problem: 404, also where it is somebody else's.
    """
    found = find_own(Job, request, job_id)
    if found is None:
        detail = f"there is no job {job_id!r:.80} of yours"
        raise Problem(404, "unknown job", detail, parameter="jobId", extra={"type": f"{EXCEPTION}no-such-job"})
    return found


def _shown(found: Job, document: dict[str, Any], asked: Asked) -> dict[str, Any]:
    """What the page shows beside the document."""
    is_done = found.status == Job.Status.SUCCESSFUL
    return {
        "document": document,
        "stands": documents.message_of(found.status, asked.language),
        "is_open": found.status in jobs.UNFINISHED,
        "job_url": documents.job_url(found.pk, asked),
        "results_url": f"{documents.job_url(found.pk, asked)}/results" if found.status in _WITH_RESULTS else None,
        "map_url": f"{documents.job_url(found.pk, asked)}/results" if is_done and found.media_type == GEOJSON else None,
        "bounds": settings.CITY.bounds,
        "problem": json.loads(found.problem) if found.problem else None,
        "request_text": json.dumps(json.loads(found.request), ensure_ascii=False, indent=2),
    }


_WITH_RESULTS = (Job.Status.SUCCESSFUL, Job.Status.FAILED)
