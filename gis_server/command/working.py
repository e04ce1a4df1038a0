"""The worker's life: takes jobs from the database, takes up what a dead worker left, ends in order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException

STALLED_AFTER_S = 30
"""A worker writes to the database every ten seconds that it lives; one that has not for so long is dead."""
SHUTDOWN_S = 0.5
PAUSE_S = 5
AT_ONCE = 3
"""An import, a job of the API and a seeding; each kind is done one after the other, so that none waits for another."""

# Any number will do that no other part of the product locks.
_ALIVE = 0x776F726B6572


async def serve(say: Callable[[str], None], *, wait: bool = True) -> None:
    """Work until SIGTERM or SIGINT; a database that is away for a while is waited for.

    Args:
        wait: False ends when no job is left.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    while not stopped.is_set():
        try:
            await _work(stopped, wait=wait)
        except (ConnectorException, psycopg.OperationalError) as error:
            say(f"the database does not answer: {str(error).splitlines()[0]}")
        if not wait:
            return
        await _sleep(stopped, PAUSE_S)


async def _work(stopped: asyncio.Event, *, wait: bool) -> None:
    """One spell of work, until somebody stops us, or the connection breaks.

    Every worker holds a lock as long as it lives, which the database lets go the moment it dies. So a worker that
    finds itself alone knows that nobody is at the jobs that have been begun, without waiting for anything.
    """
    connection = PsycopgConnector(kwargs=connector_params())
    with psycopg.connect(**connector_params(), autocommit=True) as alive, app.replace_connector(connection) as worker:
        async with worker.open_async():
            is_alone = _is_true(alive, "SELECT pg_try_advisory_lock(%s)")
            await take_up(worker, 0 if is_alone else STALLED_AFTER_S)
            _is_true(alive, "SELECT pg_advisory_lock_shared(%s) IS NULL")
            if is_alone:
                _is_true(alive, "SELECT pg_advisory_unlock(%s)")
            await _run(worker, stopped, wait=wait)


async def _run(worker: App, stopped: asyncio.Event, *, wait: bool) -> None:
    watching = asyncio.create_task(_watch(worker))
    working = asyncio.create_task(
        worker.run_worker_async(
            wait=wait,
            concurrency=AT_ONCE if wait else 1,  # a worker that does not wait leaves while its last job runs
            install_signal_handlers=False,
            shutdown_graceful_timeout=SHUTDOWN_S,
            delete_jobs="successful",
            fetch_job_polling_interval=PAUSE_S,
        )
    )
    stopping = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait({watching, working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (stopping, watching, working):
            task.cancel()
        results = await asyncio.gather(watching, working, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


async def _watch(worker: App) -> None:
    while True:
        await asyncio.sleep(STALLED_AFTER_S / 3)
        await take_up(worker, STALLED_AFTER_S)


def _is_true(alive: psycopg.Connection[tuple[bool]], question: str) -> bool:
    row = alive.execute(question, [_ALIVE]).fetchone()
    return row is not None and row[0]


async def take_up(worker: App, seconds: float) -> int:
    """Do again the jobs of workers that have not been heard of for so long; how many there were."""
    stalled = list(await worker.job_manager.get_stalled_jobs(seconds_since_heartbeat=seconds))
    for job in stalled:
        await worker.job_manager.retry_job(job)
    return len(stalled)


async def _sleep(stopped: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopped.wait(), seconds)
    except TimeoutError:
        return
