"""The work that pages hand to the worker; procrastinate finds this module by its name."""

from __future__ import annotations

from asgiref.sync import sync_to_async
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from gis_server.command.children import reason_of, run_child
from gis_server.imports.models import BUSY, Upload, move

QUEUE = "imports"
MOST_ATTEMPTS = 8
"""A file that takes the worker down with it each time must not do so for ever."""


@app.task(
    name="work_on_upload", queue=QUEUE, lock=QUEUE, pass_context=True, retry=RetryStrategy(max_attempts=MOST_ATTEMPTS)
)
async def work_on_upload(context: JobContext, upload: str) -> None:
    """Look at an upload, or load it, in a process of its own, whose memory goes back when it ends.

    Being told to stop ends the process, and with it its transaction: the job is done again from the start.
    """
    if context.job.attempts >= MOST_ATTEMPTS:
        await sync_to_async(_give_up)(upload, f"given up after {MOST_ATTEMPTS} attempts")
        return
    status = await run_child("run_upload", upload)
    if status:
        await sync_to_async(_give_up)(upload, reason_of(status, "the reading process", "not of the file"))


def _give_up(upload_id: str, message: str) -> None:
    upload = Upload.objects.filter(pk=upload_id).first()
    if upload is not None:
        move(upload, BUSY, Upload.State.FAILED, message=message)


def hand_over(upload: Upload) -> None:
    """Ask the worker to do what the upload's state says; inside the caller's transaction."""
    upload.job = work_on_upload.defer(upload=str(upload.pk))
    upload.save(update_fields=["job"])


def call_off(upload: Upload) -> bool:
    """Stop whatever is done for an upload; False where it is too late, since everything has been loaded."""
    states = {*BUSY, Upload.State.READY, Upload.State.FAILED}
    if not move(upload, states, Upload.State.CANCELLED):
        return False
    if upload.job is not None:
        app.job_manager.cancel_job_by_id(upload.job, abort=True)
    return True
