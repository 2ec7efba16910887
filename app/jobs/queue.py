"""The procrastinate app: where tasks are registered and jobs are put into the queue.

Tasks live in the rooms they belong to (``delivery.jobs``, ``clients.jobs``) and register here when imported.
"""

import uuid
from datetime import datetime
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import driver_connection

# Opened by the worker only; web requests put jobs in through their own session's connection.
queue = App(connector=PsycopgConnector())


def connection_lock(connection_id: uuid.UUID) -> str:
    """Name of the lock that keeps one background job a Cliniko key at a time, across all workers."""
    return f"cliniko:{connection_id}"


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

    ``at`` (UTC) delays it; ``once`` names a queueing lock: while a job of that name waits, no second one is added.
    Arguments must be JSON (ids as text) and never patient text.
    """
    job = queue.configure_task(
        task_name, connection=await driver_connection(session), lock=lock, schedule_at=at, queueing_lock=once
    )
    if once is None:
        await job.defer_async(**arguments)
        return
    try:
        async with session.begin_nested():  # the refusal of a second job must not spoil the transaction
            await job.defer_async(**arguments)
    except AlreadyEnqueued:
        return
