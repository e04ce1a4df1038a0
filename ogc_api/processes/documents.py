"""What is said of jobs: statusInfo and the list. Pure, but for the job that is told of.

Source: OGC 18-062r2, 7.12 (statusInfo.yaml) and 11.2 (jobList.yaml).
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from ogc_api import words
from ogc_api.asking import Asked
from ogc_api.models import Job

REL = "http://www.opengis.net/def/rel/ogc/1.0/"
JOB_TYPE = "process"

Document = dict[str, Any]
Link = dict[str, str]


def job_url(job_id: object, asked: Asked) -> str:
    return f"{asked.base_url}/jobs/{job_id}"


def status_info(job: Job, asked: Asked) -> Document:
    """One job as everybody who may see it sees it."""
    times = {name: getattr(job, name) for name in ("created", "started", "finished", "updated")}
    return {
        "processID": job.process,
        "type": JOB_TYPE,
        "jobID": str(job.pk),
        "status": str(job.status),
        "message": job.message or message_of(job.status, asked.language),
        **{name: moment(time) for name, time in times.items() if time is not None},
        "progress": job.progress,
        "links": _links(job, asked),
    }


def message_of(status: str, language: str) -> str:
    """What a state means, for a job that says nothing of its own."""
    return str(getattr(words.in_language(language), f"job_{status}"))


def _links(job: Job, asked: Asked) -> list[Link]:
    own, said = job_url(job.pk, asked), words.in_language(asked.language)
    links = [
        {"rel": "self", "type": "application/json", "title": said.this_json, "href": f"{own}?f=json"},
        {"rel": "alternate", "type": "text/html", "title": said.this_html, "href": f"{own}?f=html"},
        {"rel": "up", "type": "application/json", "title": said.jobs, "href": f"{asked.base_url}/jobs"},
    ]
    if job.status == Job.Status.SUCCESSFUL:
        links.append({"rel": f"{REL}results", "type": job.media_type, "title": said.results, "href": f"{own}/results"})
    if job.status == Job.Status.FAILED:
        problem = {"type": "application/problem+json", "title": said.job_failed, "href": f"{own}/results"}
        links.append({"rel": f"{REL}exceptions", **problem})
    return links


def job_list(jobs: Sequence[Job], asked: Asked, next_cursor: str | None) -> Document:
    """A page of jobs."""
    own, said = f"{asked.base_url}/jobs", words.in_language(asked.language)
    kept = {name: text for name, text in asked.parameters.items() if name not in {"f", "cursor"}}

    def url(**more: str) -> str:
        query = urlencode(kept | more)
        return f"{own}?{query}" if query else own

    links = [
        {"rel": "self", "type": "application/json", "title": said.this_json, "href": asked.url},
        {"rel": "alternate", "type": "text/html", "title": said.this_html, "href": url(f="html")},
    ]
    if next_cursor is not None:
        form = {"f": asked.parameters["f"]} if "f" in asked.parameters else {}
        following = url(**form, cursor=next_cursor)
        links.append({"rel": "next", "type": "application/json", "title": said.next_page, "href": following})
    return {"jobs": [status_info(job, asked) for job in jobs], "links": links}


def moment(time: datetime.datetime) -> str:
    """A time of RFC 3339 in UTC.

    >>> moment(datetime.datetime(2024, 1, 1, 7, 10, tzinfo=datetime.UTC))
    '2024-01-01T07:10:00.000Z'
    """
    return time.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
