"""Jobs as a part of the API (OGC 18-062r2: job list, dismiss)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import re_path

from layers.spec import Text
from ogc_api import words
from ogc_api.asking import Asked
from ogc_api.definition.parts import Words
from ogc_api.definition.processes import SCHEMAS, job_paths
from ogc_api.parts import Link, Part
from ogc_api.processes import job_views
from ogc_api.processes.documents import REL

NAME = "jobs"
_ADDRESS = r"^jobs/(?P<job>[^/]+)"


def _links(asked: Asked) -> Iterable[Link]:
    title = words.in_language(asked.language).jobs
    yield {"rel": f"{REL}job-list", "type": "application/json", "title": title, "href": f"{asked.base_url}/jobs"}


def _paths(asked: Asked) -> dict[str, Any]:
    return job_paths(NAME, Words(asked.language))


JOBS = Part(
    name=NAME,
    title=Text("ジョブ", "Jobs"),
    conformance=(
        "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/job-list",
        "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/dismiss",
    ),
    urlpatterns=(
        re_path(r"^jobs/?$", job_views.job_list, name="jobs"),
        re_path(rf"{_ADDRESS}/?$", job_views.job, name="job"),
        re_path(rf"{_ADDRESS}/results/?$", job_views.results, name="job-results"),
    ),
    landing_links=_links,
    paths=_paths,
    schemas=SCHEMAS,
)
