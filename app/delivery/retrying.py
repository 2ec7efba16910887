"""Trying again because a person asks: what has stopped goes on, what waits for its next try goes now."""

import uuid
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.connecting.connections import probe_now
from app.accounts.models import Connection, ConnectionState
from app.delivery.models import Delivery, DeliveryState
from app.delivery.service import begin_again, send_all_on
from app.delivery.states import RETRYABLE, SOON, Actor

# In no worker's hands while the next try is still to come.
BETWEEN_TRIES = frozenset({DeliveryState.WAITING, DeliveryState.PROCESSING})
# Cliniko has named the time of the next try itself: asking before gains nothing (case 25).
NAMED_TIME = "busy"


def may_retry(delivery: Delivery, now: datetime) -> bool:
    """Return True when trying again by hand would change something: it has stopped, or its next try is some way off."""
    if delivery.state in RETRYABLE:
        return True
    at = delivery.next_attempt_at
    is_between = delivery.state in BETWEEN_TRIES and delivery.reason != NAMED_TIME
    return is_between and at is not None and at - now > SOON


def can_go_on(now: datetime) -> ColumnElement[bool]:
    """Return the condition on ``Delivery`` that trying again leads anywhere: without a working key it would not."""
    is_between = Delivery.state.in_(BETWEEN_TRIES) & (Delivery.reason != NAMED_TIME)
    has_key = exists().where(
        Connection.membership_id == Delivery.membership_id, Connection.state != ConnectionState.REJECTED
    )
    return or_(Delivery.state.in_(RETRYABLE), is_between & (Delivery.next_attempt_at > now)) & has_key


async def retry_delivery(session: AsyncSession, delivery_id: uuid.UUID, now: datetime) -> bool:
    """Send a stopped delivery on once more, or have its next try now; False when it is under way or done already."""
    return await retry_deliveries(session, Delivery.id == delivery_id, now, most=1) > 0


async def retry_deliveries(session: AsyncSession, which: ColumnElement[bool], now: datetime, *, most: int) -> int:
    """Send on what has stopped and have the next try now of what waits for it, oldest first; return how many go.

    Neither an outage of their key nor its role holds them back any longer: the first that goes shows whether that is
    over. What a worker is writing at this moment is left to it.
    """
    wanted = and_(which, can_go_on(now))
    # The connections first, as the worker does, and in one order, so that nobody waits for each other.
    is_theirs = Connection.membership_id.in_(select(Delivery.membership_id).where(wanted))
    is_held = or_(Connection.held_until > now, Connection.state == ConnectionState.NOT_PERMITTED)
    held = select(Connection).where(is_theirs, is_held).order_by(Connection.id).with_for_update()
    for connection in (await session.scalars(held)).all():
        if connection.state is ConnectionState.NOT_PERMITTED:
            connection.state = ConnectionState.WORKING
        await probe_now(session, connection.id)
    statement = select(Delivery).where(wanted).order_by(Delivery.created_at, Delivery.id).limit(most)
    deliveries = (await session.scalars(statement.with_for_update(skip_locked=True))).all()
    for delivery in deliveries:
        if delivery.state in RETRYABLE:
            begin_again(delivery, now, by=Actor.PRACTITIONER)
    await send_all_on(session, deliveries, now, by=Actor.PRACTITIONER)
    return len(deliveries)
