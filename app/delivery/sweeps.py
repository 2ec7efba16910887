"""The periodic look for deliveries that were left behind; a second fence behind the queue's own."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import and_, column, func, or_, select, table, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Connection, ConnectionState
from app.delivery.due import QUIET
from app.delivery.models import Delivery, DeliveryState
from app.delivery.service import give_up, resume_waiting, send_on
from app.delivery.states import HELD, WAITS_FOR_KEY, WORKABLE, Actor
from app.jobs.queue import CONNECTION_LOCK
from app.jobs.retry import GIVE_UP_AFTER

log = structlog.get_logger()

JOBS = table("procrastinate_jobs", column("lock"))

# A delivery nobody has looked after for this long past its time has lost its job, whatever the cause.
FORGOTTEN_AFTER = timedelta(minutes=10)


async def send_forgotten(session: AsyncSession, now: datetime) -> None:
    """Give deliveries that should be moving but are not a job again."""
    long_ago = now - FORGOTTEN_AFTER
    forgotten = await session.scalars(
        select(Delivery)
        .where(
            Delivery.state.in_(WORKABLE),
            Delivery.started_at < long_ago,
            or_(Delivery.next_attempt_at.is_(None), Delivery.next_attempt_at < long_ago),
        )
        .limit(500)
        .with_for_update(skip_locked=True)
    )
    for delivery in forgotten:
        log.warning("delivery_forgotten", delivery_id=str(delivery.id))
        await send_on(session, delivery, now, by=Actor.SWEEP)


async def send_orphaned(session: AsyncSession, now: datetime) -> None:
    """Give deliveries a job again whose row says that a worker has them in hand, though no job of their key runs.

    A worker that was paused marks its job as done when it goes on, also one that another had taken over meanwhile; when
    that other one is killed, nobody is left.
    """
    is_running = select(JOBS.c.lock).where(
        JOBS.c.lock == func.concat(CONNECTION_LOCK, Connection.id), text("procrastinate_jobs.status = 'doing'")
    )
    orphaned = await session.scalars(
        select(Delivery)
        .join(Connection, Connection.membership_id == Delivery.membership_id)
        .where(Delivery.state == DeliveryState.UPLOADING, ~is_running.exists())
        .limit(500)
        .with_for_update(skip_locked=True, of=Delivery)
    )
    for delivery in orphaned:
        log.warning("delivery_orphaned", delivery_id=str(delivery.id))
        await send_on(session, delivery, now, by=Actor.SWEEP)


async def give_up_held(session: AsyncSession, now: datetime) -> None:
    """Stop what has waited for the end of an outage for three days: a person should know."""
    held = await session.scalars(
        select(Delivery)
        .where(Delivery.state.in_(QUIET), Delivery.reason == HELD, Delivery.started_at <= now - GIVE_UP_AFTER)
        .limit(500)
        .with_for_update(skip_locked=True)
    )
    for delivery in held:
        await give_up(session, delivery, now, by=Actor.SWEEP)


async def resume_left_waiting(session: AsyncSession, now: datetime) -> None:
    """Send on what waits for a key although it works."""
    for membership_id in await _members_left_waiting(session):
        log.warning("deliveries_left_waiting", membership_id=str(membership_id))
        await resume_waiting(session, membership_id, now, by=Actor.SWEEP)


async def _members_left_waiting(session: AsyncSession) -> Sequence[uuid.UUID]:
    """Return whose deliveries wait for a key though theirs works: the job that resumes them was lost or came too early.

    A key that cannot be read works in Cliniko's eyes, but only saving it again helps.
    """
    waiting = await session.scalars(
        select(Delivery.membership_id)
        .join(Connection, Connection.membership_id == Delivery.membership_id)
        .where(
            Delivery.state.in_(WAITS_FOR_KEY),
            Delivery.reason != "key_unreadable",
            or_(
                Connection.state == ConnectionState.WORKING,
                # There is a new key, but its role may not: that is what it waits for from now on.
                and_(Connection.state == ConnectionState.NOT_PERMITTED, Delivery.state == DeliveryState.NEEDS_KEY),
            ),
        )
        .distinct()
        .limit(100)
    )
    return waiting.all()
