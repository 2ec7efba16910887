"""Runs jobs: the worker of a process, and the sweep that takes over from workers that were killed."""

import asyncio
from typing import Any

import structlog
from procrastinate import JobContext, PsycopgConnector
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status

from app.db import connect_arguments, libpq_url
from app.jobs.queue import queue

log = structlog.get_logger()

HEARTBEAT_SECONDS = 5
# Three missed heartbeats: jobs are repeatable, so taking one over from a worker that was only slow does no harm.
STALLED_AFTER_SECONDS = 20
# A job that takes longer is put back into the queue. With the web's own time before it, `serve` ends within 30 seconds.
SHUTDOWN_SECONDS = 15
CONCURRENCY = 8


# Seconds are the sixth field, after the day of the week (croniter, "Support for seconds").
@queue.periodic(cron="* * * * * */10")
# Before whatever waits: in a long backlog its turn would come last, and the keys of the killed worker stand still.
@queue.task(name="jobs.take_over_stalled", queueing_lock="jobs.take_over_stalled", priority=100, pass_context=True)
async def take_over_stalled(context: JobContext, timestamp: int) -> None:
    """Put jobs of workers that stopped sending heartbeats back into the queue; every ten seconds."""
    await requeue_stalled_jobs()


async def requeue_stalled_jobs() -> int:
    """Put every stalled job back and return how many there were; one that cannot be put back holds up no others."""
    stalled: list[Job] = list(await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS))
    for job in stalled:
        log.warning("job_taken_over", job_id=job.id, task=job.task_name)
        try:
            await queue.job_manager.retry_job(job)
        except UniqueViolation:
            # One like it waits already (its queueing lock says so) and will do its work. As long as this one counted as
            # running, it would keep its lock, and nothing else of its Cliniko key would ever run.
            await queue.job_manager.finish_job(job, status=Status.ABORTED, delete_job=False)
        except ConnectorException as error:
            # Most likely another worker's sweep was faster; if not, the next one comes in ten seconds.
            log.info("job_not_taken_over", job_id=job.id, error_type=type(error).__name__)
    return len(stalled)


async def run_worker(database_url: str, tools: object, stop: asyncio.Event) -> None:
    """Run jobs until ``stop`` is set; a lost database is waited for, not given up on.

    Each job finds ``tools`` under that name in its context's ``additional_context``.
    """
    while not stop.is_set():
        connector = PsycopgConnector(
            conninfo=libpq_url(database_url), min_size=1, max_size=CONCURRENCY, kwargs=connect_arguments(database_url)
        )
        try:
            with queue.replace_connector(connector):
                async with queue.open_async():
                    await requeue_stalled_jobs()
                    await _run_until(stop, tools)
        except Exception as error:
            # Whatever ended the worker, the jobs are rows in the database: starting again loses nothing.
            log.error("worker_ended", error_type=type(error).__name__)
        if not stop.is_set():
            log.warning("worker_restarts")
            await _pause(stop, seconds=2)


async def _run_until(stop: asyncio.Event, tools: object) -> None:
    context: dict[str, Any] = {"tools": tools}
    worker = asyncio.create_task(
        queue.run_worker_async(
            concurrency=CONCURRENCY,
            install_signal_handlers=False,
            shutdown_graceful_timeout=SHUTDOWN_SECONDS,
            additional_context=context,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_AFTER_SECONDS,
            # Short, since nobody announces a job whose time has come.
            fetch_job_polling_interval=0.5,
        )
    )
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({worker, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not worker.done():
        worker.cancel()  # procrastinate takes a first cancellation as "finish what runs, then end"
    await asyncio.wait({worker})
    if not worker.cancelled():
        worker.result()


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), timeout=seconds)
    except TimeoutError:
        return
