"""The jobs of deliveries: bringing one to Cliniko's Files, resuming, and looking for what was left behind."""

import uuid

import structlog
from procrastinate import JobContext

from app.accounts.connecting.connections import find_connection
from app.accounts.tools import tools_of
from app.db import transaction
from app.delivery import backlog, roles, sweeps, tidying
from app.delivery.bringing import bring
from app.delivery.claims import take
from app.delivery.service import resume_waiting
from app.delivery.states import Actor
from app.jobs.queue import TRY_AGAIN, queue

log = structlog.get_logger()


@queue.task(name="delivery.deliver", retry=TRY_AGAIN, pass_context=True)
async def deliver(context: JobContext, delivery_id: str) -> None:
    """Bring one delivery a step or all the way; what remains to be done is a new job in the same transaction."""
    tools = tools_of(context)
    async with transaction(tools.sessions) as session:
        claim = await take(session, uuid.UUID(delivery_id), tools.clock())
    if claim is not None:
        await bring(tools, claim)


@queue.task(name="delivery.resume", retry=TRY_AGAIN, pass_context=True)
async def resume(context: JobContext, membership_id: str) -> None:
    """Send on what waited for a member's key; put into the queue when a key is saved."""
    tools = tools_of(context)
    async with transaction(tools.sessions) as session:
        connection = await find_connection(session, uuid.UUID(membership_id))
        if connection is not None:
            # What was held by an outage of a key that is gone.
            await backlog.wake(session, connection.id, tools.clock(), answered=False)
        await resume_waiting(session, uuid.UUID(membership_id), tools.clock(), by=Actor.KEY)


@queue.task(name="delivery.wake", retry=TRY_AGAIN, pass_context=True)
async def wake(context: JobContext, connection_id: str, answered: bool = False) -> None:
    """See whether Cliniko answers a key again, when the time for it has come or somebody was just answered."""
    tools = tools_of(context)
    async with transaction(tools.sessions) as session:
        await backlog.wake(session, uuid.UUID(connection_id), tools.clock(), answered=answered)


@queue.task(name="delivery.tidy", pass_context=True)
async def tidy(context: JobContext, delivery_id: str) -> None:
    """Look whether a delivery's file is in Cliniko twice; lost with its worker, it is put in again by the sweep."""
    await tidying.tidy(tools_of(context), uuid.UUID(delivery_id))


@queue.task(name="delivery.ask_role", pass_context=True)
async def ask_role(context: JobContext, membership_id: str) -> None:
    """See whether a member's Cliniko role was restored; lost with its worker, it is put in again by the sweep."""
    await roles.ask_role(tools_of(context), uuid.UUID(membership_id))


@queue.periodic(cron="*/5 * * * *")
@queue.task(name="delivery.find_forgotten", queueing_lock="delivery.find_forgotten", pass_context=True)
async def find_forgotten(context: JobContext, timestamp: int) -> None:
    """Look for what was left behind, whatever the cause; each look for itself, so that none spoils the others."""
    tools = tools_of(context)
    for look in (
        sweeps.give_up_held,
        sweeps.send_forgotten,
        sweeps.resume_left_waiting,
        tidying.send_to_tidy,
        roles.send_to_ask,
    ):
        try:
            async with transaction(tools.sessions) as session:
                await look(session, tools.clock())
        except Exception as error:
            log.error("delivery_sweep_failed", exc_info=error)


@queue.periodic(cron="* * * * *")
@queue.task(name="delivery.find_orphaned", queueing_lock="delivery.find_orphaned", pass_context=True)
async def find_orphaned(context: JobContext, timestamp: int) -> None:
    """Look every minute for deliveries whose worker has gone without leaving a job."""
    tools = tools_of(context)
    async with transaction(tools.sessions) as session:
        await sweeps.send_orphaned(session, tools.clock())
