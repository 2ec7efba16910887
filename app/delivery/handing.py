"""Handing on what a member has on its way to Cliniko when their access ends: each goes out with another's key.

That is the owner of its client. What waits begins again there as if it were new, what waited for a key too, and what
failed unless somebody has dealt with it; without a working key it waits for one of the new member. A file that is being
sent at this moment is left to its worker; if that does not bring it there, it is found the next time.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, literal, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.connecting.connections import find_connection
from app.accounts.models import Connection, ConnectionState, Membership
from app.clients.models import Client
from app.delivery.models import Delivery, DeliveryState
from app.delivery.service import note_stopped
from app.delivery.states import Actor, move
from app.delivery.tidying import DONE
from app.delivery.watch import UNFINISHED, is_open_failure
from app.jobs.queue import connection_lock, defer_all

# Jobs of the key that is not used any more; those that wait for a time of their own have no lock yet.
DROP_JOBS = text(
    "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND "
    "((lock = :lock AND task_name = 'delivery.deliver') OR queueing_lock = ANY(:later))"
).bindparams(bindparam("later"))


def is_waiting() -> ColumnElement[bool]:
    """Condition on ``Delivery``: it waits for something; nobody has it in hand or said that it is dealt with."""
    return and_(
        UNFINISHED,
        Delivery.state != DeliveryState.UPLOADING,
        or_(Delivery.state != DeliveryState.FAILED, is_open_failure()),
    )


def is_to_tidy() -> ColumnElement[bool]:
    """Condition on ``Delivery``: it is over, but a second file of it is still to be looked for."""
    return and_(Delivery.look_again_at.is_not(None), Delivery.state.in_(DONE), ~is_waiting())


async def count_waiting(session: AsyncSession, membership_id: uuid.UUID) -> int:
    """Return how many programs of a member are not in Cliniko yet and would be handed on."""
    query = select(func.count()).where(Delivery.membership_id == membership_id, is_waiting())
    return await session.scalar(query) or 0


async def lock_deliveries(session: AsyncSession, membership_id: uuid.UUID) -> None:
    """Lock what a member has to hand on, and first their key, as workers do."""
    await session.execute(select(Connection.id).where(Connection.membership_id == membership_id).with_for_update())
    query = select(Delivery.id).where(Delivery.membership_id == membership_id, or_(is_waiting(), is_to_tidy()))
    await session.execute(query.order_by(Delivery.id).with_for_update())


async def hand_deliveries_on(session: AsyncSession, from_id: uuid.UUID, *, else_to: uuid.UUID, now: datetime) -> int:
    """Give all that a member has to hand on to the owners of its clients; return how many begin again.

    ``else_to`` is for clients whose owner has no access either. To be called once the member's access has ended and
    their clients are handed over. A few statements, however many there are.
    """
    new_owner = case((Membership.ended_at.is_(None), Client.owner_id), else_=literal(else_to))
    whose = (Delivery.membership_id == from_id, Delivery.client_id == Client.id, Client.owner_id == Membership.id)
    tidied = update(Delivery).where(*whose, is_to_tidy()).values(membership_id=new_owner)
    await session.execute(tidied.execution_options(synchronize_session=False))
    moved = await session.execute(
        update(Delivery)
        .where(*whose, is_waiting())
        .values(membership_id=new_owner, **_begin_again(now))
        .returning(Delivery.id, Delivery.membership_id, Delivery.created_at)
        .execution_options(synchronize_session=False)
    )
    rows = sorted(moved.all(), key=lambda row: (row.membership_id, row.created_at, row.id))
    await _drop_jobs(session, from_id, [row.id for row in rows])
    for membership_id, group in groupby(rows, key=lambda row: row.membership_id):
        await _send(session, membership_id, [row.id for row in group], now)
    return len(rows)


def _begin_again(now: datetime) -> dict[str, Any]:
    """Return what ``service.begin_again`` sets, for many rows at once; all the moves are a practitioner's."""
    is_recorded = Delivery.attachment_id.is_not(None)
    return {
        "state": case((is_recorded, DeliveryState.PROCESSING.value), else_=DeliveryState.WAITING.value),
        "reason": "",
        "failures": 0,
        "polls": 0,
        "next_attempt_at": None,
        "started_at": now,
    }


async def _drop_jobs(session: AsyncSession, from_id: uuid.UUID, delivery_ids: Sequence[uuid.UUID]) -> None:
    connection_id = await session.scalar(select(Connection.id).where(Connection.membership_id == from_id))
    lock = connection_lock(connection_id) if connection_id else None
    later = [f"delivery.deliver:{id_}:later" for id_ in delivery_ids]
    await session.execute(DROP_JOBS, {"lock": lock, "later": later})


async def _send(
    session: AsyncSession, membership_id: uuid.UUID, delivery_ids: Collection[uuid.UUID], now: datetime
) -> None:
    """Put in the jobs that bring deliveries to Cliniko with a member's key, or let them wait for one."""
    connection = await find_connection(session, membership_id)
    if connection is not None and connection.state != ConnectionState.REJECTED:
        arguments = [{"delivery_id": str(id_)} for id_ in delivery_ids]
        await defer_all(session, "delivery.deliver", lock=connection_lock(connection.id), arguments=arguments)
        return
    reason = "no_key" if connection is None else "key_rejected"
    stopped = await session.scalars(
        select(Delivery).where(Delivery.id.in_(delivery_ids)).execution_options(populate_existing=True)
    )
    for delivery in stopped.all():
        move(delivery, DeliveryState.NEEDS_KEY, by=Actor.PRACTITIONER, reason=reason)
        await note_stopped(session, delivery, now)
