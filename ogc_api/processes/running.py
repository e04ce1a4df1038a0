"""Running a process, for somebody who waits or as a job; what comes out is the same."""

from __future__ import annotations

import inspect
import json
from typing import Any

from pygeoapi.process.base import BaseProcessor, ProcessorExecuteError

from layers.problems import Problem
from layers.spec import Audience
from ogc_api import apis
from ogc_api.answering import JSON, to_text
from ogc_api.processes import jobs
from ogc_api.processes.progress import DismissedError, Progress


def run(processor: BaseProcessor, body: dict[str, Any], progress: Progress) -> tuple[str, str | bytes]:
    """Media type and content of the result that an execute request asks for.

    Raises:
        Problem: what the process says.
        DismissedError: the process was told to stop.
    """
    handle = {"progress": progress} if "progress" in inspect.signature(processor.execute).parameters else {}
    try:
        media_type, result = processor.execute(body.get("inputs", {}), outputs=body.get("outputs"), **handle)
    except ProcessorExecuteError as error:
        raise Problem(400, "the process refuses", error.user_msg or str(error)) from error
    if body.get("response", "raw") == "document":
        media_type, result = JSON, _as_document(processor, media_type, result)
    return media_type, result if isinstance(result, str | bytes) else to_text(result)


def check(processor: BaseProcessor, body: dict[str, Any]) -> None:
    """Refuse at once what would fail as a job: a process that can tell has a method `check` of its inputs.

    Raises:
        Problem: what is wrong with the inputs.
    """
    if hasattr(processor, "check"):
        processor.check(body.get("inputs", {}))


def _as_document(processor: BaseProcessor, media_type: str, result: Any) -> dict[str, Any]:
    """Every output by its name, the value qualified by its media type (requirement class JSON, results.yaml)."""
    name = next(iter(processor.metadata.get("outputs", {})), "result")
    value = json.loads(result) if isinstance(result, str | bytes) and media_type.endswith("json") else result
    return {name: {"mediaType": media_type, "value": value}}


def run_job(job_id: str) -> None:
    """Run a job to its end; nothing where it has ended, or was dismissed, meanwhile."""
    job = jobs.begin(job_id)
    if job is None:
        return
    kept = jobs.Kept(job)
    processor = apis.api(Audience[job.audience], job.language).manager.get_processor(job.process)
    try:
        media_type, content = run(processor, json.loads(job.request), kept)
    except DismissedError:
        return
    except Problem as problem:
        kept.fail(problem.document())
        return
    kept.succeed(media_type, content if isinstance(content, str) else content.decode())
