"""The procrastinate app: where tasks are registered and jobs are put into the queue.

Tasks live in the rooms they belong to (``delivery.jobs``, ``clients.jobs``) and register here when imported.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from procrastinate import App, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import driver_connection

# Opened by the worker only; web requests put jobs in through their own session's connection.
queue = App(connector=PsycopgConnector())

# For tasks that must not be lost. They judge failures of Cliniko themselves, so what reaches the queue is trouble with
# the database or a process told to end while the task ran; after the last try ``delivery.find_forgotten`` steps in.
TRY_AGAIN = RetryStrategy(max_attempts=5, wait=2)

# One that has been taken up meanwhile needs no other time: who comes too early puts a job in for the right one.
HASTEN = text(
    "UPDATE procrastinate_jobs SET scheduled_at = :at "
    "WHERE queueing_lock = :once AND status = 'todo' AND scheduled_at > :at"
)


# Before the connection's id, the name of the lock of its jobs.
CONNECTION_LOCK = "cliniko:"


def connection_lock(connection_id: uuid.UUID) -> str:
    """Name of the lock that keeps one background job a Cliniko key at a time, across all workers."""
    return f"{CONNECTION_LOCK}{connection_id}"


async def defer(
    session: AsyncSession,
    task_name: str,
    *,
    lock: str | None = None,
    at: datetime | None = None,
    once: str | None = None,
    **arguments: Any,
) -> None:
    """Put a job into the queue as part of the session's transaction: it exists if and only if that commits.

    ``lock`` lets one job of that name run at a time; ``at`` (UTC) delays it; ``once`` names a queueing lock: while a
    job of that name waits, no second one is added, and of two times the earlier counts. Arguments must be JSON (ids as
    text) and never patient text.
    """
    if at is not None and lock is not None:
        # Jobs of a lock run in the order they were put in, so one that waits for its time would hold up all after
        # it. Until then a job without the lock waits in its place.
        waiting = {"task_name": task_name, "lock": lock, "once": once, "arguments": arguments}
        later = f"{once}:later" if once else None
        await defer(session, "jobs.put_in_when_due", at=at, once=later, job=waiting)
        return

    async def put_in() -> None:
        connection = await driver_connection(session)
        job = queue.configure_task(task_name, connection=connection, lock=lock, schedule_at=at, queueing_lock=once)
        await job.defer_async(**arguments)

    if once is None:
        await put_in()
        return
    try:
        # The refusal of a second job must not spoil the transaction. The connection has to be asked for inside:
        # only that sets the savepoint.
        async with session.begin_nested():
            await put_in()
    except AlreadyEnqueued:
        if at is not None:
            await session.execute(HASTEN, {"once": once, "at": at})


async def defer_all(
    session: AsyncSession, task_name: str, *, lock: str, arguments: Sequence[Mapping[str, Any]]
) -> None:
    """Put many jobs of one lock into the queue in one statement, in this order, as part of the transaction."""
    if arguments:
        connection = await driver_connection(session)
        jobs = queue.configure_task(task_name, connection=connection, lock=lock)
        await jobs.batch_defer_async(*(dict(each) for each in arguments))


@queue.task(name="jobs.put_in_when_due", retry=TRY_AGAIN)
async def put_in_when_due(job: dict[str, Any]) -> None:
    """Put a job into the queue whose time has come; done twice, the queueing lock or the job itself sorts it out."""
    try:
        await queue.configure_task(job["task_name"], lock=job["lock"], queueing_lock=job["once"]).defer_async(
            **job["arguments"]
        )
    except AlreadyEnqueued:
        return
