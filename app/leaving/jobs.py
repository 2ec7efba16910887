"""The periodic look for what still belongs to somebody without access: left by a race, or by an earlier release."""

import uuid

import structlog
from procrastinate import JobContext
from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.accounts.models import Membership, Role
from app.accounts.tools import Tools, tools_of
from app.clients.handing import lock_clients
from app.clients.models import Client
from app.db import transaction
from app.delivery.handing import is_to_tidy, is_waiting, lock_deliveries
from app.delivery.models import Delivery
from app.jobs.queue import queue
from app.leaving.service import hand_over

log = structlog.get_logger()

MOST = 100


@queue.periodic(cron="*/5 * * * *")
@queue.task(name="leaving.find_left_behind", queueing_lock="leaving.find_left_behind", pass_context=True)
async def find_left_behind(context: JobContext, timestamp: int) -> None:
    """Hand on what was left with members who have no access; each in a transaction of its own."""
    tools = tools_of(context)
    async with transaction(tools.sessions) as session:
        left = await _find(session)
    for from_id, to_id in left:
        log.warning("left_behind", membership_id=str(from_id))
        try:
            async with transaction(tools.sessions) as session:
                await _hand_over(session, tools, from_id, to_id)
        except Exception as error:
            log.error("left_behind_not_handed_over", exc_info=error)


async def _hand_over(session: AsyncSession, tools: Tools, from_id: uuid.UUID, to_id: uuid.UUID) -> None:
    await lock_deliveries(session, from_id)
    await lock_clients(session, from_id)
    held = select(Membership.id).where(Membership.id == from_id, Membership.ended_at.is_not(None)).with_for_update()
    if await session.scalar(held):  # not back meanwhile
        await hand_over(session, tools, from_id, to_id)


async def _find(session: AsyncSession) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Return who has something left, and to whom it goes: who took their clients over, else the practice's owner."""
    takes_over, owner = aliased(Membership), aliased(Membership)
    the_owner = (
        select(owner.id)
        .where(owner.practice_id == Membership.practice_id, owner.role == Role.OWNER, owner.ended_at.is_(None))
        .order_by(owner.created_at)
        .limit(1)
        .scalar_subquery()
    )
    # With the practice, so that the indexes of the few that are unfinished are found.
    theirs = (Delivery.practice_id == Membership.practice_id, Delivery.membership_id == Membership.id)
    rows = await session.execute(
        select(Membership.id, takes_over.id, the_owner)
        .outerjoin(takes_over, (takes_over.id == Membership.handed_to_id) & takes_over.ended_at.is_(None))
        .where(
            Membership.ended_at.is_not(None),
            or_(
                exists().where(Client.owner_id == Membership.id),
                exists().where(*theirs, is_waiting()),
                exists().where(*theirs, is_to_tidy()),
            ),
        )
        .limit(MOST)
    )
    return [(from_id, to_id or owner_id) for from_id, to_id, owner_id in rows if to_id or owner_id]
