"""The jobs of the API, as the worker runs them; procrastinate finds this module by its name."""

from __future__ import annotations

from asgiref.sync import sync_to_async
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from gis_server.command.children import reason_of, run_child
from ogc_api.processes import jobs

MOST_ATTEMPTS = 3
"""A job that takes the worker down with it each time must not do so for ever."""


@app.task(
    name=jobs.TASK,
    queue=jobs.QUEUE,
    lock=jobs.QUEUE,
    pass_context=True,
    retry=RetryStrategy(max_attempts=MOST_ATTEMPTS),
)
async def run_job(context: JobContext, job: str) -> None:
    """Run a job of the API in a process of its own; it is dismissed by ending that process."""
    if context.job.attempts >= MOST_ATTEMPTS:
        await sync_to_async(jobs.give_up)(job, f"given up after {MOST_ATTEMPTS} attempts")
        return
    status = await run_child("run_job", job)
    if status:
        await sync_to_async(jobs.give_up)(job, reason_of(status, "the computing process", "not of the request"))
