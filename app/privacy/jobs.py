"""Looking every hour for what has waited its time."""

import uuid
from collections.abc import Awaitable, Callable

import structlog
from procrastinate import JobContext
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.tools import Tools, tools_of
from app.jobs.queue import queue
from app.privacy.erasing import (
    erase_client,
    erase_practice,
    find_due_clients,
    find_due_practices,
    follow_combined,
)

log = structlog.get_logger()


@queue.periodic(cron="47 * * * *")
@queue.task(name="privacy.erase_due", lock="privacy.erase_due", queueing_lock="privacy.erase_due", pass_context=True)
async def erase_due(context: JobContext, timestamp: int) -> None:
    """Erase clients and practices whose waiting time is over; what must wait is tried again an hour later."""
    await erase_all_due(tools_of(context))


async def erase_all_due(tools: Tools) -> None:
    """Erase whatever has waited its time."""
    try:
        await follow_combined(tools)
    except SQLAlchemyError as error:  # such as a combining at this moment; what is due goes on
        log.warning("erasing_not_followed", error_type=type(error).__name__)
    last: uuid.UUID | None = None
    while ids := await find_due_clients(tools, last):
        for client_id in ids:
            await _try(erase_client, tools, client_id)
        last = ids[-1]
    for practice_id in await find_due_practices(tools):
        await _try(erase_practice, tools, practice_id)


async def _try(erase: Callable[[Tools, uuid.UUID], Awaitable[bool]], tools: Tools, id_: uuid.UUID) -> None:
    """Erase one; what is in its way is in no other's."""
    try:
        done = await erase(tools, id_)
    except SQLAlchemyError as error:  # such as a row that was added at this moment
        log.warning("erasing_failed", erased_id=str(id_), error_type=type(error).__name__)
        return
    log.info("erasing_done" if done else "erasing_waits", erased_id=str(id_))
